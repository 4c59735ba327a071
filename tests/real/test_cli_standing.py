"""A kept `mltui status --json` is printed while it is true, and not a moment longer."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_projects import dvc, log_runs, make_pipeline
from git_repository import commit, git, make

from mltui.sources import cachedir

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make(tmp_path_factory.mktemp("standing") / "project")
    make_pipeline(path)
    log_runs(f"sqlite:///{path}/mlflow.db", "registry", cwd=path)
    (path / ".gitignore").write_text("/mlflow.db\n/mlruns\n/clean.csv\n/model.bin\n/raw.txt\n")
    commit(path, "everything")
    return path


def status(path: Path, cache: Path, **env: str) -> tuple[dict[str, Any], bool]:
    """The document, and whether it was a kept one (then nothing that reads projects was imported)."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mltui", "status", "--json"],
        cwd=path,
        env={**os.environ, "MLTUI_CACHE_DIR": str(cache), **env},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))
    return json.loads(done.stdout), "mltui.sources.workspace" not in imported


def ageless(value: Any) -> Any:
    """Without the times at which things were looked at."""
    if isinstance(value, dict):
        return {key: ageless(inner) for key, inner in value.items() if key != "as_of"}
    return [ageless(inner) for inner in value] if isinstance(value, list) else value


def other_run(path: Path) -> None:
    """As a training would write, while nobody looks."""
    with sqlite3.connect(path / "mlflow.db") as connection:
        connection.execute("update runs set status = 'FINISHED' where name = 'lazy-fox'")


def dvc_cache(path: Path) -> Iterator[Path]:
    return (each for each in (path / ".dvc" / "cache" / "files").rglob("*") if each.is_file())


CHANGES: dict[str, Callable[[Path], object]] = {
    "a param": lambda path: (path / "params.yaml").write_text("lr: 0.2\n"),
    "an untracked file": lambda path: (path / "new.txt").write_text("x"),
    "a commit": lambda path: commit(path, "new"),
    "a branch": lambda path: git(path, "checkout", "-q", "-b", "other"),
    "a dependency of the same size": lambda path: (path / "data.csv").write_text("a,b\n1,3\n"),
    "an output gone": lambda path: (path / "model.bin").unlink(),
    "a dataset": lambda path: (path / "raw.txt").write_text("RAW\n"),
    "a new version of it, tagged": lambda path: (
        dvc(path, "add", "-q", "raw.txt"), commit(path, "raw"), git(path, "tag", "v2")
    ),
    "a new stage": lambda path: (path / "dvc.yaml").write_text(
        (path / "dvc.yaml").read_text() + "  late:\n    cmd: echo\n"
    ),
    "a new .dvc file": lambda path: (path / "more.txt.dvc").write_text("outs:\n- path: more.txt\n  md5: " + "a" * 32),
    "a run": other_run,
    "a store": lambda path: log_runs(f"sqlite:///{path}/sub.db", cwd=path),
    "a store gone": lambda path: (path / "sub.db").unlink(),
    "a server named in code, in place": lambda path: (path / "dvc.yaml").write_text(
        (path / "dvc.yaml").read_text() + "# MLFLOW_TRACKING_URI=http://127.0.0.1:9\n"
    ),
    "configuration": lambda path: (path / "mltui.toml").write_text("typo = 1\n"),
    "configuration gone": lambda path: (path / "mltui.toml").unlink(),
    "a cache object gone": lambda path: next(dvc_cache(path)).unlink(),
}  # fmt: skip


def test_no_change_goes_unseen(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for number, (name, change) in enumerate(CHANGES.items()):
        status(project, cache)
        standing, kept = status(project, cache)
        assert kept, f"nothing to go by before {name}"
        change(project)
        found, kept = status(project, cache)
        assert not kept, name
        fresh, _ = status(project, tmp_path / f"fresh-{number}")
        assert ageless(found) == ageless(fresh), name
        assert ageless(found) != ageless(standing) or name in ("a cache object gone", "a store gone"), name


def test_a_moved_table_of_refs_is_noticed(project: Path, tmp_path: Path) -> None:
    tables = project / ".git" / "reftable"
    tables.mkdir(exist_ok=True)
    for _ in range(2):
        _, kept = status(project, tmp_path)
    assert kept
    (tables / "tables.list").write_text("0x1-0x1-a.ref\n")
    assert not status(project, tmp_path)[1]


def test_the_environment_takes_part(project: Path, tmp_path: Path) -> None:
    for _ in range(2):
        _, kept = status(project, tmp_path)
    assert kept
    assert not status(project, tmp_path, MLTUI_PRIMARY="auc")[1]


def test_a_kept_document_that_makes_no_sense_is_none(project: Path, tmp_path: Path) -> None:
    for _ in range(2):
        document, kept = status(project, tmp_path)
    assert kept
    (file,) = (tmp_path / "standing").iterdir()
    whole = cachedir.get(str(file))
    for broken in (b"", b"\n\n", whole[:40], b"\xff\xfe\n\n{}", whole.replace(str(project).encode(), b"/elsewhere", 1)):
        cachedir.keep(str(file), broken)
        found, kept = status(project, tmp_path)
        assert not kept
        assert ageless(found) == ageless(document)


def test_what_can_not_be_seen_from_stats_is_not_kept(tmp_path: Path) -> None:
    path = make(tmp_path / "files")
    log_runs(f"file:{path}/mlruns", cwd=path)
    commit(path, "runs")
    for _ in range(3):
        _, kept = status(path, tmp_path / "cache")
        assert not kept
