"""The queue of experiments from DVC's files: half-written, foreign and left-over ones, and who is still alive."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from mltui.sources.dvc import experiment_queue as queue

REV, BASE, TASK = "a" * 40, "b" * 40, "11111111-2222"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in (*queue.folders(tmp_path), tmp_path / ".dvc" / "tmp" / "exps" / "run" / REV):
        folder.mkdir(parents=True)
    return tmp_path


def message(task: str = queue.TASK, rev: str = REV, **entry: Any) -> dict[str, Any]:
    said = {"stash_rev": rev, "baseline_rev": BASE, "name": "tree-frog", **entry}
    body = base64.b64encode(json.dumps([[said], {}, {}]).encode()).decode()
    return {"body": body, "headers": {"task": task, "id": TASK}, "properties": {}}


def put(root: Path, where: int, content: Any = None, name: str = "1_x.celery.msg") -> None:
    """A file in the `where`-th of the queue's directories."""
    path = queue.folders(root)[where] / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content or message()).encode())


def over(root: Path, status: str, result_hash: str | None) -> None:
    put(root, 2, {"status": status, "date_done": "2026-03-04T12:41:07.500000+00:00"}, f"celery-task-meta-{TASK}")
    run = root / ".dvc" / "tmp" / "exps" / "run" / REV / f"{REV}.run"
    run.write_text(json.dumps({"result_hash": result_hash}))


def process(root: Path, **said: Any) -> None:
    (root / ".dvc" / "tmp" / "exps" / "run" / REV / f"{REV}.json").write_text(json.dumps(said))


def statuses(root: Path) -> list[str]:
    return [one.status for one in queue.read(root)]


def test_from_waiting_to_the_end(root: Path) -> None:
    put(root, 0)
    (one,) = queue.read(root)
    assert one == queue.Queued(REV, "tree-frog", BASE, "SCHEDULED")
    waiting, taken, _ = queue.folders(root)
    (waiting / "1_x.celery.msg").rename(taken / "1_x.celery.msg")
    assert statuses(root) == ["RUNNING"], "no process has been started yet"
    process(root, pid=os.getpid(), returncode=None)
    assert statuses(root) == ["RUNNING"]
    over(root, "STARTED", None)
    assert statuses(root) == ["RUNNING"]
    over(root, "SUCCESS", None)
    assert [(one.status, one.end) for one in queue.read(root)] == [("FAILED", 1_772_628_067_500)]
    over(root, "FAILURE", None)
    assert statuses(root) == ["FAILED"]
    over(root, "SUCCESS", "0a1b")
    assert statuses(root) == [], "refs/exps has it"


def test_a_process_that_is_gone(root: Path) -> None:
    """A reboot leaves the task as if it ran; dvc says so for ever."""
    put(root, 1)
    process(root, pid=2**22 + 1, returncode=None)
    assert statuses(root) == ["KILLED"]
    process(root, pid=2**22 + 1, returncode=0)
    assert statuses(root) == ["RUNNING"], "it ended, and its worker is collecting what it made"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"body": "W1t7',
        b"[]",
        b"\xff\xfe",
        b"{}",
        json.dumps({**message(), "body": "%%%"}).encode(),
        json.dumps({**message(), "body": base64.b64encode(b"[[], {}, {}]").decode()}).encode(),
        json.dumps({**message(), "headers": None}).encode(),
        json.dumps(message(task="dvc.something.else")).encode(),
        json.dumps(message(rev="../../../etc/passwd")).encode(),
        json.dumps(message(rev="HEAD")).encode(),
    ],
)
def test_a_message_that_makes_no_sense_costs_itself_only(root: Path, content: bytes) -> None:
    put(root, 0, content, "0_x.celery.msg")
    put(root, 0, name="1_x.celery.msg")
    put(root, 0, message(rev="c" * 40), "2_x.dvc-exp-1@localhost.celery.pidbox.txt")
    assert [one.rev for one in queue.read(root)] == [REV]


def test_a_pipe_holds_nobody_up(root: Path) -> None:
    os.mkfifo(queue.folders(root)[0] / "0_x.celery.msg")
    put(root, 0)
    assert statuses(root) == ["SCHEDULED"]


def test_no_queue(tmp_path: Path) -> None:
    assert queue.read(tmp_path) == ()
    before = queue.fingerprint(tmp_path)
    queue.folders(tmp_path)[0].mkdir(parents=True)
    assert queue.fingerprint(tmp_path) != before
