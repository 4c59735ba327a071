"""The queue of experiments from DVC's files: half-written, foreign and left-over ones, and who is still alive."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.real.git_repository import commit, git, make

from mltui.actions.executors import queue_workers
from mltui.sources import processes
from mltui.sources.dvc import experiment_queue as queue
from mltui.sources.dvc import queue_processes, queue_tasks
from mltui.sources.dvc.experiments import ExperimentsSource
from mltui.sources.dvc.queue_processes import Survivors
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner

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
    return [one.status for one in queue.read([root])]


@pytest.fixture
def started() -> Iterator[Callable[..., int]]:
    """Starts a process with these words in its command line and gives its pid; all end with the test."""
    every: list[subprocess.Popen[bytes]] = []

    def start(*words: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> int:
        argv = (sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()", *words)
        given = {**os.environ, **(env or {})}
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=given, cwd=cwd)
        every.append(process)
        assert process.stdout is not None and process.stdout.readline()  # its command line is its own now
        return process.pid

    yield start
    for process in every:
        process.communicate()


def worker(root: Path, pid: int) -> None:
    (root / ".dvc" / "tmp" / "exps" / "celery" / "dvc-exp-worker-1.json").write_text(json.dumps({"pid": pid}))


def test_from_waiting_to_the_end(root: Path, started: Callable[..., int]) -> None:
    worker(root, started("queue-worker"))
    put(root, 0)
    (one,) = queue.read([root])
    assert one == queue.Queued(REV, "tree-frog", BASE, "SCHEDULED")
    waiting, taken, _ = queue.folders(root)
    (waiting / "1_x.celery.msg").rename(taken / "1_x.celery.msg")
    assert statuses(root) == ["RUNNING"], "no process has been started yet"
    pid = started(REV)
    process(root, pid=pid, returncode=None)
    assert [(one.status, one.alive) for one in queue.read([root])] == [("RUNNING", (pid,))]
    over(root, "STARTED", None)
    assert statuses(root) == ["RUNNING"]
    over(root, "SUCCESS", None)
    assert [(one.status, one.end) for one in queue.read([root])] == [("FAILED", 1_772_628_067_500)]
    over(root, "FAILURE", None)
    assert statuses(root) == ["FAILED"]
    over(root, "SUCCESS", "0a1b")
    assert statuses(root) == [], "refs/exps has it"


def test_a_process_that_is_gone(root: Path, started: Callable[..., int]) -> None:
    """A reboot, or a kill of the worker, leaves the task as if it ran; dvc says so for ever."""
    put(root, 1)
    assert statuses(root) == ["KILLED"], "it was taken, and not begun"
    process(root, pid=2**22 + 1, returncode=None)
    assert statuses(root) == ["KILLED"]
    process(root, pid=os.getpid(), returncode=None)
    assert statuses(root) == ["KILLED"], "its number is somebody else's now"
    process(root, pid=2**22 + 1, returncode=0)
    assert statuses(root) == ["KILLED"], "nobody collects what it made"
    worker(root, started("queue-worker"))
    assert statuses(root) == ["RUNNING"], "it ended, and its worker is collecting what it made"
    worker(root, started("of something else"))
    process(root, pid=started(REV), returncode=None)
    assert statuses(root) == ["RUNNING"], "its own process is at it without a worker"


def test_a_worker_that_another_one_wrote_itself_over(root: Path, started: Callable[..., int]) -> None:
    """Who waits for the end of a worker writes that down over the next one of its name. What that took is not lost."""
    put(root, 1)
    worker(root, 2**22 + 1)
    celery = str(root / ".dvc" / "tmp" / "exps" / "celery").encode()
    node = f"dvc-exp-{hashlib.sha256(celery).hexdigest()[:6]}-1@localhost"
    started("queue-worker", "dvc-exp-000000-1@localhost")
    assert (statuses(root), queue_tasks.tasks(root)[0].state) == (["KILLED"], "lost"), "another queue's"
    started("queue-worker", node)
    assert (statuses(root), queue_tasks.tasks(root)[0].state) == (["RUNNING"], "running")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_what_lives_on_when_the_queue_has_it_as_over(root: Path, started: Callable[..., int], tmp_path: Path) -> None:
    said = {"DVC_EXP_NAME": "tree-frog", "DVC_EXP_BASELINE_REV": BASE, "DVC_ROOT": str(root)}
    put(root, 1)
    started(env={**said, "DVC_ROOT": "/somewhere/else"})
    assert [(one.status, one.alive) for one in queue.read([root])] == [("KILLED", ())]
    training = started(env=said)
    assert [(one.status, one.alive) for one in queue.read([root])] == [("KILLED", (training,))]
    over(root, "FAILURE", None)
    folder, elsewhere = root / ".dvc" / "tmp" / "exps" / "tmpexp", tmp_path / "exp"
    folder.mkdir()
    elsewhere.mkdir()
    run = root / ".dvc" / "tmp" / "exps" / "run" / REV / f"{REV}.run"
    other = started(cwd=folder)
    started(cwd=elsewhere)
    for place, alive in ((folder, {training, other}), (elsewhere, {training}), (tmp_path, {training})):
        run.write_text(json.dumps({"result_hash": None, "root_dir": str(place)}))
        found = [(one.status, set(one.alive)) for one in queue.read([root])]
        assert found == [("FAILED", alive)], "whoever works where DVC runs no experiment is nobody's to stop"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_all_processes_are_read_once_for_all_projects_and_only_where_something_may_live_on(
    root: Path, started: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    walks: list[int] = []
    own = queue_processes._own

    def counted() -> list[int]:
        walks.append(1)
        return own()

    monkeypatch.setattr(queue_processes, "_own", counted)
    other = root / "other"
    for folder in queue.folders(other):
        folder.mkdir(parents=True)
    for place, rev in ((root, REV), (other, "c" * 40)):
        put(place, 1, message(rev=rev))
        put(place, 2, {"status": "FAILURE"}, f"celery-task-meta-{TASK}")
    training = started(env={"DVC_EXP_NAME": "tree-frog", "DVC_EXP_BASELINE_REV": BASE, "DVC_ROOT": str(other)})
    survivors = Survivors()

    def look() -> list[tuple[int, ...]]:
        return [one.alive for one in queue.read([root, other], survivors.of)]

    for count in (1, 2, 3):
        assert look() == [(), (training,)] and len(walks) == count
    os.kill(training, signal.SIGKILL)
    os.waitid(os.P_PID, training, os.WEXITED | os.WNOWAIT)
    assert look() == look() == [(), ()] and len(walks) == 5, "that it was gone has been seen twice"
    assert look() == [(), ()] and len(walks) == 5, "nothing may be left of either"
    put(root, 1, message(rev=REV, name="another"))
    assert look() == [(), ()] and len(walks) == 6, "of this one nobody looked"


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
    assert [one.rev for one in queue.read([root])] == [REV]


def test_a_pipe_holds_nobody_up(root: Path) -> None:
    os.mkfifo(queue.folders(root)[0] / "0_x.celery.msg")
    put(root, 0)
    assert statuses(root) == ["SCHEDULED"]


def test_no_queue(tmp_path: Path) -> None:
    assert queue.read([tmp_path]) == ()
    before = queue.fingerprint(tmp_path)
    queue.folders(tmp_path)[0].mkdir(parents=True)
    assert queue.fingerprint(tmp_path) != before


def test_a_task_that_a_worker_takes_just_now_is_in_the_queue_all_the_time(
    root: Path, monkeypatch: pytest.MonkeyPatch, started: Callable[..., int]
) -> None:
    """Whatever the order in which its directories are read: one that the queue does not have was removed."""
    worker(root, started("queue-worker"))
    waiting, taken, _ = queue.folders(root)
    read = queue_tasks.messages

    def moves(folder: Path) -> list[Any]:
        found = list(read(folder))
        if (waiting / "1_x.celery.msg").exists():
            (waiting / "1_x.celery.msg").rename(taken / "1_x.celery.msg")
        return found

    put(root, 0)
    monkeypatch.setattr(queue_tasks, "messages", moves)
    assert [task.rev for task in queue_tasks.tasks(root)] == [REV]


def test_a_task_whose_worker_ends_right_behind_it_is_not_lost(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It notes the result, and then ends."""
    put(root, 1)
    looks = iter([(7,)])
    monkeypatch.setattr(queue_tasks, "workers", lambda _root: next(looks, ()))
    assert [task.state for task in queue_tasks.tasks(root)] == ["running"], "the next look has its result"
    assert [task.state for task in queue_tasks.tasks(root)] == ["lost"]


def test_a_worker_that_just_goes_is_no_worker_for_what_was_queued(
    root: Path, started: Callable[..., int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is there, and takes nothing any more. `tasks` stands for the moment in which it goes."""
    calls: list[tuple[str, ...]] = []
    last = started("queue-worker")
    worker(root, last)
    put(root, 0)

    def tasks(root: Path) -> tuple[queue_tasks.Task, ...]:
        os.kill(last, signal.SIGKILL)
        return queue_tasks.tasks(root)

    def run_aside(*words: str, **_given: object) -> int:
        calls.append(words)
        return 0

    monkeypatch.setattr(queue_workers, "tasks", tasks)
    monkeypatch.setattr(queue_workers, "shimmed", lambda *_: tmp_path)
    dvc: Any = SimpleNamespace(root=root, env=lambda: {"PATH": ""}, run_aside=run_aside)
    queue_workers.start(dvc, tmp_path, 1, tmp_path / "said")
    assert calls == [("queue", "start", "-j", "1")]


def test_workers_that_have_work_are_left_alone(
    root: Path, started: Callable[..., int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    worker(root, started("queue-worker"))
    put(root, 0)
    looks: list[str] = []

    def tasks(root: Path) -> tuple[queue_tasks.Task, ...]:
        looks.append("looked")
        if len(looks) == 2:  # it takes it
            waiting, taken, _ = queue.folders(root)
            (waiting / "1_x.celery.msg").rename(taken / "1_x.celery.msg")
        return queue_tasks.tasks(root)

    monkeypatch.setattr(queue_workers, "tasks", tasks)
    dvc: Any = SimpleNamespace(root=root)  # nothing is started
    queue_workers.start(dvc, tmp_path, 1, tmp_path / "said")
    assert len(looks) == 2


def test_a_worker_that_begins_after_it_was_looked_for_and_takes_something_left_nothing_undone(
    root: Path, started: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`workers` stands for the moment."""
    put(root, 0)
    looks: list[tuple[int, ...]] = []

    def workers(root: Path) -> tuple[int, ...]:
        looks.append(queue_processes.workers(root))
        if len(looks) == 1:
            worker(root, started("queue-worker"))
            waiting, taken, _ = queue.folders(root)
            (waiting / "1_x.celery.msg").rename(taken / "1_x.celery.msg")
        return looks[-1]

    monkeypatch.setattr(queue, "workers", workers)
    monkeypatch.setattr(queue, "has_worker", lambda root: bool(workers(root)))
    assert statuses(root) == ["RUNNING"]


def test_what_was_taken_and_succeeded_after_it_was_seen_to_wait_does_not_wait(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, 0)
    messages = queue.messages

    def and_then(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from messages(folder)
        waiting, taken, _ = queue.folders(root)
        if folder == waiting:
            (waiting / "1_x.celery.msg").rename(taken / "1_x.celery.msg")
            over(root, "SUCCESS", "0a1b")

    monkeypatch.setattr(queue, "messages", and_then)
    assert statuses(root) == []


def test_a_process_that_just_becomes_another_program_is_there(
    started: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no command line for a moment. `process_argv` stands for that."""
    pid, known = started("queue-worker"), processes.process_argv
    said = [(), (), None]
    monkeypatch.setattr(processes, "process_argv", lambda pid: said.pop(0) if said[0] is not None else known(pid))
    assert processes.runs(pid, "queue-worker")
    assert said == [None]
    monkeypatch.setattr(processes, "process_argv", lambda _pid: ())
    assert not processes.runs(pid, "queue-worker"), "that of a kernel's has none"


def test_what_ends_while_experiments_are_listed_is_among_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`read` stands for the moment: the queue has done with it, and DVC has made its ref."""
    make(tmp_path)
    (tmp_path / "params.yaml").write_text("lr: 1\n")
    commit(tmp_path, "baseline")
    head = git(tmp_path, "rev-parse", "HEAD")

    def read(*_given: object) -> tuple[queue.Queued, ...]:
        git(tmp_path, "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/tree-frog", head)
        return ()

    monkeypatch.setattr(queue, "read", read)
    runner = ProcessRunner()
    found = ExperimentsSource(open_project(tmp_path, runner), runner).load()
    assert [(one.name, one.status) for one in found] == [("tree-frog", "FINISHED")]
