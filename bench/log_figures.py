"""A log of 1,000,000 lines: from the key until its end is on the screen, a search through all of it, and what memory it
takes to follow it while it grows."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measure import Figure, Sample, in_turn
from bench.projects import MLTUI, WORK, Place
from bench.terminal import Terminal

ROUNDS = 3
LINES = 1_000_000
#: Lines that come while one looks, in so many bursts.
MORE, BURSTS = 200_000, 5
ID = "20260101-000000-0001"


def job_log() -> list[Figure]:
    """In the Jobs place, of a job that has ended."""
    place = _project()
    opened: list[float] = []
    searched: list[float] = []

    def once() -> float:
        with _looking(place) as terminal:
            terminal.press("L")
            opened.append(terminal.wait(rf"epoch {LINES - 1} ") * 1000)
            terminal.press("g")
            terminal.wait(r"epoch 0 ")
            terminal.press("/")
            terminal.wait("Search the log")
            terminal.press(f"epoch {LINES - 100} \r")
            searched.append(terminal.wait(rf"line {LINES - 99:,}") * 1000)
            return opened[-1]

    (taken,) = in_turn(ROUNDS, once)
    grown = _growth(place)
    return [
        Figure("a log of 1,000,000 lines, key to its end on screen", taken, None, "", 500),
        Figure("a search through all of it", Sample.of(searched), None, "", None),
        Figure("memory that 200,000 more lines take", grown, None, "", 4, unit="MB"),
    ]


def _growth(place: Place) -> float:
    """How much more memory (MB) the process has after the log grew, at its end."""
    with _looking(place) as terminal:
        terminal.press("L")
        terminal.wait(rf"epoch {LINES - 1} ")
        terminal.settle()
        before, at = terminal.use().memory, LINES
        for _ in range(BURSTS):
            _write(_log(place), at, at + MORE // BURSTS)
            at += MORE // BURSTS
            terminal.wait(rf"epoch {at - 1} ")
        terminal.settle()
        after = terminal.use().memory
    _write(_log(place), 0, LINES, new=True)
    return after - before


@contextmanager
def _looking(place: Place) -> Iterator[Terminal]:
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait("Newest|Nothing|Overview")
        terminal.settle()
        terminal.press("7")
        terminal.wait("a long one")
        terminal.settle()
        yield terminal


def _log(place: Place) -> Path:
    return place.path / ".git" / "mltui" / "jobs" / ID / "log"


def _project() -> Place:
    place = Place(WORK / "log", WORK / "log-home")
    log = _log(place)
    if not place.path.exists():
        place.path.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", str(place.path)], check=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    spec = {"schema": 1, "title": "a long one", "created": 1_767_225_600_000, "executor": "local", "argv": ["dvc"]}
    state = {"schema": 1, "state": "finished", "start": 1_767_225_600_000, "end": 1_767_225_660_000}
    (log.parent / "spec.json").write_text(json.dumps(spec))
    (log.parent / "state.json").write_text(json.dumps(state))
    _write(log, 0, LINES, new=True)
    return place


def _write(log: Path, first: int, last: int, *, new: bool = False) -> None:
    with log.open("w" if new else "a") as file:
        file.writelines(f"2026-01-01 00:00:00 INFO epoch {at} loss 0.12345 auc 0.98765\n" for at in range(first, last))
