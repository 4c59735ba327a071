"""Queue, run, stop, apply, branch, remove: with the real dvc, through the gateway and `mltui exp`."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from cli_projects import dvc
from git_repository import commit, git
from queue_project import queue_template, queued_project, until

from mltui.actions.experiments.dvc import Dvc
from mltui.actions.experiments.processes import belonging
from mltui.actions.experiments.stop import Stop
from mltui.config import Config
from mltui.model.merged import as_run
from mltui.model.outcome import Outcome
from mltui.sources.dvc.experiments import ExperimentsSource
from mltui.sources.dvc.queue_processes import workers
from mltui.sources.dvc.queue_tasks import tasks
from mltui.sources.git.locate import open_project
from mltui.sources.logs import LogFile, LogsSource
from mltui.sources.processes import is_taken
from mltui.sources.runner import ProcessRunner

__all__ = ["queue_template", "queued_project"]
pytestmark = pytest.mark.real
SWITCH, DELETE = ["git", "switch"], ["git", "branch", "-D"]


def logs(root: Path, name: str) -> tuple[LogFile, ...]:
    runner = ProcessRunner()
    project = open_project(root, runner)
    one = next(one for one in ExperimentsSource(project, runner).load() if one.name == name)
    return LogsSource(project, Config(), runner).of(as_run(one), None)


def exp(root: Path, *args: str, code: int = 0) -> dict[str, Any]:
    """What ``mltui exp … --json`` printed."""
    words = [sys.executable, "-m", "mltui", "-C", str(root), "exp", *args, "--json"]
    done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == code, (done.stdout, done.stderr)
    return json.loads(done.stdout) if done.stdout else {"said": done.stderr.decode()}


def listed(root: Path) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in exp(root, "list")["experiments"]}


def made(root: Path, name: str, lr: float) -> dict[str, Any]:
    dvc(root, "exp", "run", "-q", "--temp", "-S", f"params.json:lr={lr}", "-n", name)
    return listed(root)[name]


def state(root: Path) -> tuple[str, str, str]:
    """HEAD's branch and commit, and what git says of the worktree."""
    return git(root, "symbolic-ref", "HEAD"), git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain=v2")


def test_apply_branch_and_remove(queued_project: Path) -> None:
    root = queued_project
    one = made(root, "better", 0.5)
    before = state(root)

    shown = exp(root, "apply", "better", "--dry-run")
    assert shown["commands"][0].endswith(f" exp apply {one['ref']}")
    assert exp(root, "apply", "better", code=2)["said"].startswith("mltui: nothing was done")
    assert state(root) == before

    assert exp(root, "apply", "better", "--yes")["outcome"]["state"] == "done"
    assert state(root)[:2] == before[:2]
    assert json.loads((root / "params.json").read_text())["lr"] == 0.5
    assert json.loads((root / "metrics.json").read_text()) == {"auc": 0.5}
    git(root, "reset", "-q", "--hard")

    for name in ("a..b", git(root, "branch", "--show-current"), f"{git(root, 'branch', '--show-current')}/x"):
        assert exp(root, "branch", "better", name, "--yes", code=4)["refused"]["summary"]
    assert exp(root, "branch", "better", "kept", "--yes")["outcome"]["state"] == "done"
    assert git(root, "rev-parse", "kept") == one["commit"]
    assert state(root) == before

    gone = exp(root, "remove", "better", "--yes")["outcome"]
    assert listed(root) == {}
    assert git(root, "for-each-ref", one["ref"]) == ""
    subprocess.run(gone["left"][0].partition(" brings")[0].split(), cwd=root, check=True)
    assert listed(root)["better"]["commit"] == one["commit"], "as it says, it can be brought back"


def test_one_whose_data_is_elsewhere_says_what_stands_and_what_brings_it(queued_project: Path) -> None:
    root = queued_project
    far = made(root, "far", 0.5)
    git(root, "reset", "-q", "--hard")
    cache, lock = root / ".dvc" / "cache" / "files" / "md5", git(root, "show", f"{far['commit']}:dvc.lock")
    digests = set(re.findall(r"md5: ([0-9a-f]{32})", lock))
    if (root / "dvc.lock").exists():
        digests -= set(re.findall(r"md5: ([0-9a-f]{32})", (root / "dvc.lock").read_text()))
    lost = [path for each in digests if (path := cache / each[:2] / each[2:]).exists()]
    assert lost, digests
    for each in lost:
        each.unlink()
    outcome = exp(root, "apply", "far", "--yes", code=1)["outcome"]
    left = "\n".join(outcome["left"])
    assert outcome["state"] == "failed" and "comes by dvc pull" in left and "git reset --hard" in left, outcome
    assert json.loads((root / "params.json").read_text())["lr"] == 0.5


def test_what_is_in_no_commit_is_overwritten_only_when_asked(queued_project: Path) -> None:
    root = queued_project
    made(root, "better", 0.5)
    mine = (root / "params.json").read_text().replace("0.1", "0.7")
    (root / "params.json").write_text(mine)
    (root / "mine.txt").write_text("mine")
    (root / "staged.txt").write_text("staged")
    git(root, "add", "staged.txt")
    refused = exp(root, "apply", "better", "--yes", code=4)["refused"]
    assert "params.json" in refused["summary"]
    assert "mine.txt" not in refused["summary"]
    assert (root / "params.json").read_text() == mine

    done = exp(root, "apply", "better", "--yes", "--force")["outcome"]
    assert done["state"] == "done"
    assert json.loads((root / "params.json").read_text())["lr"] == 0.5
    assert ((root / "mine.txt").read_text(), (root / "staged.txt").read_text()) == ("mine", "staged")
    (root / "mine.txt").unlink()
    (root / "staged.txt").unlink()
    back = next(each for each in done["left"] if "stash apply" in each).partition(" brings")[0]
    subprocess.run(["sh", "-ec", back], cwd=root, check=True, capture_output=True)
    assert (root / "params.json").read_text() == mine, "as it says, it can be brought back"
    assert (root / "mine.txt").read_text() == "mine"


def test_files_that_dvc_would_wait_for_are_refused_and_other_odd_ones_stay(queued_project: Path) -> None:
    """dvc brings untracked files back from its stash, and waits for ever for one whose name is no UTF-8."""
    root = queued_project
    made(root, "better", 0.5)
    odd, never = root / "-x \n'$(touch pwned)\u202e\x1b[31m", root / os.fsdecode(b"by\xff")
    odd.write_text("odd")
    never.write_text("never")
    refused = exp(root, "apply", "better", "--yes", code=4)["refused"]
    assert "no UTF-8" in refused["summary"] and ".gitignore" in refused["hint"]
    assert never.read_text() == "never" and json.loads((root / "params.json").read_text())["lr"] == 0.1
    never.unlink()
    assert exp(root, "apply", "better", "--yes")["outcome"]["state"] == "done"
    assert odd.read_text() == "odd" and not list(root.parent.glob("**/pwned*"))


def test_hostile_names_are_words_in_what_is_run_and_told(queued_project: Path) -> None:
    root, name, branch = queued_project, ";touch${IFS}pwned'", "it's$(touch${IFS}pwned)"
    made(root, name, 0.5)
    left = exp(root, "branch", name, branch, "--yes")["outcome"]["left"]
    assert [shlex.split(each)[: len(words) + 1] for each, words in zip(left, (SWITCH, DELETE), strict=True)] == [
        [*SWITCH, branch], [*DELETE, branch],
    ]  # fmt: skip
    assert git(root, "rev-parse", f"refs/heads/{branch}") == listed(root)[name]["commit"]
    assert "option" in exp(root, "queue", "-n", "--force", "--yes", code=4)["refused"]["summary"]
    exp(root, "remove", name, "--yes")
    assert listed(root) == {} and not list(root.parent.glob("**/pwned*"))


def test_a_name_of_two_baselines_wants_the_ref(queued_project: Path) -> None:
    root = queued_project
    first = made(root, "twice", 0.5)
    commit(root, "another baseline", other_txt="x")
    made(root, "twice", 0.6)
    assert first["ref"] in exp(root, "remove", "twice", "--yes", code=2)["said"]
    exp(root, "remove", first["ref"], "--yes")
    assert [one["metrics"]["auc"] for one in exp(root, "list")["experiments"]] == [0.6]


def test_a_stage_that_runs_and_a_merge_are_in_the_way(queued_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = queued_project
    made(root, "better", 0.5)
    lock = {"write": {str(root / "metrics.json"): {"pid": os.getpid(), "cmd": "dvc repro"}}, "read": {}}
    (root / ".dvc" / "tmp" / "rwlock").write_text(json.dumps(lock))
    assert f"pid {os.getpid()}" in exp(root, "apply", "better", "--yes", code=4)["refused"]["summary"]
    assert "a stage runs" in exp(root, "queue", "--yes", code=4)["refused"]["summary"]
    (root / ".dvc" / "tmp" / "rwlock").unlink()
    (root / ".git" / "MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD") + "\n")
    assert "a merge" in exp(root, "apply", "better", "--yes", code=4)["refused"]["summary"]


def test_nobody_can_stash_what_is_in_no_commit(queued_project: Path) -> None:
    root = queued_project
    git(root, "config", "--unset", "user.email")
    (root / "params.json").write_text('{"lr": 0.7, "how": "quick"}')
    assert "who you are" in exp(root, "queue", "--yes", code=4)["refused"]["summary"]
    assert (root / "params.json").read_text() == '{"lr": 0.7, "how": "quick"}'


def test_read_only_changes_nothing(queued_project: Path) -> None:
    root = queued_project
    made(root, "better", 0.5)
    before = state(root), git(root, "for-each-ref"), sorted(root.rglob("*"))
    for words in (
        ("apply", "better"), ("branch", "better", "kept"), ("remove", "better"), ("queue",), ("start",),
        ("stop", "better"),
    ):  # fmt: skip
        assert "read-only" in exp(root, *words, "--yes", "--read-only", code=4)["refused"]["summary"]
    assert (state(root), git(root, "for-each-ref"), sorted(root.rglob("*"))) == before


def test_the_queue_from_queueing_to_removing(queued_project: Path, tmp_path: Path) -> None:
    root, doors = queued_project, tmp_path / "doors"
    (root / "params.json").write_text('{"lr": 0.2, "how": "quick"}')
    before = state(root)
    assert "nothing is queued" in exp(root, "start", "--yes", code=4)["refused"]["summary"]
    for name, how in (("waits", "wait"), ("unwanted", "quick"), ("last", "quick")):
        done = exp(root, "queue", "-S", f"params.json:how={how}", "-n", name, "--yes")["outcome"]
        assert done["summary"] == f"queued: {name}"
    assert "already" in exp(root, "queue", "-n", "last", "--yes", code=4)["refused"]["summary"]
    assert "no param nope" in exp(root, "queue", "-S", "params.json:nope=1", "--yes", code=4)["refused"]["summary"]
    assert state(root) == before
    assert {one["status"] for one in listed(root).values()} == {"SCHEDULED"}
    assert "is out of the queue" in exp(root, "stop", "unwanted", "--yes")["outcome"]["summary"]
    argv = [sys.executable, "-m", "mltui", "exp", "start", "--dry-run"]
    shown = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=True).stdout
    assert "runs  waits, last, one after another" in shown or "runs  last, waits, one after another" in shown

    exp(root, "start", "--yes")
    until((doors / "begun-wait").exists, "the training")
    pid = int((doors / "begun-wait").read_text())
    assert listed(root)["waits"]["status"] == "RUNNING"
    (log,) = logs(root, "waits")
    assert "Running stage" in Path(log.path).read_text()
    assert "workers run already" in exp(root, "start", "--yes", code=4)["refused"]["summary"]
    assert "stop it first" in exp(root, "remove", "waits", "--yes", code=4)["refused"]["hint"]
    assert exp(root, "stop", "waits", "--dry-run")["commands"][0] == f"kill -INT {pid}"
    (task,) = [each for each in tasks(root) if each.name == "waits"]

    assert exp(root, "stop", "waits", "--yes")["outcome"]["state"] == "done"
    assert not is_taken(pid)
    assert not Path(task.folder).exists()
    until(lambda: listed(root)["last"]["status"] == "FINISHED", "the one behind it")
    found = listed(root)
    assert {name: one["status"] for name, one in found.items()} == {"waits": "FAILED", "last": "FINISHED"}
    assert found["last"]["metrics"] == {"auc": 0.2}
    assert len(logs(root, "last")) == 1, "when it is done, too"
    exp(root, "remove", "waits", "last", "--yes")
    assert listed(root) == {}
    assert git(root, "for-each-ref", "refs/exps/celery") == "", "nor is anything left in DVC's stashes"
    assert state(root) == before


def test_what_ignores_both_is_killed_when_that_is_asked(
    queued_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, doors = queued_project, tmp_path / "doors"
    monkeypatch.setenv("MLTUI_STOP_GRACE", "1")
    exp(root, "queue", "-S", "params.json:how=stubborn", "-n", "mule", "--yes")
    exp(root, "start", "--yes")
    until((doors / "begun-stubborn").exists, "the training")
    (task,) = tasks(root)
    there = set(belonging(task))
    assert len(there) >= 3, "dvc, the training, and the process it started in a session of its own"
    failed = exp(root, "stop", "mule", "--yes", code=1)["outcome"]
    assert "still runs" in failed["summary"]
    assert exp(root, "stop", "mule", "--kill", "--yes")["outcome"]["state"] == "done"
    assert not any(map(is_taken, there))
    assert tasks(root)[0].state == "failed"


def test_a_training_that_outlived_its_dvc_is_ended_though_the_queue_says_failed(
    queued_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, doors = queued_project, tmp_path / "doors"
    monkeypatch.setenv("MLTUI_STOP_GRACE", "1")
    exp(root, "queue", "-S", "params.json:how=stubborn", "-n", "mule", "--yes")
    exp(root, "start", "--yes")
    until((doors / "begun-stubborn").exists, "the training")
    until(lambda: tasks(root)[0].pid, "the number of its process")
    (task,) = tasks(root)
    assert task.pid is not None
    os.kill(task.pid, signal.SIGKILL)
    until(lambda: tasks(root)[0].state == "failed", "the worker's word")
    left = set(belonging(tasks(root)[0]))
    assert left, "the training lives on"
    told = listed(root)["mule"]
    assert (told["status"], set(told["alive"])) == ("FAILED", left)
    assert "live on" in exp(root, "remove", "mule", "--yes", code=4)["refused"]["summary"]
    words = [sys.executable, "-m", "mltui", "-C", str(root), "exp", "list"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "failed in DVC's queue, its processes live on" in said and "mltui exp stop mule --kill" in said
    assert exp(root, "stop", "mule", "--kill", "--yes")["outcome"]["state"] == "done"
    assert not any(map(is_taken, left))
    assert listed(root)["mule"]["alive"] == []
    assert "does not run" in exp(root, "stop", "mule", "--yes", code=4)["refused"]["summary"]


def test_one_that_a_worker_just_took_is_stopped_when_it_has_a_process(queued_project: Path, tmp_path: Path) -> None:
    """Its worker makes a directory for it first. There was nobody to signal then, and it was called stopped, and went
    on: dvc's own kill ends its process and not the training."""
    root, door, runner = queued_project, tmp_path / "doors" / "begun-wait", ProcessRunner()
    project = open_project(root, runner)
    exp(root, "queue", "-S", "params.json:how=wait", "-n", "early", "--yes")
    said = tasks(root)[0].log.with_suffix(".run")  # the last that its worker writes before there is a process
    said.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(said)
    exp(root, "start", "--yes")
    until(lambda: tasks(root)[0].state == "running", "that it is taken")
    (one,) = ExperimentsSource(project, runner).load()
    waits, told = threading.Event(), list[Outcome]()
    stop = Stop(Dvc(project, Config(python=sys.executable), runner), one, grace=60, kill=True)
    acts = threading.Thread(target=lambda: told.append(stop.act(lambda *_: waits.set())))
    acts.start()
    assert waits.wait(180)
    with said.open("w") as file:  # its worker stands there, or comes
        said.unlink()
        file.write("{}")
    acts.join()
    assert told[0].state == "done", told
    assert not belonging(tasks(root)[0])
    assert tasks(root)[0].state == "failed"
    assert not door.exists() or not is_taken(int(door.read_text()))


@pytest.mark.parametrize("number", ["its own", "a zombie's", "a stranger's"])
def test_a_task_whose_worker_was_killed_is_said_to_be_lost_and_cleared_away(
    queued_project: Path, tmp_path: Path, number: str
) -> None:
    root, doors = queued_project, tmp_path / "doors"
    exp(root, "queue", "-S", "params.json:how=wait", "-n", "orphan", "--yes")
    exp(root, "start", "--yes")
    until((doors / "begun-wait").exists, "the training")
    exp(root, "queue", "-n", "next", "--yes")  # only now: the queue's order is that of numbers as text
    until(lambda: any(each.pid for each in tasks(root)), "the number of its process")
    for pid in workers(root):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not workers(root), "the worker's end")
    (task,) = [each for each in tasks(root) if each.name == "orphan"]
    other = None
    if number != "its own":  # the kernel gives it out again, or nobody collects it: dvc can signal both
        assert task.pid is not None
        os.kill(task.pid, signal.SIGKILL)
        os.kill(int((doors / "begun-wait").read_text()), signal.SIGKILL)
        lasts = "0" if number == "a zombie's" else "600"
        other = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({lasts})"])
        until(lambda: lasts == "600" or not is_taken(other.pid), "its end")
        info = task.log.with_suffix(".json")
        info.write_text(info.read_text().replace(str(task.pid), str(other.pid)))
        until(lambda: listed(root)["orphan"]["status"] == "KILLED", "that it is seen to be lost")
    assert exp(root, "stop", "orphan", "--yes")["outcome"]["state"] == "done"
    assert not Path(task.folder).exists()
    (left,) = [each for each in tasks(root) if each.name == "orphan"]
    assert left.state == "failed"
    assert listed(root)["orphan"]["status"] == "FAILED"
    if other is not None:
        assert number == "a zombie's" or is_taken(other.pid), "nobody else was killed"
        other.kill()
        other.wait()
    exp(root, "start", "--yes")
    until(lambda: listed(root)["next"]["status"] == "FINISHED", "the one behind it, by another worker")


def test_names_and_shas_mean_what_they_should(queued_project: Path) -> None:
    from mltui.actions.experiments.naming import named
    from mltui.errors import NotFound

    root = queued_project
    one = made(root, "better", 0.5)
    runner = ProcessRunner()
    found = ExperimentsSource(open_project(root, runner), runner).load()
    assert {named(found, word).commit for word in ("better", one["ref"], one["commit"], one["commit"][:7])} == {
        one["commit"]
    }
    with pytest.raises(NotFound):
        named(found, one["commit"][:2])
