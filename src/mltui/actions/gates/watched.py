"""One gate command run to its end, under a supervisor of its own (`supervising`)."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mltui.errors import SourceError, Unreachable
from mltui.sources.runner import Runner, kill_group

SUPERVISOR = Path(__file__).with_name("supervising.py")
#: Between SIGTERM and SIGKILL (s).
GRACE = 5.0
#: How soon a stop is noticed (s), and how much longer than it has to take the end may be (s).
LOOK, LATE = 0.1, 60.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. `code` is as `subprocess` has it, negative of a signal, None if it never was its own end;
    `why` "", "timeout" or "stopped". `error` says why it did not start, `missing` that there is no such program.
    `behind` are processes that it left behind, which were ended, `alive` those that could not be. `bytes` were printed,
    `left_out` of them are not kept; `trouble` says why nothing more could be."""

    code: int | None = None
    why: str = ""
    error: str = ""
    missing: bool = False
    seconds: float = 0.0
    bytes: int = 0
    left_out: int = 0
    trouble: str = ""
    behind: tuple[str, ...] = ()
    alive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What is run: `argv` in `cwd` with exactly the variables `env`, `timeout` s long. Its output is added to the file
    `log`, which lacks `left_out` bytes already; standard output also goes to the new file `copy`, if any. The file
    `lock` is locked as long as anything of the command lives."""

    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    timeout: float
    log: Path
    lock: Path
    copy: Path | None = None
    left_out: int = 0
    grace: float = GRACE


def run_watched(runner: Runner, order: Order, stopped: threading.Event) -> Ended:
    """Run it until it ends, `timeout` is over, or `stopped` is set. Raises a `SourceError` if it can't be watched.

    Whatever is raised here (ctrl+c), nothing of the command is left running.
    """
    process = runner.start((sys.executable, "-I", str(SUPERVISOR)), cwd=order.cwd, reading=False)
    until = time.monotonic() + order.timeout + order.grace + LATE
    try:
        _say(process, json.dumps(_written(order)).encode() + b"\n")
        line = _heard(process, stopped, until, order.grace)
    except BaseException:
        _say(process, b"stop\n")
        with suppress(SourceError):
            _heard(process, threading.Event(), time.monotonic() + order.grace + LATE, order.grace)
        raise
    finally:
        kill_group(process)
    return _read(json.loads(line))


def _read(said: dict[str, Any]) -> Ended:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    return Ended(**fields)


def _written(order: Order) -> dict[str, Any]:
    return {
        "argv": list(order.argv),
        "cwd": str(order.cwd),
        "env": dict(order.env),
        "timeout": order.timeout,
        "grace": order.grace,
        "log": str(order.log),
        "lock": str(order.lock),
        "copy": str(order.copy) if order.copy else None,
        "left_out": order.left_out,
    }


def _heard(process: subprocess.Popen[bytes], stopped: threading.Event, until: float, grace: float) -> bytes:
    """The line that says how it ended; a stop is passed on once."""
    assert process.stdout is not None
    line, passed = b"", False
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if stopped.is_set() and not passed:
                _say(process, b"stop\n")
                passed, until = True, time.monotonic() + grace + LATE
            if time.monotonic() > until:
                raise Unreachable("the command could not be ended", "look for it with ps")
            if not selector.select(LOOK):
                continue
            piece = process.stdout.read1(1 << 16)  # type: ignore[attr-defined]
            if not piece:
                raise Unreachable("what watches the command ended without a word", "run the gates again")
            line += piece
    return line


def _say(process: subprocess.Popen[bytes], words: bytes) -> None:
    assert process.stdin is not None
    with suppress(OSError):  # it ended meanwhile: that is heard
        process.stdin.write(words)
        process.stdin.flush()
