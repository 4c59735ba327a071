"""`mltui doctor` says who reads what, where mltui writes, and what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from git_repository import commit, make

from mltui.actions.views import LOCK
from mltui.sources.views import FILE

pytestmark = pytest.mark.real


def mltui(cwd: Path, *arguments: str) -> str:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = make(tmp_path / "repository")
    (path / "mltui.toml").write_text("[metrics]\nprimry = 'auc'\n")
    (path / "mlflow.db").write_bytes(b"")
    commit(path, a_txt="1")
    return path


def test_the_document(repository: Path, own_places: Path) -> None:
    found: dict[str, Any] = json.loads(mltui(repository, "doctor", "--json"))
    assert next(iter(found)) == "schema"
    assert found["project"]["root"] == str(repository)
    assert found["git"]["branch"] == "main"
    assert found["dvc"]["version"]
    assert found["mlflow"]["version"]
    assert found["configuration"]["files"] == [str(repository / "mltui.toml")]
    assert found["mlflow"]["searched"]["complete"]
    assert found["recorder"] == {"python": sys.executable, "version": None, "install": found["recorder"]["install"]}
    assert found["recorder"]["install"].startswith(f"{sys.executable} -m pip install ")
    cache, state, user, *_ = found["writes"]
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for name in (FILE, LOCK):
        assert name in state["what"]
        assert f"`{name}`" in readme
    for told, place in ((".git/mltui", state), (".local/state/mltui", user), (".cache/mltui", cache)):
        assert told in readme, place["path"]
    assert cache["path"].startswith(str(own_places / "cache"))
    assert state["path"] == str(repository / ".git" / "mltui")
    assert user["path"] == str(own_places / "state" / "mltui")
    assert [(problem["path"], problem["hint"]) for problem in found["problems"] if problem["source"] == "config"] == [
        (f"{repository / 'mltui.toml'}:2", "did you mean metrics.primary?")
    ]


def test_the_text(repository: Path) -> None:
    text = mltui(repository, "doctor")
    assert "nothing is wrong" not in text
    assert f"  ! {repository / 'mltui.toml'}:2: unknown key metrics.primry\n    → did you mean metrics.primary?" in text
    assert "NOT WRITABLE" not in text
    assert "  recorder  mltui-recorder is not installed: " in text
    assert f"  raise it  {sys.executable} -m pip install " in text


def test_nothing_there_is_nothing_wrong(tmp_path: Path) -> None:
    text = mltui(tmp_path, "doctor")
    assert "no repository" in text
    assert "no DVC project" in text
    assert text.endswith("✓ nothing is wrong\n")


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "file" / "cache"))
    text = mltui(tmp_path, "doctor")
    assert "nothing is wrong" not in text
    assert "NOT WRITABLE, " in text
    problem = text.partition("what is wrong\n")[2]
    assert problem.startswith(f"  ! {tmp_path / 'file' / 'cache'}")
    assert "mltui-" in problem
    assert "→ make it writable, or set MLTUI_CACHE_DIR" in problem
