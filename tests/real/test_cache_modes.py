"""The cache is for its owner only, whatever the umask: CONTRACT, "Where things lie"."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dvc_project as dp
import pytest

from mltui.sources import cachedir, glance, standing

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    former = os.umask(0o022)
    yield
    os.umask(former)


def modes(root: Path) -> dict[str, str]:
    """Of everything at and below `root` that others may so much as look at, the mode."""
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (root, *root.rglob("*"))}
    return {str(path): oct(mode) for path, mode in found.items() if mode & 0o077}


def test_everything_that_a_project_leaves(tmp_path: Path, own_places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A DVC pipeline with a history, a file store, a database left in the midst of a write, twice."""
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(own_places / "above" / "cache"))
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    project = dp.make(tmp_path / "project")
    tree = project / "mlruns" / "0"
    tree.mkdir(parents=True)
    (tree / "meta.yaml").write_text("artifact_location: x\nexperiment_id: '0'\nlifecycle_stage: active\nname: n\n")
    with sqlite3.connect(tmp_path / "other.db") as writer:
        writer.execute("pragma journal_mode = wal")
        writer.execute("create table alembic_version (version_num text)")
        writer.commit()
        for suffix in ("", "-wal"):
            shutil.copyfile(tmp_path / f"other.db{suffix}", project / f"mlflow.db{suffix}")
    for command in (["status", "--json"], ["runs", "--store", "mlruns"], ["status"]):
        argv = [sys.executable, "-m", "mltui", *command]
        done = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stderr
    glance.keep(str(project), (80, 24), ["row"])
    standing.keep(str(project), standing.Kept(str(project), 0, b"{}"), [], [], 0)  # with a file store none is kept
    root = own_places / "above" / "cache"
    names = {path.name for path in root.rglob("*")}
    assert {"mirrors", "standing", "glance", "dvc", "copies"} <= names, names
    assert any(name.startswith("pipeline") for name in names)
    # dvc itself opens this one to all, below directories that are closed
    assert [path for path in modes(own_places / "above") if not path.endswith("/dvc/repo")] == []


def test_what_was_there_before_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    cachedir.create(str(tmp_path / "a" / "b"))
    cachedir.create(str(tmp_path / "a" / "b"))
    cachedir.put(str(tmp_path / "a" / "b" / "file"), b"x")
    assert modes(tmp_path) == {str(tmp_path): "0o755"}
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["file"]
    with pytest.raises(OSError, match=r"File exists|Not a directory"):
        cachedir.create(str(tmp_path / "a" / "b" / "file" / "c"))
