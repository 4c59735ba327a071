"""The one door to outside commands: every process mltui reads from is started here.

One door means one place that logs commands (``@`` shows them), one place that keeps secrets and prompts away, and one
fake that serves every test (`Runner` is a protocol).
"""

from __future__ import annotations

import os
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mltui.errors import Busy, NotFound

#: Commands remembered for the command log; a day of polling must not grow the process.
LOG_LENGTH = 500


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
        env: Mapping[str, str] | None = None,
        timeout: float = 30.0,
        stdin: bytes | None = None,
    ) -> Done:
        """Run `argv` to its end and return what it printed, whatever its exit code.

        `env` is laid over the present environment. Raises `NotFound` if there is no such program, `Busy` after
        `timeout` seconds (the process group is killed first).
        """


class ProcessRunner:
    """The real door: subprocesses without a terminal, in a group of their own, remembered in `log`."""

    def __init__(self) -> None:
        self.log: deque[Done] = deque(maxlen=LOG_LENGTH)

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        timeout: float = 30.0,
        stdin: bytes | None = None,
    ) -> Done:
        start = time.perf_counter()
        try:
            done: subprocess.CompletedProcess[bytes] = subprocess.run(
                list(argv),
                cwd=cwd,
                env={**os.environ, **(env or {})},
                input=stdin or b"",
                capture_output=True,
                timeout=timeout,
                check=False,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise NotFound(f"{argv[0]} is not installed or not on PATH", f"install {argv[0]}") from error
        except subprocess.TimeoutExpired as error:
            raise Busy(f"{argv[0]} did not answer within {timeout:g} s") from error
        stderr = done.stderr.decode(errors="replace")
        result = Done(tuple(argv), done.returncode, done.stdout, stderr, time.perf_counter() - start)
        self.log.append(result)
        return result
