"""`mltui data` on where versions are: DVC's own cache, a real remote that is asked only when somebody says so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import dvc_project as dp
import jsonschema
import pytest
from git_repository import git

pytestmark = pytest.mark.real

SCHEMA = json.loads(resources.files("mltui.schema").joinpath("data.schema.json").read_text("utf-8"))
WHOLE = {"there": 1, "of": 1, "listed": True}


@pytest.fixture(scope="module")
def project(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """data.csv in two versions, the second pushed and the first out of the cache; a directory of three files, of which
    one was deleted, twice the same; another DVC project below, with a cache of its own."""
    folder = tmp_path_factory.mktemp("stored")
    root = dp.empty(folder / "project")
    (folder / "storage").mkdir()
    dp.dvc(root, "remote", "add", "-q", "-d", "storage", str(folder / "storage"))
    dp.write(root, {"data.csv": "1\n", "images/a": "a", "images/b": "b", "images/c": "c"})
    dp.dvc(root, "add", "-q", "data.csv", "images")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    _cached(root, "data.csv").unlink()
    dp.write(root, {"data.csv": "2\n"})
    dp.dvc(root, "add", "-q", "data.csv")
    dp.dvc(root, "push", "-q", "data.csv")
    (root / ".dvc/cache/files/md5/0c/c175b9c0f1b6a831c399e269772661").unlink()  # images/a
    (root / "below").mkdir()
    dp.dvc(root / "below", "init", "-q", "--subdir")
    dp.write(root, {"below/own.csv": "3\n"})
    dp.dvc(root / "below", "add", "-q", "own.csv")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "two")
    return root


def _cached(root: Path, name: str) -> Path:
    line = next(line for line in (root / f"{name}.dvc").read_text().splitlines() if "md5: " in line)
    md5 = line.rpartition(" ")[2]
    return root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]


def mltui(cwd: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stderr)
    return done


def datasets(cwd: Path, *arguments: str) -> dict[str, Any]:
    said = json.loads(mltui(cwd, "data", "--json", *arguments).stdout)
    jsonschema.validate(said, SCHEMA)
    return {one["path"]: one for one in said["datasets"]}


def test_the_cache_of_each_version(project: Path) -> None:
    found = datasets(project)
    assert list(found) == ["below/own.csv", "data.csv", "images"]
    assert [one["cache"] for one in found["data.csv"]["versions"]] == [{**WHOLE, "there": 0}, WHOLE]
    assert found["data.csv"]["cache"] == WHOLE
    assert found["images"]["cache"] == {"there": 2, "of": 3, "listed": True}
    assert found["below/own.csv"]["cache"] == WHOLE, "its own project's, not that of the top"


def test_the_remote_is_asked_only_when_somebody_says_so(project: Path) -> None:
    assert [one["remote"] for one in datasets(project, "data.csv")["data.csv"]["versions"]] == [None, None]
    done = mltui(project, "data", "data.csv", "--ask-remote")
    assert done.stderr == "mltui: storage has 1 of 2 versions\n"
    head, *rows = (re.split(r" {2,}", line) for line in done.stdout.splitlines()[1:])
    at = head.index("cache")
    assert head[at + 1] == "remote"
    cells = [[row[-4], row[-3]] for row in rows]
    assert cells == [["✓", "✓"], ["○", "○"]]
    later = datasets(project, "data.csv")["data.csv"]
    assert [one["remote"]["there"] for one in later["versions"]] == [False, True], "remembered"
    assert (later["remote"]["name"], later["remote"]["there"]) == ("storage", True)


def test_silence_is_no_answer(project: Path) -> None:
    """Below there is no remote: no table that would look as if one had been asked."""
    done = mltui(project, "data", "below/own.csv", "--ask-remote", code=3)
    assert (done.stdout, done.stderr.splitlines()[0]) == ("", "mltui: DVC has no remote")
