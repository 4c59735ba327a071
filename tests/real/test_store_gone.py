"""What lies under an open mltui is taken away, replaced and put back: the screen says so and goes on."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from bench.terminal import Terminal

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


def test_a_directory_that_is_gone(tmp_path: Path) -> None:
    """A prompt in it is no place for a report of a mistake."""
    script = f'mkdir "$1"; cd "$1"; rmdir "$1"; exec {sys.executable} -m mltui status $2'
    for words, code in (("--short", 0), ("", 3)):
        argv = ["sh", "-c", script, "sh", str(tmp_path / "gone"), words]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert "mistake" not in done.stderr
        assert (words == "--short") == (done.stderr == "")
