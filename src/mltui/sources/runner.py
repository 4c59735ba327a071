"""The one door to outside commands: every process mltui reads from is started here.

One door means one place that logs commands (``@`` shows them), one place that keeps secrets and prompts away, and one
fake that serves every test (`Runner` is a protocol).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mltui.errors import Busy, Denied, NotFound, SourceError
from mltui.sources.ending import held

#: Commands remembered for the command log; a day of polling must not grow the process.
LOG_LENGTH = 500

#: How long what ends waits for processes that are just being started (seconds; only a hung disk takes longer).
STARTING = 5.0

#: Variables for one process: laid over the present environment, None takes one away.
Environment = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Done:
    """A finished command. `stdout` is bytes (paths and messages need not be UTF-8), `seconds` wall time, `at` when it
    began (epoch ms; 0 where nobody looked), `cwd` where it ran ("" where nobody noted it), `reading` as asked."""

    argv: tuple[str, ...]
    code: int
    stdout: bytes
    stderr: str
    seconds: float
    at: int = 0
    cwd: str = ""
    reading: bool = False


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
        reading: bool = False,
    ) -> Done:
        """Run `argv` to its end and return what it printed, whatever its exit code.

        `env` is laid over the present environment; None takes a variable away. `reading`: it changes nothing, and may
        be killed where nobody wants its answer any more (`end_reads`). Raises `NotFound` if there is no such program or
        no `cwd`, `Denied` if it may not be run, `Busy` after `timeout` seconds (the process group is killed first).
        Names that could start with a dash go behind a ``--``: that is the caller's to see to.
        """

    def start(
        self, argv: Sequence[str], *, cwd: Path, env: Environment | None = None, reading: bool = True
    ) -> subprocess.Popen[bytes]:
        """Start `argv` with pipes for stdin and stdout and nothing for stderr: for what is talked to, or streams.

        The caller ends it, or `end_reads` does if it is `reading`. Raises what `run` raises, except `Busy`.
        """

    def end_reads(self) -> None:
        """Kill what only reads and is still at it, for good: mltui ends, and a slow git would outlive it."""


#: Every door of this process, for whatever ends it (`ending.end_reads`).
DOORS: weakref.WeakSet[ProcessRunner] = weakref.WeakSet()


class ProcessRunner:
    """The real door: subprocesses without a terminal, in a group of their own, remembered in `log` (newest last).

    The log keeps what was run, how it ended and how long it took, not what it printed.
    """

    def __init__(self) -> None:
        self.log: deque[Done] = deque(maxlen=LOG_LENGTH)
        self._reads: weakref.WeakSet[subprocess.Popen[bytes]] = weakref.WeakSet()
        self._noting = threading.RLock()  # a signal may end the reads while its own thread holds it
        self._starting: set[int] = set()  # the threads that are at it
        self._ended = False
        DOORS.add(self)

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Environment | None = None,
        timeout: float = 30.0,
        stdin: bytes | None = None,
        reading: bool = False,
    ) -> Done:
        start, at = time.perf_counter(), time.time_ns() // 1_000_000
        opened: list[subprocess.Popen[bytes]] = []
        try:
            process = self._opened(opened, argv, cwd, env, subprocess.PIPE, reading=reading)
            out, err = process.communicate(stdin or b"", timeout)
        except BaseException as error:
            for process in opened:
                kill_group(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise Busy(f"{argv[0]} did not answer within {timeout:g} s") from error
            raise
        seconds = time.perf_counter() - start
        stderr = err.decode(errors="replace")
        self.log.append(Done(tuple(argv), process.returncode, b"", stderr, seconds, at, str(cwd), reading))
        return Done(tuple(argv), process.returncode, out, stderr, seconds, at)

    def start(
        self, argv: Sequence[str], *, cwd: Path, env: Environment | None = None, reading: bool = True
    ) -> subprocess.Popen[bytes]:
        process = self._opened([], argv, cwd, env, subprocess.DEVNULL, reading=reading)
        self.log.append(Done(tuple(argv), 0, b"", "", 0.0, time.time_ns() // 1_000_000, str(cwd), reading=reading))
        return process

    def end_reads(self) -> None:
        with self._noting:
            self._ended = True
            reads = list(self._reads)
        for process in reads:
            _kill(process)
        others, until = self._starting - {threading.get_ident()}, time.monotonic() + STARTING
        while others & self._starting and time.monotonic() < until:  # they note what they start, and see that it ends
            time.sleep(0.001)

    def _opened(
        self,
        opened: list[subprocess.Popen[bytes]],
        argv: Sequence[str],
        cwd: Path,
        env: Environment | None,
        stderr: int,
        *,
        reading: bool,
    ) -> subprocess.Popen[bytes]:
        """The process, which is in `opened` and noted before a signal can end this thread's part in it."""
        me = threading.get_ident()
        with held if threading.current_thread() is threading.main_thread() else contextlib.nullcontext():
            self._starting.add(me)
            try:
                opened.append(_open(argv, cwd, env, stderr))
                if reading:
                    self._note(opened[0])
            finally:
                self._starting.discard(me)
        return opened[0]

    def _note(self, process: subprocess.Popen[bytes]) -> None:
        with self._noting:
            self._reads.add(process)
        if self._ended:  # a thread that reads goes on until the interpreter ends
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it with all its children, unless it has ended; whoever waits for it reaps it."""
    with contextlib.suppress(ProcessLookupError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


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
