"""What lies under an open mltui is taken away, replaced and put back: the screen says so and goes on."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bench.terminal import Terminal
from cli_projects import log_runs
from git_repository import commit, make

pytestmark = pytest.mark.real


def test_a_store_is_deleted_replaced_and_comes_back(demo_project: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(demo_project, tmp_path / "project", symlinks=True))
    store, aside, other = project / "mlflow.db", tmp_path / "aside.db", tmp_path / "other.db"
    shutil.copyfile(store, other)
    with sqlite3.connect(other) as renamed:
        renamed.execute("update runs set name = 'of-another-store' where name = 'alpha=0.01'")
    renamed.close()
    with Terminal([sys.executable, "-m", "mltui"], project, {}) as terminal:
        terminal.wait("alpha=0.01")
        store.rename(aside)
        terminal.wait("mlflow.db is gone")
        other.replace(store)  # as a restore from a backup does
        terminal.wait("of-another-store")
        aside.replace(store)
        terminal.wait("alpha=0.01 ")  # and no more of the other one
        assert "of-another-store" not in terminal.text()
        assert terminal.process.isalive()
        terminal.press("q")
        while terminal.process.isalive():
            terminal.pump(0.1)
    assert list((tmp_path / "project").glob("mlflow.db-*")) == []


@pytest.fixture
def project(tmp_path: Path, own_places: Path) -> Path:
    path = make(tmp_path / "project")
    log_runs(f"sqlite:///{path}/mlflow.db", cwd=path)
    (path / ".gitignore").write_text("/mlflow.db\n/mlruns\n")
    commit(path, "everything")
    return path


def hear(watch: subprocess.Popen[str], until: Callable[[Any], bool]) -> None:
    """What the watch says, until that."""
    assert watch.stdout is not None
    assert any(until(json.loads(line)) for line in watch.stdout), "it ended"


def test_a_project_is_moved_away_and_put_back(project: Path) -> None:
    """Its stores were lost until the next start, and to that too: a search that looked into nothing stood for ever."""
    command = [sys.executable, "-m", "mltui"]
    watch = subprocess.Popen(
        [*command, "status", "--watch", "1", "--json"], cwd=project, stdout=subprocess.PIPE, text=True
    )
    limit = threading.Timer(600, watch.kill)
    limit.start()
    try:
        with Terminal([*command, "--read-only"], project, {}) as terminal:
            terminal.wait("lazy-fox")
            terminal.wait(r"read \d")
            hear(watch, lambda said: said["event"] == "start")
            project.rename(project.with_name("away"))
            terminal.wait("project is gone")
            assert "Nothing needs you" not in terminal.text()
            hear(watch, lambda said: said["event"] == "problem" and "project is gone" in str(said["new"]))
            project.with_name("away").rename(project)
            terminal.wait(r"(?s)\A(?!.*is gone).*lazy-fox")
            hear(watch, lambda said: said["event"] == "problem" and "mlflow.db is gone" in str(said["old"]))
            assert terminal.process.isalive()
    finally:
        limit.cancel()
        watch.kill()
        watch.communicate()
    done = subprocess.run([*command, "runs", "--json"], cwd=project, capture_output=True, text=True, check=False)
    assert len(json.loads(done.stdout)["runs"]) == 3, done.stderr


def test_a_directory_that_is_gone(tmp_path: Path) -> None:
    """A prompt in it is no place for a report of a mistake."""
    script = f'mkdir "$1"; cd "$1"; rmdir "$1"; exec {sys.executable} -m mltui status $2'
    for words, code in (("--short", 0), ("", 3)):
        argv = ["sh", "-c", script, "sh", str(tmp_path / "gone"), words]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert "mistake" not in done.stderr
        assert (words == "--short") == (done.stderr == "")
