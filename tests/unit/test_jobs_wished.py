"""A stop that comes while a job is being started is passed on once, by whoever starts it, by its runner or by the
stopper: a training that is interrupted twice is cut off while it tidies up."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.executors.port import Cancelled
from mltui.actions.jobs import runner_stop, signalling
from mltui.actions.jobs.shipped import RUNNER
from mltui.actions.jobs.signalling import SignalledJob
from mltui.actions.jobs.starting import new_job_id, start_job
from mltui.model.job import Job, JobSpec
from mltui.model.job_record import spec_document
from mltui.sources.jobs.source import JobsSource, being_started
from mltui.sources.json_files import read_json
from mltui.sources.places import Project


class Engine:
    """Submits as soon as the door is open, and counts what it is asked to cancel."""

    kind = "box"

    def __init__(self) -> None:
        self.at, self.door, self.cancelled = threading.Event(), threading.Event(), list[str]()

    def refusal(self, _spec: JobSpec) -> None:
        return None

    def submit(self, _spec: JobSpec, _directory: Path) -> str:
        self.at.set()
        assert self.door.wait(600)
        return "77"

    def cancel(self, _job: Job, how: str) -> Cancelled:
        self.cancelled.append(how)
        return Cancelled()

    status = log = list = None


@pytest.mark.parametrize("meanwhile", [True, False])
def test_whoever_starts_a_job_and_whoever_stops_it_pass_a_stop_on_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: bool
) -> None:
    """The start is over right after the wish was written, or right after somebody looked whether it goes on."""
    project, made = Project(tmp_path, tmp_path), Engine()
    engine: Any = made
    spec = JobSpec(new_job_id(), "retrain", 1, "box", "box", "remote", ("dvc", "repro"), "/")
    starting = threading.Thread(target=start_job, args=(project, engine, spec))
    starting.start()
    assert made.at.wait(600)
    job, looks = JobsSource(project).one(spec.id), list[bool | None]()

    def looked(job: Job) -> bool | None:
        if looks and meanwhile:  # the wish stands in stop.json
            made.door.set()
            starting.join()
        looks.append(being_started(job))
        return looks[-1]

    monkeypatch.setattr(signalling, "being_started", looked)
    said = SignalledJob(engine, job).signal("INT").said
    made.door.set()
    starting.join()
    assert made.cancelled == ["INT"] and said, (looks, said)
    assert SignalledJob(engine, job).signal("INT").said == () and made.cancelled == ["INT", "INT"]


#: Counts its interrupts, and ends when it is terminated.
HEARS = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
signal.signal(signal.SIGINT, lambda *_: print("INT", flush=True))
print("ready", flush=True)
time.sleep(600)
while True:
    time.sleep(600)
"""


def test_a_stop_that_a_runner_found_by_itself_is_not_signalled_again(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", HEARS)
    spec = JobSpec(new_job_id(), "retrain", 1, "queue", "dvc-queue", "queue", argv, str(tmp_path))
    folder = tmp_path / "jobs" / spec.id
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text(json.dumps(spec_document(spec)))

    def cancelled(how: str) -> list[Any]:
        words = (sys.executable, str(RUNNER), "cancel", str(folder), how)
        found: list[Any] = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)["signalled"]
        return found

    def says(word: str) -> bool:
        return (folder / "log").is_file() and word in (folder / "log").read_text()

    with subprocess.Popen((sys.executable, str(RUNNER), "run", str(folder))) as runner:
        try:
            while not says("ready"):
                assert runner.poll() is None
            runner_stop.ask(str(folder), {"how": "INT", "at": 1})  # as who stops it while it is being started
            while not says("INT"):
                assert runner.poll() is None
            assert cancelled("INT") == [], "as who starts it does afterwards"
            assert len(cancelled("TERM")) == 1
            runner.wait()
        finally:
            cancelled("KILL")
    assert (folder / "log").read_text().split() == ["ready", "INT"]
    assert read_json(folder / "state.json")["state"] == "stopped"
