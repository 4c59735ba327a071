"""The runner of jobs: a standard library file of Python 3.8, whom it signals, and what it tells from dvc's words."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.jobs import runner_job, runner_stop
from mltui.actions.jobs.runner_steps import Steps, new_step
from mltui.actions.jobs.runner_tree import Process, asking, chosen, descent, members, processes, program, send
from mltui.actions.jobs.runner_turn import above, dvc_root
from mltui.actions.jobs.shipped import FAR_FILES, RUNNER, RUNNER_FILES
from mltui.sources.jobs.declared_outs import declared_outs

#: Files that the project's interpreter runs, or another box's, and what of other packages they may import.
CHILDREN = {
    **{path.name: frozenset() for path in (*RUNNER_FILES, *FAR_FILES, *RUNNER.parent.glob("collecting*.py"))},
    "elsewhere.py": frozenset(),
    "isolated_child.py": frozenset({"dvc"}),
    "rev_child.py": frozenset({"dvc", "configobj"}),
    "../executors/queue_shim.py": frozenset(),
    **{
        f"../mlflow/{name}.py": frozenset({"mlflow", "alembic", "sqlalchemy", "requests", "urllib3"})
        for name in ("child", "child_errors", "child_schema")
    },
}


@pytest.mark.parametrize("name", CHILDREN)
def test_what_runs_beside_a_job_needs_python_3_8_and_nothing_of_mltui(name: str) -> None:
    path = RUNNER.parent / name
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    imported = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    beside = {each.stem for each in path.parent.glob("*.py")} & {Path(each).stem for each in CHILDREN} | {"runner"}
    assert imported <= sys.stdlib_module_names | beside | CHILDREN[name] | {""}


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/venv/bin/python /venv/bin/dvc repro", "dvc"),
        ("python3.11 -X dev -u -m dvc repro", "dvc"),
        ("/usr/bin/dvc repro", "dvc"),
        ("python -u src/train.py --lr 1", "train.py"),
        ("python -c print()", "print()"),
        ("-bash", "bash"),
        ("", ""),
    ],
)
def test_what_a_command_line_runs(command: str, name: str) -> None:
    assert program(command.split()) == name


def _tree(*rows: tuple[int, int, str]) -> dict[int, Process]:
    return {pid: Process(pid, parent, str(pid), tuple(command.split())) for pid, parent, command in rows}


DVC = (10, 1, "python /bin/dvc repro")


@pytest.mark.parametrize(
    ("tree", "interrupted"),
    [
        (_tree(DVC, (11, 10, "python train.py"), (12, 11, "python worker.py")), {11}),
        (_tree(DVC, (11, 10, "/bin/sh -c x"), (12, 11, "python train.py"), (13, 11, "tee log")), {12}),
        (_tree(DVC, (11, 10, "make train"), (12, 11, "sh -c x"), (13, 12, "python train.py")), {13}),
        (_tree(DVC, (11, 10, "sh train.sh")), {11}),
        (_tree(DVC, (11, 10, "python train.py"), (14, 1, "python daemon.py")), {11, 14}),
        (_tree(DVC), {10}),
        (_tree((11, 1, "python train.py")), {11}),
    ],
)
def test_an_interrupt_is_for_the_training(tree: dict[int, Process], interrupted: set[int]) -> None:
    assert {each.pid for each in chosen("INT", tree)} == interrupted


def test_dvc_is_not_terminated_and_killed_last() -> None:
    tree = _tree(DVC, (11, 10, "/bin/sh -c x"), (12, 11, "python train.py"))
    assert {each.pid for each in chosen("TERM", tree)} == {11, 12}
    assert {each.pid for each in chosen("KILL", tree)} == {11, 12}
    assert {each.pid for each in chosen("KILL", _tree(DVC))} == {10}
    assert chosen("TERM", _tree(DVC)) == []


@pytest.mark.parametrize("handles", [True, False], ids=["by a handle", "by its number"])
def test_a_number_that_another_process_has_by_now_is_not_signalled(
    handles: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not handles:
        monkeypatch.delattr("os.pidfd_open")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        known = processes()[child.pid]
        assert send("KILL", [known._replace(start="1")]) == []
        assert child.poll() is None
        assert send("KILL", [known]) == [known]
        assert child.wait() == -signal.SIGKILL
    assert send("KILL", [known]) == []


def test_what_a_runner_asks_for_itself_is_no_process_of_its_job() -> None:
    """A kill of the job ended `podman inspect` too: without an answer its container was called stopped."""
    script = """
import os, subprocess, sys
ask = {**os.environ, "MLTUI_QUESTION": "1"}
both = [subprocess.Popen(["sh", "-c", "sleep 600 & wait"], env=env, start_new_session=True) for env in (ask, None)]
print(*(each.pid for each in both), flush=True)
sys.stdin.read()
for each in both:
    os.killpg(each.pid, 9)
"""
    argv = [sys.executable, "-c", script]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        own, stage = map(int, runner.stdout.readline().split())
        while len(found := members("no such job", runner.pid)) < 2:  # what the shells start
            pass
        assert stage in found and own not in found
        assert {each.parent for pid, each in found.items() if pid != stage} <= {stage}


def test_what_descends_from_whom() -> None:
    tree = _tree(DVC, (11, 10, "sh"), (12, 11, "python"), (20, 1, "python"))
    assert descent(tree, {11, 99}) == {11, 12}
    assert os.getpid() in asking(processes()) and os.getppid() in asking(processes())


def _told(folder: Path, printed: bytes, state: dict[str, Any] | None = None) -> Steps:
    (folder / "log").write_bytes(printed)
    state = {"steps": [], "failed_stage": "", "experiment": None} if state is None else state
    steps = Steps(str(folder), str(folder), state, lambda: None)
    steps.follow(over=True)
    return steps


def test_the_next_directory_above_that_holds_a_name(tmp_path: Path) -> None:
    """A linked worktree has a file .git; a file .dvc makes no project of DVC's."""
    inner = tmp_path / "project" / "src"
    inner.mkdir(parents=True)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "project" / ".git").write_text("gitdir: elsewhere\n")
    (tmp_path / "project" / ".dvc").write_text("no directory\n")
    assert above(str(inner), ".git") == str(tmp_path / "project")
    assert dvc_root(str(inner)) == str(tmp_path)
    assert above(str(inner), "no-such-name-anywhere") is None


def test_stages_are_told_from_what_dvc_prints(tmp_path: Path) -> None:
    state = {"steps": [new_step("prepare"), new_step("train")], "failed_stage": "", "experiment": None}
    steps = _told(
        tmp_path,
        b"'data.csv.dvc' didn't change, skipping\n"
        b"Stage 'prepare' didn't change, skipping\n"
        b"Stage 'features@eu' is cached - skipping run, checking out outputs\n"
        b"Running stage 'train':\n> python train.py\nepoch 1\repoch 2\nTraceback\n"
        b"\x1b[31mERROR\x1b[39m: failed to reproduce 'train': failed to run: python train.py, exited with 1\n",
        state,
    )
    steps.close("failed")
    assert [(each["address"], each["state"]) for each in state["steps"]] == [
        ("prepare", "skipped"),
        ("train", "failed"),
        ("features@eu", "cached"),
    ]
    assert state["failed_stage"] == "train"
    assert steps.said[:3] == ["> python train.py", "epoch 2", "Traceback"]


def test_a_stage_that_could_not_begin_failed_and_the_one_before_is_done(tmp_path: Path) -> None:
    state = {"steps": [new_step("a"), new_step("b")], "failed_stage": "", "experiment": None}
    printed = b"Running stage 'a':\n> true\nERROR: failed to reproduce 'b': missing data 'source': x.csv\n"
    _told(tmp_path, printed, state).close("failed")
    assert [each["state"] for each in state["steps"]] == ["done", "failed"]
    assert state["failed_stage"] == "b"


def test_of_a_long_log_only_the_last_lines_are_kept(tmp_path: Path) -> None:
    printed = b"Running stage 'a':\n" + b"x" * 3_000_000 + b"\n" + b"".join(b"line %d\n" % n for n in range(100_000))
    steps = _told(tmp_path, printed)
    assert steps.said == [f"line {n}" for n in range(99_980, 100_000)]
    assert steps.offset == len(printed)


def test_the_experiment_that_was_made_is_noted(tmp_path: Path) -> None:
    assert _told(tmp_path, b"\nRan experiment(s): buggy-pram\n").state["experiment"] == "buggy-pram"


#: A disk that is full until the job has ended.
FULL = """
import sys
sys.path.insert(0, {folder!r})
import runner, runner_files, runner_job
whole, left = runner_files.write, [4]
def write(path, document):
    left[0] -= path.endswith("state.json")
    return left[0] < 0 and whole(path, document)
runner_files.write = write
runner_job.time.sleep = lambda seconds, sleep=runner_job.time.sleep: sleep(min(seconds, 0.05))
sys.exit(runner.run({job!r}))
"""


def test_a_stop_that_comes_while_another_one_is_read_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, path, read = runner_job.Run(str(tmp_path)), str(tmp_path / "stop.json"), runner_job.files.read
    runner_job.files.write(path, {"how": "INT"})

    def slowly(place: str) -> dict[str, Any]:
        found = read(place)
        if found == {"how": "INT"}:
            runner_job.files.write(path, {"how": "TERM"})
        return found

    monkeypatch.setattr(runner_job.files, "read", slowly)
    assert run.stop_asked() and run.asked["how"] == "INT"
    assert run.stop_asked() and run.asked["how"] == "TERM"


def test_a_full_disk_does_not_end_the_job(tmp_path: Path) -> None:
    job = tmp_path / "jobs" / "1"
    job.mkdir(parents=True)
    argv = [sys.executable, "-c", "open('done', 'w')"]
    (job / "spec.json").write_text(json.dumps({"id": "1", "mode": "rev", "argv": argv, "cwd": str(tmp_path)}))
    code = FULL.format(folder=str(RUNNER.parent), job=str(job))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "done").exists()
    assert json.loads((job / "state.json").read_text())["state"] == "finished"
    assert not (job / "spare").exists()


def test_room_is_kept_for_how_a_job_ended(tmp_path: Path) -> None:
    """A training that takes all there is leaves as much as the state needs."""
    job = tmp_path / "jobs" / "1"
    job.mkdir(parents=True)
    look = f"import os; assert os.stat({str(job / 'spare')!r}).st_blocks * 512 >= 64 << 10"
    (job / "spec.json").write_text(
        json.dumps({"id": "1", "mode": "rev", "argv": [sys.executable, "-c", look], "cwd": str(tmp_path)})
    )
    subprocess.run([sys.executable, str(RUNNER), "run", str(job)], check=True, capture_output=True)
    assert not (job / "spare").exists()


def test_what_stages_may_write(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n  a:\n    cmd: x\n    wdir: src\n    outs: [model, {big: {cache: false}}]\n"
        "  each:\n    foreach: [1]\n    do:\n      cmd: x\n      outs: ['out-${item}']\n"
    )
    (tmp_path / "dvc.lock").write_text("stages:\n  each@1:\n    cmd: x\n    outs:\n    - path: out-1\n      md5: y\n")
    (tmp_path / "sub" / "dvc.yaml").write_text("stages:\n  b:\n    cmd: x\n    metrics: [m.json]\n")
    found = declared_outs(tmp_path, tmp_path, frozenset({"sub"}))
    assert {"src/model", "src/big", "out-1", "sub/m.json", "dvc.lock", "src/.gitignore"} <= found
    assert not any("$" in each for each in found) and "src/train.py" not in found


def test_a_stage_that_began_while_the_one_before_it_was_told_did_not_begin_with_it(tmp_path: Path) -> None:
    """The runner gets no time right after it told of the first: what comes then is read by the same look."""
    log, state = tmp_path / "log", dict[str, Any](steps=[])
    log.write_text("Running stage 'first':\n")

    def begun() -> None:
        if len(state["steps"]) == 1:
            time.sleep(0.5)
            log.write_text(log.read_text() + "Running stage 'second':\n")

    Steps(str(tmp_path), str(tmp_path), state, begun).follow()
    first, second = state["steps"]
    assert second["start"] - first["start"] >= 300
    assert first["end"] < second["start"], "a run in between is of neither"


ENGINE = """
import json, sys
sys.path.insert(0, {folder!r})
import runner_job

class Engine:
    \"\"\"One that ignores signals, and obeys when it is told to stop the container.\"\"\"
    there = [[7, "docker container abc"]]
    def shown(self): return self.there
    def end(self, hard):
        self.there = []
        return ["container abc stopped" + (" at once" if hard else "")]
    def see(self, *_): ...
    passed = printed = signal = see

runner_job.LINGER = {{"": 0.0, "KILL": 0.0}}
run = runner_job.Run({job!r})
run.containers = Engine()
print(json.dumps([*run.command(), run.state["notes"]]))
"""


def test_a_container_that_its_engine_ended_last_did_not_outlive_the_job(tmp_path: Path) -> None:
    """In a process of its own: a kill reaches whatever the runner has started, and here that would be all servers."""
    (tmp_path / "spec.json").write_text(json.dumps({"id": "1", "argv": ["true"], "cwd": str(tmp_path)}))
    (tmp_path / "stop.json").write_text(json.dumps({"how": "KILL", "at": 1, "who": "ada"}))
    code = ENGINE.format(folder=str(RUNNER.parent), job=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ended, alive, notes = json.loads(done.stdout)
    assert ended in (0, -9) and alive == []  # the command may be killed before it ends by itself
    assert notes == ["container abc stopped at once"]


def _asked(folder: Path, how: str, at_ns: int = 0) -> None:
    path = folder / "stop.json"
    path.write_text(json.dumps({"how": how, "at": 1, "who": "ada", "signalled": []}))
    os.utime(path, ns=(at_ns, at_ns))


def test_a_harder_stop_within_the_same_tick_of_the_clock_is_seen_and_a_softer_one_changes_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "spec.json").write_text(json.dumps({"id": "1", "argv": ["true"], "cwd": str(tmp_path)}))
    run = runner_job.Run(str(tmp_path))
    for how, then in (("INT", "INT"), ("KILL", "KILL"), ("TERM", "KILL")):
        _asked(tmp_path, how)
        assert run.stop_asked() and run.asked["how"] == then
    assert runner_stop.ask(str(tmp_path), {"how": "KILL", "who": "ben"})
    assert runner_stop.ask(str(tmp_path), {"how": "INT", "who": "eve"})
    assert runner_stop.read(str(tmp_path))["who"] == "ben", "what was asked harder stands"


@pytest.fixture
def pressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[str, int]]]:
    """Whom the runner of a job that is to stop signals at a time, as its processes are then."""
    (tmp_path / "spec.json").write_text(json.dumps({"id": "1", "argv": ["true"], "cwd": str(tmp_path)}))
    run: Any = runner_job.Run(str(tmp_path))
    run.press_containers = lambda *_: None
    sent: list[tuple[str, int]] = []

    def send(how: str, targets: Any) -> list[Process]:
        sent.extend((how, each.pid) for each in targets)
        return list(targets)

    monkeypatch.setattr(runner_job.tree, "send", send)

    def press(how: str, at: float, *rows: tuple[int, int, str]) -> list[tuple[str, int]]:
        _asked(tmp_path, how)
        assert run.stop_asked()
        monkeypatch.setattr(runner_job.time, "monotonic", lambda: at)
        monkeypatch.setattr(runner_job.tree, "members", lambda *_: _tree(*rows))
        sent.clear()
        run.press(False)
        return list(sent)

    return press


def test_dvc_may_unwind_from_when_its_stage_was_killed_however_late_that_began(
    pressed: Callable[..., list[tuple[str, int]]],
) -> None:
    first, second = (11, 10, "python train.py"), (12, 10, "python train.py")
    assert pressed("KILL", 100, DVC) == [("INT", 10)], "it runs no stage"
    assert pressed("KILL", 109, DVC, first) == [("KILL", 11)], "it was on its way to one"
    assert pressed("KILL", 112, DVC) == [], "it unwinds"
    assert pressed("KILL", 115, DVC, second) == [("KILL", 12)]
    assert pressed("KILL", 124, DVC) == []
    assert pressed("KILL", 126, DVC) == [("KILL", 10)]


def test_what_begins_after_an_interrupt_is_terminated(pressed: Callable[..., list[tuple[str, int]]]) -> None:
    """A Python that is just starting may lose the interrupt, in a callback of its imports."""
    first, second = (11, 10, "python train.py"), (12, 10, "python train.py")
    assert pressed("INT", 100, DVC, first) == [("INT", 11)]
    assert pressed("INT", 101, DVC, second) == [("TERM", 12)]
    assert pressed("INT", 102, DVC, second) == [], "each once, and dvc unwinds by itself"


def test_the_git_of_our_children_is_no_training() -> None:
    ours = "git -c core.hooksPath=/dev/null worktree remove x"
    tree = _tree((10, 1, "python rev_child.py"), (11, 10, ours), (12, 11, "git-lfs filter-process"))
    assert {each.pid for each in chosen("INT", tree)} == {10}
    assert chosen("TERM", tree) == []
    far = _tree((10, 1, "python far.py run x"), (11, 10, ours))
    assert chosen("INT", far) == [] and [each.pid for each in chosen("TERM", far)] == [10]
    stage = _tree((10, 1, "python rev_child.py"), (11, 10, "git gc"))
    assert {each.pid for each in chosen("INT", stage)} == {11}
