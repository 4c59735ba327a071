"""A file store written by the real MLflow, mirrored, and compared with what MlflowClient reads of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from mlflow_mirrored import held, mlflow, normal

from mltui.sources.mlflow.files.mirror import FileMirror

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The store, and what MlflowClient reads of it."""
    root = tmp_path_factory.mktemp("filestore") / "mlruns"
    mlflow("write", str(root), root.parent)
    return root, normal(mlflow("read", str(root), root.parent))


def look(root: Path) -> list[tuple[str, int, int]]:
    return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in (root, *root.rglob("*")))


def test_the_mirror_holds_what_mlflow_reads(written: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    root, said = written
    before = look(root)
    mirror = FileMirror(root, tmp_path / "m.db")
    mirror.refresh()
    found = held(mirror)
    for part in ("experiments", "runs", "series", "models"):
        assert found[part] == said[part], part
    assert {"nan", "inf", "-inf"} <= {value for run in said["runs"].values() for value in run["metrics"].values()}
    assert mirror.problems() == ()
    assert look(root) == before


def test_the_mirror_follows_what_mlflow_changes(written: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    root = tmp_path / "mlruns"
    shutil.copytree(written[0], root)
    mirror = FileMirror(root, tmp_path / "m.db")
    mirror.refresh()
    before = mirror.fingerprint()
    mlflow("add", str(root), tmp_path)
    assert mirror.fingerprint() != before
    mirror.refresh()
    said = normal(mlflow("read", str(root), tmp_path))
    found = held(mirror)
    assert found["runs"] == said["runs"]
    assert found["series"] == said["series"]
