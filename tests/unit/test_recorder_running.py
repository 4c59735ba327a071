"""Which DVC process runs a training, and which stage that is, where /proc does not tell."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mltui_recorder import running
from mltui_recorder.running import Unknown, running_stage


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".dvc" / "tmp").mkdir(parents=True)
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.delenv("PWD", raising=False)
    return tmp_path


def held(root: Path, *pids: int) -> None:
    """Stages of those processes run: each reads its own file, and one elsewhere, and writes model.bin."""
    infos = {pid: {"pid": pid, "cmd": "dvc repro"} for pid in pids}
    read = {str(root / f"{pid}.csv"): [info] for pid, info in infos.items()} | {"bucket/key": list(infos.values())}
    read[str(root / "model.bin")] = list(infos.values())
    write = {str(root / "model.bin"): infos[pids[0]]}
    (root / ".dvc/tmp/rwlock").write_text(json.dumps({"read": read, "write": write}))


def test_the_nearest_process_above_is_it(root: Path) -> None:
    held(root, os.getppid(), 1)
    found = running_stage("train")
    assert found.deps == (str(root / f"{os.getppid()}.csv"),)
    held(root, os.getpid(), os.getppid(), 1)
    assert running_stage("train").deps == (str(root / f"{os.getpid()}.csv"),)


def test_one_that_is_not_above_is_taken_only_where_nothing_can_tell(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = 2**22 + 1
    held(root, stranger)
    with pytest.raises(Unknown):
        running_stage("train")
    monkeypatch.setenv("SLURM_JOB_ID", "1")  # srun: DVC runs on another host
    assert running_stage("train").deps == (str(root / f"{stranger}.csv"),)
    held(root, stranger, stranger + 1)
    with pytest.raises(Unknown):
        running_stage("train")


def test_the_dvc_yaml_where_dvc_cannot_be_asked_for_its_directory(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "folder_of", lambda _: None)
    held(root, os.getpid())
    assert running_stage("train").address is None
    (root / "sub" / "dvc.yaml").touch()
    assert running_stage("train").address == "sub/dvc.yaml:train"
    assert running_stage("dvc.yaml:train@a:b").address == "sub/dvc.yaml:train@a:b"
    (root / "dvc.yaml").touch()
    assert running_stage("train").address is None, "either may be it"
    assert running_stage("sub/dvc.yaml:train").address == "sub/dvc.yaml:train"


def test_a_project_inside_a_repository_is_named_from_its_top(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "sub" / ".dvc" / "tmp").mkdir(parents=True)
    (root / ".git").touch()
    (root / "sub" / "old.dvc").touch()
    (root / "sub" / "dvc.yaml").touch()
    held(root / "sub", os.getpid())
    found = running_stage("train")
    assert (found.address, found.top, found.root) == ("sub/dvc.yaml:train", str(root), str(root / "sub"))
    assert running_stage("old.dvc").address == "sub/old.dvc"


def test_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PWD", raising=False)
    with pytest.raises(Unknown, match="no DVC project"):
        running_stage("train")


def test_an_rwlock_that_is_half_written(root: Path) -> None:
    (root / ".dvc/tmp/rwlock").write_text('{"read": {')
    with pytest.raises(Unknown):
        running_stage("train")
