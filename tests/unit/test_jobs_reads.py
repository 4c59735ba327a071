"""What was edited while a stage ran: as its runner sees it, and held against what DVC locked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.jobs import runner_files as files
from mltui.actions.jobs import runner_reads, runner_tree
from mltui.actions.jobs.runner_reads import Reads, keep
from mltui.model.job import Edit, Job, JobSpec, JobStep
from mltui.model.job_record import spec_document, state_document
from mltui.sources.jobs.locks import JobLocks
from mltui.sources.jobs.reads import stage_reads, with_edits
from mltui.sources.jobs.source import JobsSource
from mltui.sources.places import Project


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose DVC, which is this process, reads a directory, a file and params, and writes an out."""
    root = tmp_path / "project"
    for name in (".git", ".dvc/tmp", "data/inner", "data/__pycache__"):
        (root / name).mkdir(parents=True)
    for name in ("data/a.csv", "data/inner/b.csv", "train.py", "params.yaml", "metrics.json"):
        (root / name).write_text(f"{name}: 1\n")
    holder = {"pid": os.getpid(), "cmd": "dvc repro"}
    reads = {str(root / name): [holder] for name in ("data", "train.py", "params.yaml", "metrics.json")}
    reads[str(root / "another's")] = [{"pid": 1, "cmd": "dvc repro"}]
    lock = {"read": reads, "write": {str(root / "metrics.json"): holder}}
    (root / ".dvc" / "tmp" / "rwlock").write_text(json.dumps(lock))
    own = runner_tree.processes()[os.getpid()]
    monkeypatch.setattr(runner_tree, "members", lambda *_: {own.pid: own})
    monkeypatch.chdir(root)
    return root


def begun(since: float | None = None) -> Reads:
    found = Reads("job", time.time() + 60 if since is None else since)
    found.look()
    return found


def ended(found: Reads) -> dict[str, Any]:
    found.look(over=True)
    return found.document("train")


def test_what_nothing_was_done_to_is_the_same(root: Path) -> None:
    found = begun()
    (root / "data" / "__pycache__" / "a.pyc").write_text("bytecode")
    (root / "metrics.json").write_text("its out")
    said = ended(found)
    assert (said["same"], said["edited"], said["unsure"]) == (["data", "params.yaml", "train.py"], [], [])


@pytest.mark.parametrize("edit", ["write", "add", "remove"])
def test_a_directory_in_which_a_file_is_another_one(root: Path, edit: str) -> None:
    found = begun()
    inner = root / "data" / "inner"
    if edit == "write":
        (inner / "b.csv").write_text("as long:  1\n")
    elif edit == "add":
        (inner / "c.csv").write_text("new")
    else:
        (inner / "b.csv").unlink()
    said = ended(found)
    assert (said["edited"], said["same"]) == (["data"], ["params.yaml", "train.py"])


def test_what_went_with_the_worktree_of_the_job_was_not_edited(root: Path) -> None:
    found = begun()
    shutil.rmtree(root)
    said = ended(found)
    assert (said["edited"], said["unsure"]) == ([], [])
    assert said["same"] == ["data", "params.yaml", "train.py"], "so its deps are recorded"


def test_what_is_being_taken_away_was_not_edited_but_nobody_can_be_sure(root: Path) -> None:
    found = begun()
    (root / "train.py").unlink()
    said = ended(found)
    assert (said["edited"], said["unsure"]) == ([], ["train.py"])


def test_params_are_kept_as_they_were_and_what_was_edited_back_is_not_sure(root: Path) -> None:
    found = begun()
    before = (root / "params.yaml").read_text()
    (root / "params.yaml").write_text("lr: 2\n")
    (root / "train.py").write_text("edited")
    found.look(over=True)
    assert found.edited == ["params.yaml", "train.py"]
    (root / "train.py").write_text("train.py: 1\n")
    said = ended(found)
    assert (said["edited"], said["unsure"], said["same"]) == (["params.yaml"], ["train.py"], ["data"])
    assert said["params"] == {"params.yaml": [before, "lr: 2\n"]}
    assert list(said["before"]) == ["params.yaml"]


def test_a_touch_is_no_edit_but_nobody_can_be_sure(root: Path) -> None:
    found = begun()
    os.utime(root / "train.py", (1, 1))
    said = ended(found)
    assert (said["edited"], said["unsure"]) == ([], ["train.py"])


def test_of_a_large_file_time_and_size_tell(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_reads, "SMALL", 4)
    found = begun()
    os.utime(root / "train.py", (1, 1))
    (root / "data" / "a.csv").chmod(0o600)
    said = ended(found)
    assert (said["edited"], said["unsure"], said["same"]) == (["train.py"], ["data"], ["params.yaml"])
    assert said["before"] == {}


def test_where_fips_forbids_md5_the_runner_looks_all_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any) -> None:
        raise ValueError("[digital envelope routines] unsupported")

    monkeypatch.setattr("hashlib.md5", forbidden)
    found = begun()
    (root / "train.py").write_text("edited")
    assert ended(found)["edited"] == ["train.py"]


def test_what_was_changed_about_when_it_began_is_late(root: Path) -> None:
    said = ended(begun(since=0.0))
    assert (said["late"], said["same"]) == (["data", "params.yaml", "train.py"], [])


def test_of_too_many_files_nothing_is_known(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_reads, "MOST", 2)
    found = begun()
    (root / "data" / "a.csv").write_text("edited")
    said = ended(found)
    assert "data" in said["unsure"]
    assert said["edited"] == []


def test_without_a_lock_of_dvcs_nobody_knows_what_it_reads(root: Path) -> None:
    (root / ".dvc" / "tmp" / "rwlock").write_text("{half")
    found = begun()
    found.look(over=True)
    assert found.edited is None


LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: ../data.csv
      md5: {digits}
    params:
      ../params.yaml:
        lr: 0.2
        model.depth: 3
"""
ONE, OTHER = "1" * 32, "2" * 32
PARAMS = "lr: 0.1\nmodel: {depth: 3}\nother: 1\n"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """One that trained in the worktree, where somebody edited data and params."""
    folder = tmp_path / "jobs" / "1"
    (folder / "locks").mkdir(parents=True)
    (folder / "locks" / "001-train.lock").write_text(LOCK.format(digits=ONE))
    (tmp_path / "dvc.lock").write_text(LOCK.format(digits=ONE))
    spec = JobSpec("1", "retrain", 0, "local", "local", "in place", (), str(tmp_path))
    edited = (Edit("data.csv"), Edit("params.yaml"), Edit("unheard.of"))
    document = {"edited": [each.path for each in edited], "before": {"data.csv": OTHER}}
    keep(str(folder), "train", {**document, "params": {"params.yaml": [PARAMS, PARAMS.replace("0.1", "0.2")]}})
    return Job(spec, str(folder), "finished", steps=(JobStep("train", "done", 1, 2, edited=edited),))


def edits(job: Job, tmp_path: Path) -> tuple[Edit, ...]:
    return with_edits(job, JobLocks(job, Project(tmp_path, tmp_path), None)).steps[0].edited


def test_an_edit_is_told_with_the_params_of_the_stage(job: Job, tmp_path: Path) -> None:
    assert edits(job, tmp_path) == (Edit("data.csv"), Edit("params.yaml", (("lr", 0.1, 0.2),)))


def test_what_dvc_had_looked_at_before_it_was_edited_is_no_edit(job: Job, tmp_path: Path) -> None:
    (tmp_path / "jobs/1/locks/001-train.lock").write_text(LOCK.format(digits=OTHER).replace("0.2", "0.1"))
    assert edits(job, tmp_path) == ()


def test_it_stands_as_long_as_the_lock_has_it(job: Job, tmp_path: Path) -> None:
    (tmp_path / "dvc.lock").write_text(LOCK.format(digits=OTHER))
    assert [each.stands for each in edits(job, tmp_path)] == [False, False]
    (tmp_path / "dvc.lock").unlink()
    assert [each.stands for each in edits(job, tmp_path)] == [False, False]


@pytest.mark.parametrize("paths", [[], ["data.csv"]])
def test_who_has_read_jobs_reads_them_again_only_if_a_lock_of_an_edit_may_have_moved(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paths: list[str]
) -> None:
    steps = (replace(job.steps[0], edited=tuple(map(Edit, paths))),)
    files.write(f"{job.directory}/spec.json", spec_document(job.spec))
    files.write(f"{job.directory}/state.json", state_document(replace(job, steps=steps)))
    monkeypatch.setattr("mltui.sources.jobs.source.state_dirs", lambda _: (tmp_path,))
    source = JobsSource(Project(tmp_path, tmp_path))
    before = source.fingerprint()
    assert [each.id for each in source.load()] == ["1"]
    assert (source.fingerprint() == before) == (not paths), "what was not edited stands on no lock"
    after = source.fingerprint()
    (tmp_path / "dvc.lock").write_text("another")
    assert (source.fingerprint() == after) == (not paths)


def test_a_start_with_jobs_of_which_nothing_was_edited_imports_no_reader_of_locks(job: Job, tmp_path: Path) -> None:
    there = tmp_path / ".git" / "mltui" / "jobs" / "1"
    files.write(files.made(str(there.parent), "1") + "/spec.json", spec_document(job.spec))
    files.write(f"{there}/state.json", state_document(replace(job, steps=(JobStep("train", "done", 1, 2),))))
    code = """if True:
        import sys
        from pathlib import Path
        from mltui.sources.jobs.source import JobsSource
        from mltui.sources.places import Project
        top = Path(sys.argv[1])
        source = JobsSource(Project(top, top, top / ".git", top / ".git"))
        assert [(each.id, len(each.steps)) for each in source.load()] == [("1", 1)], source.load()
        source.fingerprint(), source.witnesses(), source.one("1")
        print(*(name for name in sys.modules if name in sys.argv[2:]))
    """
    late = ("mltui.sources.jobs.reads", "mltui.sources.dvc.readable", "yaml", "tomllib")
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), *late], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize(("state", "kept"), [("running", 3), ("failed", 0), ("stopped", 0)])
def test_of_what_runs_nobody_knows_yet_and_of_what_failed_dvc_locked_nothing(
    job: Job, tmp_path: Path, state: Any, kept: int
) -> None:
    (step,) = job.steps
    assert len(edits(replace(job, steps=(replace(step, state=state),)), tmp_path)) == kept


def test_an_entry_that_the_stage_left_as_it_was_had_been_hashed_before_the_edit(job: Job, tmp_path: Path) -> None:
    (tmp_path / "jobs/1/locks/001-train.lock").unlink()
    assert edits(job, tmp_path) == ()
    assert len(edits(replace(job, spec=replace(job.spec, mode="remote")), tmp_path)) == 3


def test_params_that_no_reader_here_knows_are_told_by_their_file(job: Job, tmp_path: Path) -> None:
    document = {"edited": ["params.yaml"], "params": {"params.yaml": ["{unclosed", ""]}}
    keep(job.directory, "train", document)
    found = stage_reads(job, "train")
    assert found is not None
    assert found.edited == {"params.yaml"}
    assert edits(job, tmp_path) == (Edit("data.csv"), Edit("params.yaml"))
