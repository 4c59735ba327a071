"""The one door to outside commands: every process mltui reads from is started here.

One door means one place that logs commands (``@`` shows them), one place that keeps secrets and prompts away, and one
fake that serves every test (`Runner` is a protocol).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mltui.errors import Busy, Denied, NotFound, SourceError

#: Commands remembered for the command log; a day of polling must not grow the process.
LOG_LENGTH = 500

#: Variables for one process: laid over the present environment, None takes one away.
Environment = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Done:
    """A finished command. `stdout` is bytes (paths and messages need not be UTF-8), `seconds` wall time."""

    argv: tuple[str, ...]
    code: int
    stdout: bytes
    stderr: str
    seconds: float


class Runner(Protocol):
    """Runs commands. Tests put a fake here and nowhere else."""

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Environment | None = None,
        timeout: float = 30.0,
        stdin: bytes | None = None,
    ) -> Done:
        """Run `argv` to its end and return what it printed, whatever its exit code.

        `env` is laid over the present environment; None takes a variable away. Raises `NotFound` if there is no such
        program or no `cwd`, `Denied` if it may not be run, `Busy` after `timeout` seconds (the process group is killed
        first). Names that could start with a dash go behind a ``--``: that is the caller's to see to.
        """

    def start(self, argv: Sequence[str], *, cwd: Path, env: Environment | None = None) -> subprocess.Popen[bytes]:
        """Start `argv` with pipes for stdin and stdout and nothing for stderr: for what is talked to, or streams.

        The caller ends it. Raises what `run` raises, except `Busy`.
        """


class ProcessRunner:
    """The real door: subprocesses without a terminal, in a group of their own, remembered in `log` (newest last).

    The log keeps what was run, how it ended and how long it took, not what it printed.
    """

    def __init__(self) -> None:
        self.log: deque[Done] = deque(maxlen=LOG_LENGTH)

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Environment | None = None,
        timeout: float = 30.0,
        stdin: bytes | None = None,
    ) -> Done:
        start = time.perf_counter()
        process = _open(argv, cwd, env, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(stdin or b"", timeout)
        except BaseException as error:
            kill_group(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise Busy(f"{argv[0]} did not answer within {timeout:g} s") from error
            raise
        seconds = time.perf_counter() - start
        stderr = err.decode(errors="replace")
        self.log.append(Done(tuple(argv), process.returncode, b"", stderr, seconds))
        return Done(tuple(argv), process.returncode, out, stderr, seconds)

    def start(self, argv: Sequence[str], *, cwd: Path, env: Environment | None = None) -> subprocess.Popen[bytes]:
        process = _open(argv, cwd, env, stderr=subprocess.DEVNULL)
        self.log.append(Done(tuple(argv), 0, b"", "", 0.0))
        return process


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process of this door with all its children, and reap it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()


def _open(argv: Sequence[str], cwd: Path, env: Environment | None, stderr: int) -> subprocess.Popen[bytes]:
    merged = {key: value for key, value in {**os.environ, **(env or {})}.items() if value is not None}
    try:
        return subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=merged,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        if not cwd.is_dir():
            raise NotFound(f"{cwd} is gone") from error
        raise NotFound(f"{argv[0]} is not installed or not on PATH", f"install {argv[0]}") from error
    except PermissionError as error:
        raise Denied(f"{argv[0]} may not be run in {cwd}: {error.strerror}") from error
    except OSError as error:
        raise SourceError(f"{argv[0]} could not be started: {error.strerror}") from error
