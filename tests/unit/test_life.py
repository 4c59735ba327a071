"""A run that is RUNNING in the store: gone, silent, or nobody knows better."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.mlflow_tables import TABLES_2020, a_run, make, reader, runs

from mltui.model.life import QUIET_MS, Life, is_silent, life_text, longest_gap
from mltui.sources import slurm
from mltui.sources.mlflow.lives import Lives
from mltui.sources.processes import host_name, is_there, process_start
from mltui.sources.runner import Done, ProcessRunner

START = 1_700_000_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE
RUN = "a" * 32


def test_the_longest_gap_counts_from_the_start_and_to_the_end() -> None:
    assert longest_gap(START, [START + 90 * MINUTE, START + 10 * MINUTE]) == 80 * MINUTE
    assert longest_gap(START, [START + 5], START + HOUR) == HOUR - 5
    assert longest_gap(START, []) is None
    assert longest_gap(None, [START]) is None


def test_silence_is_fifteen_minutes_or_five_gaps() -> None:
    assert not is_silent(START, START + QUIET_MS, None)
    assert is_silent(START, START + QUIET_MS + 1, None)
    assert not is_silent(START, START + 50 * MINUTE, 10 * MINUTE)
    assert is_silent(START, START + 50 * MINUTE + 1, 10 * MINUTE)


def test_words() -> None:
    silent = Life("silent", START, 41 * MINUTE)
    assert life_text(silent, START + 3 * HOUR) == "silent 3 h, longest gap so far 41 min"
    assert life_text(silent, None) == "silent, longest gap so far 41 min"
    assert life_text(replace(silent, of_others=True), None) == "silent, longest gap of finished runs 41 min"
    assert life_text(Life("silent", START), START + 3 * HOUR) == "silent 3 h"
    gone = Life("gone", START, why="no process 7 on this host any more")
    assert life_text(gone, START + 3 * HOUR) == "gone: no process 7 on this host any more, last write 3 h ago"


def test_a_process_is_told_from_another_with_its_number() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    start = process_start(child.pid)
    assert is_there(child.pid, start) is True
    *place, ticks = start.split(":")
    assert is_there(child.pid, ":".join([*place, str(int(ticks) + 1)])) is False
    child.kill()
    while process_start(child.pid) and Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        os.sched_yield()
    assert is_there(child.pid, start) is False  # a zombie runs no more
    child.communicate()
    assert is_there(child.pid, start) is False


def test_what_can_not_be_known_of_a_process() -> None:
    system, boot, namespace, ticks = process_start(os.getpid()).split(":")
    assert is_there(os.getpid(), f"{system}:{boot}:1{namespace}:{ticks}") is None  # another container
    assert is_there(os.getpid(), f"{system}:another-boot:{namespace}:{ticks}") is False
    assert is_there(os.getpid(), "windows:1") is None
    assert is_there(0, "1") is None
    assert is_there(os.getpid(), "1000") is False  # epoch ms: this one began later than in 1970


def store(tmp_path: Path, *rows: tuple[str, dict[str, Any]], **run: Any) -> Path:
    values = {"status": "RUNNING", "end_time": None, "start_time": START} | run
    return make(tmp_path / "mlflow.db", TABLES_2020, [a_run(RUN, **values), *rows])


def points(run_id: str, *times: int) -> list[tuple[str, dict[str, Any]]]:
    rows = [
        ("metrics", {"key": "loss", "value": 1, "timestamp": at, "step": step, "is_nan": 0, "run_uuid": run_id})
        for step, at in enumerate(times)
    ]
    return [*rows, ("latest_metrics", rows[-1][1])]


def tag(key: str, value: str) -> tuple[str, dict[str, Any]]:
    return "tags", {"key": key, "value": value, "run_uuid": RUN}


def life(path: Path, now: int, runner: Any = None) -> Life | None:
    source = reader(path)
    judged = Lives(runner or ProcessRunner(), path.parent).judged(source, runs(source), now)
    return next(run.life for run in judged if run.run_id == RUN)


def test_many_silent_runs_are_all_judged_and_old_ones_without_being_read(tmp_path: Path) -> None:
    ids = [f"{number:032x}" for number in range(15)]
    rows = [a_run(each, status="RUNNING", end_time=None, start_time=START) for each in ids]
    path = store(tmp_path, *rows, *(row for each in ids for row in points(each, START + 1000, START + MINUTE)))
    source = reader(path)
    judged = Lives(ProcessRunner(), tmp_path).judged(source, runs(source), START + 9 * HOUR)
    assert [run.life and run.life.state for run in judged] == ["silent"] * 16


def test_only_a_run_without_a_verdict_is_looked_at_again(tmp_path: Path) -> None:
    source = reader(store(tmp_path, *points(RUN, START + MINUTE, START + 2 * MINUTE)))
    lives = Lives(ProcessRunner(), tmp_path)
    lives.judged(source, runs(source), START + 3 * MINUTE)
    assert lives.running
    lives.judged(source, runs(source), START + HOUR)
    assert not lives.running


def test_a_run_that_ended_after_it_was_read_is_not_gone(tmp_path: Path) -> None:
    """Its process ends right after it wrote that: whoever read it before, and looks for the process after, is late."""
    gone = [tag("mltui.pid", "4194304"), tag("mltui.pid_start", str(START)), tag("mltui.host", host_name())]
    path = store(tmp_path, *gone)
    source = reader(path)
    read = runs(source)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET status = 'FINISHED', end_time = ?", (START + MINUTE,))
    lives = Lives(ProcessRunner(), tmp_path)
    assert [run.life for run in lives.judged(source, read, START + MINUTE)] == [None]
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET status = 'RUNNING', end_time = NULL")
    assert [run.life and run.life.state for run in lives.judged(source, read, START + MINUTE)] == ["gone"]


def test_one_write_is_no_gap(tmp_path: Path) -> None:
    path = store(tmp_path, *points(RUN, START + 1000))
    assert life(path, START + HOUR) == Life("silent", START + 1000, 1000, of_others=True)


def test_a_run_falls_silent_by_its_own_gaps(tmp_path: Path) -> None:
    path = store(tmp_path, *points(RUN, START + MINUTE, START + 42 * MINUTE))
    last = START + 42 * MINUTE
    assert life(path, last + 5 * 41 * MINUTE) is None
    assert life(path, last + 5 * 41 * MINUTE + 1) == Life("silent", last, 41 * MINUTE)


def test_a_run_that_never_wrote_is_measured_by_finished_ones(tmp_path: Path) -> None:
    other = "b" * 32
    finished = a_run(other, start_time=START - 9 * HOUR, end_time=START - 7 * HOUR)
    path = store(tmp_path, finished, *points(other, START - 8 * HOUR))
    assert life(path, START + 5 * HOUR) is None
    assert life(path, START + 5 * HOUR + 1) == Life("silent", START, HOUR, of_others=True)


def test_a_gap_of_an_hour_is_one_whatever_the_second_it_began_in(tmp_path: Path) -> None:
    begun = START + 67
    path = store(tmp_path, *points(RUN, begun + HOUR, begun + HOUR + 1000), start_time=begun)
    found = life(path, begun + 9 * HOUR)
    assert found is not None and "longest gap so far 60 min" in life_text(found, None)


def test_another_process_with_the_number_is_said(tmp_path: Path) -> None:
    tags = [tag("mltui.pid", str(os.getpid())), tag("mltui.pid_start", "1000"), tag("mltui.host", host_name())]
    found = life(store(tmp_path, *tags), START + 1000)
    assert found is not None and found.why == f"its process {os.getpid()} is gone, another has that number"


def test_nothing_is_known_and_a_run_that_has_ended_is_not_judged(tmp_path: Path) -> None:
    assert life(store(tmp_path), START + QUIET_MS + 1) == Life("silent", START, None, of_others=True)
    ended = tmp_path / "ended"
    ended.mkdir()
    assert life(store(ended, status="FINISHED"), START + 99 * HOUR) is None


@pytest.mark.parametrize("host, verdict", [(None, "gone"), ("another-box", None)])
def test_gone_only_where_its_process_would_be(tmp_path: Path, host: str | None, verdict: str | None) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    tags = [
        tag("mltui.pid", str(child.pid)),
        tag("mltui.pid_start", process_start(child.pid)),
        tag("mltui.host", host or host_name()),
    ]
    path = store(tmp_path, *tags)
    assert life(path, START + MINUTE) is None
    child.communicate(b"\n")
    found = life(path, START + MINUTE)
    assert (found and found.state) == verdict
    assert found is None or found.why == f"no process {child.pid} on this host any more"


class Scheduler(ProcessRunner):
    """A fake of ``sacct`` at the door: there is no Slurm on a test machine."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer
        self.asked = 0

    def run(self, argv: Sequence[str], **_: Any) -> Done:
        self.asked += 1
        return Done(tuple(argv), 0, self.answer.encode(), "", 0.0)


@pytest.mark.parametrize(
    "answer, why",
    [
        ("TIMEOUT|1699999990|1700000100\n", "Slurm says job 17 ended: TIMEOUT"),
        ("CANCELLED by 1000|1699999990|1700000100\n", "Slurm says job 17 ended: CANCELLED"),
        ("REQUEUED|1|2\nFAILED|1699999990|1700000100\n", "Slurm says job 17 ended: FAILED"),
        ("RUNNING|1699999990|Unknown\n", None),
        ("COMPLETED|1600000000|1600000100\n", None),  # another cluster's job 17, over before this run began
        ("", None),
        ("nonsense\n", None),
    ],
)
def test_what_slurm_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, why: str | None) -> None:
    monkeypatch.setattr(slurm.shutil, "which", lambda _: "/usr/bin/sacct")
    runner = Scheduler(answer)
    found = life(store(tmp_path, tag("mltui.slurm_job", "17")), START + MINUTE, runner)
    assert runner.asked == 1
    assert (found and found.why) == why


def test_slurm_is_asked_for_numbers_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm.shutil, "which", lambda _: "/usr/bin/sacct")
    runner = Scheduler("TIMEOUT|1699999990|1700000100\n")
    assert life(store(tmp_path, tag("mltui.slurm_job", "--help")), START + MINUTE, runner) is None
    assert runner.asked == 0
