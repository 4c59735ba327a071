"""Executors by name, starting a job, and what a stop may act on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.executors.registry import executor_named, executor_problems
from mltui.actions.jobs.engines_outside import asking, end_slurm_jobs, sessions_of
from mltui.actions.jobs.runner_containers import Containers, making, passing_on, traces
from mltui.actions.jobs.runner_tree import Process, chosen, processes
from mltui.actions.jobs.signalling import SignalledProcess
from mltui.actions.jobs.starting import new_job_id, start_job
from mltui.actions.jobs.stoppable import NotStoppable, Target, stoppable_job, stoppable_run
from mltui.actions.jobs.verifying import verified
from mltui.config import Config
from mltui.errors import ConfigError, Refused, Unreachable, UsageError
from mltui.model.job import Job, JobSpec
from mltui.model.runs import Run
from mltui.sources.executors import named
from mltui.sources.jobs.source import JobsSource
from mltui.sources.places import Project
from mltui.sources.processes import host_name, process_start
from mltui.sources.runner import Done, ProcessRunner


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path)


def test_a_name_that_is_not_configured_is_refused_with_the_nearest(project: Project) -> None:
    config = Config(executors={"cluster": {"kind": "slurm"}})
    assert {"cluster", "local", "ssh", "slurm", "dvc-queue"} <= {each.name for each in named(config)}
    with pytest.raises(UsageError) as said:
        executor_named(project, ProcessRunner(), config, "clutser")
    assert "cluster" in said.value.hint
    with pytest.raises(ConfigError) as unknown:
        executor_named(project, ProcessRunner(), Config(executors={"box": {"kind": "sssh"}}), "box")
    assert "sssh" in unknown.value.summary and "ssh" in unknown.value.hint


def test_a_plugin_that_can_not_be_loaded_is_a_problem_that_names_it(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = tmp_path / "site" / "broken_plugin-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[mltui.executors]\nbroken = no_such_module:Thing\nlocal = evil:Local\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    config = Config(executors={"mine": {"kind": "broken"}})
    (problem,) = executor_problems(config)
    assert "mine" in problem.summary and "no_such_module" in problem.summary and "broken-plugin" in problem.hint
    assert executor_named(project, ProcessRunner(), config, "local").kind == "local"  # mltui's own can't be replaced


class _Engine:
    kind = "fake"

    def __init__(self, error: Exception | None = None, refuses: str | None = None) -> None:
        self._error, self._refuses = error, refuses

    def refusal(self, spec: JobSpec) -> str | None:
        return self._refuses

    def submit(self, spec: JobSpec, directory: Path) -> str:
        assert (directory / "spec.json").exists()
        if self._error:
            raise self._error
        return "77"

    def status(self, job: Job) -> Job:
        return job

    log = cancel = list = lambda self, *_: None


def _spec(**changed: Any) -> JobSpec:
    spec = JobSpec(new_job_id(), "retrain", 1, "local", "local", "in place", ("dvc", "repro"), "/", **changed)
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", spec.id)
    return spec


def test_a_job_is_written_down_before_it_starts_and_its_handle_after(project: Project) -> None:
    job = start_job(project, _Engine(), _spec(who="ada"))  # type: ignore[arg-type]
    assert (job.state, job.handle, job.spec.who) == ("queued", "77", "ada")
    assert [each.id for each in JobsSource(project).load()] == [job.id]
    assert Path(job.directory).stat().st_mode & 0o777 == 0o700  # its environment is written down there


@pytest.mark.parametrize("engine", [_Engine(Refused("no")), _Engine(refuses="no")])
def test_what_is_refused_leaves_nothing(project: Project, engine: Any) -> None:
    with pytest.raises(Refused):
        start_job(project, engine, _spec())
    assert JobsSource(project).load() == ()


def test_an_engine_that_failed_midway_leaves_a_failed_job(project: Project) -> None:
    with pytest.raises(Unreachable):
        start_job(project, _Engine(Unreachable("the engine is gone")), _spec())  # type: ignore[arg-type]
    (job,) = JobsSource(project).load()
    assert (job.state, job.said) == ("failed", ("the engine is gone",))


def _run(status: str = "RUNNING", **tags: str) -> Run:
    names = {name: f"mltui.{name}" for name in tags}
    found = {names[name]: value for name, value in tags.items()}
    return Run("r" * 32, "hare", "run", "e", "1", status, "active", 1, None, None, tags=found)  # type: ignore[arg-type]


#: A training with a worker.
SLEEPS = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"])
print(flush=True)
time.sleep(99)
"""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", SLEEPS], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline()
        tree = SignalledProcess(process.pid, process_start(process.pid))
        assert len(tree.tree()) == 2
        try:
            yield process
        finally:
            tree.signal("KILL")


def test_a_run_whose_recorder_proves_its_process_can_be_stopped(sleeper: subprocess.Popen[bytes]) -> None:
    start = process_start(sleeper.pid)
    ours = {"host": host_name(), "pid": str(sleeper.pid), "pid_start": start}
    target = stoppable_run(_run(**ours))
    assert isinstance(target, Target) and (target.pid, target.pid_start) == (sleeper.pid, start)
    signalled = SignalledProcess(target.pid, target.pid_start)
    assert len(signalled.tree()) == 2
    assert [pid for pid, _ in signalled.signal("INT").signalled] == [sleeper.pid]
    sleeper.wait()
    assert not signalled.over(), "what was below it lives on, and is known"
    assert len(signalled.signal("TERM").signalled) == 1
    while not signalled.over():
        pass


def test_why_a_run_can_not_be_stopped() -> None:
    def why(run: Run) -> str:
        found = stoppable_run(run)
        assert isinstance(found, NotStoppable)
        return found.why

    here, own = host_name(), str(os.getpid())
    start = process_start(os.getpid())
    assert "FINISHED" in why(_run("FINISHED"))
    assert "nobody wrote down" in why(_run())
    assert "runs on elsewhere" in why(_run(host="elsewhere", pid=own, pid_start=start))
    assert "is gone" in why(_run(host=here, pid=own, pid_start=start[:-1] + ("1" if start[-1] != "1" else "2")))
    namespace = start.split(":")
    namespace[2] = "1"
    assert "pid namespace" in why(_run(host=here, pid=own, pid_start=":".join(namespace)))


def test_a_run_of_a_job_is_stopped_as_the_job() -> None:
    job = Job(_spec(), "/nowhere", "running", host=host_name())
    target = stoppable_run(_run(job=job.id), [job])
    assert isinstance(target, Target) and target.job is job
    assert isinstance(stoppable_run(_run(job=job.id), [replace(job, state="finished")]), NotStoppable)
    assert isinstance(stoppable_job(replace(job, host="elsewhere")), NotStoppable)
    assert isinstance(stoppable_job(replace(job, state="lost")), Target)


class _Containers(ProcessRunner):
    """Container engines at the door: `there` is {name: what began when, "" of any}, and each ends when it is asked."""

    def __init__(self, **there: str) -> None:
        super().__init__()
        self.there = dict(there)
        self.asked: list[tuple[str, ...]] = []

    def run(self, argv: Any, **given: Any) -> Done:
        self.asked.append(tuple(argv))
        words, said = argv[1:], ""
        if words[0] == "ps":
            said = "\n".join(self.there)
        if words[:2] == ("container", "inspect"):
            said = json.dumps([self._told(name) for name in words[3:] if name in self.there])
        if words[0] in ("kill", "stop"):
            self.there.pop(words[-1], None)
        return Done(tuple(argv), 0, said.encode(), "", 0.0)

    def _told(self, name: str) -> dict[str, Any]:
        state = {"Running": True, "Pid": 7, "StartedAt": self.there[name]}
        config = {"Image": "image", "Cmd": ["train"]}
        return {"Id": name, "Name": f"/{name}", "State": state, "Config": config, "HostConfig": {"Binds": ["/a:/b:rw"]}}


LATER, EARLIER = "2026-11-29T10:00:00.5Z", "2026-11-29T08:59:00.123456789+00:00"
SINCE = datetime(2026, 11, 29, 9, tzinfo=UTC).timestamp()


def _ended(door: _Containers, tmp_path: Path, *tree: Process) -> list[str]:
    found = Containers(asking(door, tmp_path), SINCE)
    found.see(traces(tree))
    return found.end(hard=False)


def test_containers_of_clients_in_the_tree_are_stopped_and_no_older_ones(tmp_path: Path) -> None:
    tree = [
        Process(1, 0, "1", ("docker", "run", "--rm", "--name=trainer", "image", "train")),
        Process(2, 0, "2", ("docker", "logs", "--tail", "9", "-f", "database")),
        Process(3, 0, "3", ("docker", "ps", "--name", "x")),
        Process(4, 0, "4", ("/usr/bin/conmon", "--api-version", "1", "-c", "abc", "-u", "abc")),
    ]
    door = _Containers(trainer=LATER, database=EARLIER, abc=LATER, other=LATER)
    assert sorted(_ended(door, tmp_path, *tree)) == ["container abc stopped", "container trainer stopped"]
    assert ("docker", "stop", "--time", "10", "--", "trainer") in door.asked
    assert ("podman", "stop", "--time", "10", "--", "abc") in door.asked
    assert set(door.there) == {"database", "other"}


def test_a_container_that_ends_just_before_it_is_stopped_is_no_failure(tmp_path: Path) -> None:
    class Ends(_Containers):
        def run(self, argv: Any, **given: Any) -> Done:
            done = super().run(argv, **given)
            gone = "Error response from daemon: No such container: trainer"
            return replace(done, code=1, stderr=gone) if argv[1] == "stop" else done

    tree = Process(1, 0, "1", ("docker", "run", "--rm", "--name=trainer", "image", "train"))
    assert _ended(Ends(trainer=LATER), tmp_path, tree) == ["container trainer stopped"]


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock", "could not be stopped"),
        ("Error response from daemon: No such container: trainer", "stopped"),
    ],
)
def test_an_engine_that_does_not_answer_any_more_stopped_nothing(tmp_path: Path, says: str, told: str) -> None:
    door = _Containers(trainer=LATER)
    found = Containers(asking(door, tmp_path), SINCE)
    found.see(traces([Process(1, 0, "1", ("docker", "run", "--name=trainer", "image", "train"))]))
    assert found.running(now=True)

    def run(argv: Any, **_given: Any) -> Done:
        return Done(tuple(argv), 1, b"[]", says, 0.0)

    door.run = run  # type: ignore[method-assign]
    (line,) = found.end(hard=False)
    assert line.startswith(f"container trainer {told}")
    assert bool(found.shown()) is (told != "stopped")


def test_the_container_of_a_run_that_names_none_is_told_by_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mltui.actions.jobs.runner_containers.SETTLES", 0.0)
    run = ("docker", "run", "-v", "/a:/b", "image", "train")
    for argv, left in ((run, []), (("docker", "run", "image", "train"), ["one"]), ((*run, "more"), ["one"])):
        door = _Containers(one=LATER)
        _ended(door, tmp_path, Process(1, 0, "", argv))
        assert list(door.there) == left, argv
    two = _Containers(one=LATER, two=LATER)
    (said,) = _ended(two, tmp_path, Process(1, 0, "", run))
    assert "docker ps" in said and len(two.there) == 2, "which of the two it is nobody knows"


def test_what_makes_a_container_is_told_from_what_makes_other_things() -> None:
    words = ("run --rm image", "container create image", "volume create data", "exec box make create", "logs create")
    found = [Process(1, 0, "1", ("podman", *each.split())) for each in words]
    assert [each[1] for each in traces(found)] == ["like", "like", "named"]
    assert making(found) == found[:2]
    assert making([*found, Process(2, 0, "2", ("conmon", "-c", "abc"))]) == [], "it may be theirs"
    assert making([Process(1, 0, "1", ("docker", "run", "image"))]) == [], "its engine is another process"


def test_what_an_attached_client_passed_on_before_it_ended_is_not_signalled_again(tmp_path: Path) -> None:
    """Docker's ``start --attach`` does so; whoever asked saw it, and the runner may have not."""
    client = Process(1, 0, "1", ("docker", "start", "--attach", "trainer"))
    assert passing_on([client, Process(2, 0, "2", ("docker", "start", "other"))]) == [["docker", "trainer"]]
    for seen, told in (([client], []), ([], passing_on([client]))):
        door = _Containers(trainer=LATER)
        found = Containers(asking(door, tmp_path), SINCE)
        found.see(traces([client]))
        found.passed("INT", told)
        found.signal("INT", seen)
        found.signal("INT", [])
        assert door.there
        found.signal("TERM", [])
        assert not door.there and [each[1:4] for each in door.asked if "kill" in each] == [("kill", "--signal", "TERM")]


def test_a_container_that_runs_detached_is_known_by_the_id_that_was_printed(tmp_path: Path) -> None:
    one, other = "a" * 64, "b" * 64
    (tmp_path / "log").write_text(f"epoch 1\n{one}\n{'c' * 64}\n")
    door = _Containers(**{one: LATER, other: LATER})
    found = Containers(asking(door, tmp_path), SINCE)
    found.printed(str(tmp_path / "log"))
    found.signal("INT", [])
    found.signal("INT", [])
    assert list(door.there) == [other]
    assert [each[1:4] for each in door.asked if "kill" in each][:1] == [("kill", "--signal", "INT")]


def test_what_a_client_is_attached_to_hears_a_signal_from_that_alone(tmp_path: Path) -> None:
    client = Process(1, 0, "1", ("podman", "run", "image"))
    inside = Process(3, 2, "3", ("sh", "train.sh"))
    monitor = Process(2, 0, "2", ("conmon", "-c", "abc"))
    tree = {each.pid: each for each in (client, monitor, inside)}
    assert [chosen(how, tree) for how in ("INT", "TERM")] == [[client]] * 2
    assert chosen("TERM", {2: monitor, 3: inside}) == [] and len(chosen("KILL", tree)) == 3
    door = _Containers(abc=LATER)
    found = Containers(asking(door, tmp_path), SINCE)
    found.see(traces(tree.values()))
    found.signal("INT", tree.values())
    assert door.there
    found.signal("KILL", tree.values())
    assert not door.there


class _Strict(_Containers):
    """A client that prints nothing as soon as one of several is not there, but that."""

    def run(self, argv: Any, **given: Any) -> Done:
        done = super().run(argv, **given)
        missing = argv[1:3] == ("container", "inspect") and not set(argv[4:]) <= set(self.there)
        return replace(done, code=1, stdout=b"", stderr="Error: no such container") if missing else done


@pytest.mark.parametrize(("engine", "questions"), [(_Containers, 1), (_Strict, 4)])
def test_an_engine_is_asked_once_about_all_containers(tmp_path: Path, engine: Any, questions: int) -> None:
    """Starting its client takes longer than the answer, several times at each look."""
    door = engine(one=LATER, two=LATER)
    found = Containers(asking(door, tmp_path), SINCE)
    rows = (Process(pid, 0, "1", ("podman", "logs", name)) for pid, name in enumerate(("one", "two", "gone")))
    found.see(traces(rows))
    assert [id for _, id, _ in found.running(now=True)] == ["one", "two"]
    assert len([argv for argv in door.asked if "inspect" in argv]) == questions
    del door.there["two"]
    assert [id for _, id, _ in found.running(now=True)] == ["one"]
    assert found.said == ["container two stopped"]


class _Cluster:
    """Answers Slurm's commands: two jobs of one session's number, of which one came from another host."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def run(self, argv: Any, **given: Any) -> Done:
        self.asked.append(tuple(argv))
        said = {
            "squeue": "7 4711\n8 4711\n9 1\n",
            "scontrol": f"JobId={argv[-1]} AllocNode:Sid={self._host(argv)}:4711",
        }
        return Done(tuple(argv), 0, said.get(argv[0], "").encode(), "", 0.0)

    def _host(self, argv: Any) -> str:
        return host_name().partition(".")[0] if argv[-1] == "7" else "login2"


def test_a_job_of_slurm_is_cancelled_only_if_it_came_from_a_session_of_the_tree_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    door = _Cluster()
    assert end_slurm_jobs(door, tmp_path, frozenset({4711})) == ["Slurm job 7 cancelled"]  # type: ignore[arg-type]
    assert [argv for argv in door.asked if argv[0] == "scancel"] == [("scancel", "7")]


def test_a_job_of_slurm_that_ended_after_it_was_listed_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ends(_Cluster):
        def run(self, argv: Any, **given: Any) -> Done:
            if argv[0] != "scancel":
                return super().run(argv, **given)
            said = "scancel: error: Kill job error on job id 7: Job/step already completing or completed"
            return Done(tuple(argv), 1, b"", said, 0.0)

    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    found = end_slurm_jobs(Ends(), tmp_path, frozenset({4711}))  # type: ignore[arg-type]
    assert found == ["Slurm job 7 ended by itself"]


def test_a_terminals_session_is_no_trainings_own(sleeper: subprocess.Popen[bytes]) -> None:
    """What else somebody submitted from there is not to be cancelled with it."""
    own = processes()[sleeper.pid]
    assert sessions_of([own]) == frozenset()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True) as leader:
        assert sessions_of([processes()[leader.pid]]) == {leader.pid}
        leader.kill()


@pytest.mark.parametrize(("pid", "theirs"), [(12, True), (123, False)])
def test_a_lock_of_dvc_is_the_jobs_own_by_its_whole_number(
    pid: int, theirs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mltui.actions.jobs.verifying.dvc_at_work", lambda *_: "pid 123: dvc repro")
    said = verified(Job(replace(_spec(), cwd=str(tmp_path)), str(tmp_path), "stopped", pid=pid), _Containers())
    assert any("held by somebody else" in line for line in said) is theirs
