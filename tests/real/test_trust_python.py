"""An interpreter that the repository brings never runs unasked: real git, its index in each form."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mltui.actions.opening import open_workspace
from mltui.actions.trusting import trust
from mltui.config import Config
from mltui.model.gates import Policy
from mltui.sources.dvc.python import brought_pythons, interpreter
from mltui.sources.git.index import entries
from mltui.sources.places import Project
from mltui.sources.trust import brought, trusted_python

pytestmark = pytest.mark.real

FORMS = {"2": (), "4": (), "split": (), "sha256": ("--object-format=sha256",)}


def git(at: Path, *args: str) -> str:
    who = ("-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always")
    done = subprocess.run(["git", "-C", str(at), *who, *args], capture_output=True, text=True, check=True)
    return done.stdout


def repository(at: Path, form: str = "2") -> Path:
    at.mkdir()
    git(at, "init", "-q", "-b", "main", *FORMS[form])
    for number in range(40):
        path = at / "src" / f"module_{number:02}" / "code.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"{number}\n")
    (at / "tools").mkdir()
    (at / "tools" / "python").write_text("#!/bin/sh\ntouch ../ran\n")
    (at / "tools" / "python").chmod(0o755)
    git(at, "add", "-A")
    git(at, "commit", "-q", "-m", "one")
    if form in "24":
        git(at, "update-index", f"--index-version={form}")
    if form == "split":
        git(at, "update-index", "--split-index")
    return at


def project(at: Path) -> Project:
    return Project(at, at, at / ".git", at / ".git")


@pytest.mark.parametrize("form", FORMS)
def test_whatever_form_the_index_has(tmp_path: Path, form: str) -> None:
    mine = project(repository(tmp_path / "r", form))
    assert brought(mine, mine.root / "tools" / "python"), form
    assert not trusted_python(mine, mine.root / "tools" / "python")
    (mine.root / "mine").write_text("#!/bin/sh\n")
    if form == "split":
        assert brought(mine, mine.root / "mine"), "nobody knows: then it is not trusted"
    else:
        assert brought(mine, mine.root / "mine") is None
        listed = git(mine.root, "ls-files", "-s", "src").splitlines()
        found = [
            f"{each.mode:o} {each.oid.hex()} 0\t{each.path.decode()}"
            for each in entries(mine.root / ".git" / "index", b"src")
        ]
        assert found == listed


def test_by_whatever_way_it_is_named(tmp_path: Path) -> None:
    mine = project(repository(tmp_path / "r"))
    (mine.root / "link").symlink_to("tools/python")
    (mine.root / "d").symlink_to("tools")
    (tmp_path / "way").symlink_to("r")
    (tmp_path / "outside").symlink_to("r/tools/python")
    ways = (
        "tools/python",
        "./src/../tools/python",
        "link",
        "d/python",
        "../r/tools/python",
        "../way/d/python",
        "../outside",
    )
    for way in ways:
        assert brought(mine, mine.root / way), way
    through = Project(tmp_path / "way", tmp_path / "way", tmp_path / "way" / ".git", tmp_path / "way" / ".git")
    assert brought(through, Path("tools/python"))
    assert brought(mine, Path(sys.executable)) is None


def test_an_environment_of_which_git_has_anything(tmp_path: Path) -> None:
    mine = project(repository(tmp_path / "r"))
    bin_ = mine.root / "env" / "bin"
    bin_.mkdir(parents=True)
    (bin_ / "python").symlink_to(sys.executable)
    assert brought(mine, bin_ / "python") is None, "git has nothing of it"
    (mine.root / "env" / "lib").mkdir()
    (mine.root / "env" / "lib" / "sitecustomize.py").write_text("")
    git(mine.root, "add", "env/lib")
    first = brought(mine, bin_ / "python")
    assert first and first[0] == "env/bin/python"
    (mine.root / "env" / "lib" / "sitecustomize.py").write_text("import evil")
    git(mine.root, "add", "env/lib")
    assert brought(mine, bin_ / "python") not in (None, first), "a pull that changes it asks again"


def test_one_in_a_submodule(tmp_path: Path) -> None:
    inner, outer = repository(tmp_path / "inner"), repository(tmp_path / "outer")
    git(outer, "submodule", "--quiet", "add", str(inner), "sub")
    assert brought(project(outer), outer / "sub" / "tools" / "python")


def test_it_is_used_when_it_is_trusted_and_until_it_changes(tmp_path: Path) -> None:
    mine = project(repository(tmp_path / "r"))
    theirs = Config(python=str(mine.root / "tools" / "python"))
    found = interpreter(mine, theirs)
    assert found.path != theirs.python
    assert "configuration is one that the repository brings, and is not trusted (mltui trust)" in found.note
    trust(mine, Policy(), brought_pythons(mine, theirs))
    assert interpreter(mine, theirs).path == theirs.python
    (mine.root / "tools" / "python").write_text("#!/bin/sh\nother\n")
    git(mine.root, "commit", "-q", "-a", "-m", "two")
    assert interpreter(mine, theirs).path != theirs.python
    users = Config(python=theirs.python, users=frozenset({"python"}))
    assert interpreter(mine, users).path == theirs.python, "what the user named himself"


def test_a_venv_in_git_is_as_before_and_can_be_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    mine = project(repository(tmp_path / "r"))
    (mine.root / ".venv" / "bin").mkdir(parents=True)
    (mine.root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    assert interpreter(mine, Config()).origin == ".venv"
    git(mine.root, "add", "-f", ".venv")
    assert interpreter(mine, Config()).origin == "mltui's own"
    trust(mine, Policy(), brought_pythons(mine, Config()))
    assert interpreter(mine, Config()).origin == ".venv"


def test_opening_the_project_says_so_and_does_not_run_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLTUI_PYTHON", raising=False)
    at = repository(tmp_path / "r")
    (at / "mltui.toml").write_text('python = "tools/python"\n')
    subprocess.run(
        [sys.executable, "-m", "dvc", "init", "-q"], cwd=at, check=True, env={**os.environ, "DVC_NO_ANALYTICS": "1"}
    )
    (at / "dvc.yaml").write_text("stages:\n  a:\n    cmd: echo\n")
    git(at, "add", "-A")
    git(at, "commit", "-q", "-m", "two")
    with_its_own = open_workspace(at)
    try:
        snapshot = with_its_own.snapshot(30)
        said = [each.summary for each in snapshot.problems]
        assert any("the repository brings it, and you have not trusted it" in each for each in said), said
        assert snapshot.pipeline.value and snapshot.pipeline.value.stages[0].name == "a", "the next one read it"
        assert not (tmp_path / "ran").exists() and not (at / "ran").exists()
        trust(with_its_own.project, Policy(), brought_pythons(with_its_own.project, with_its_own.config))
    finally:
        with_its_own.close()
    again = open_workspace(at)
    try:
        assert not again.config.problems
        again.snapshot(5)
        assert any((each / "ran").exists() for each in (at, *at.parents[:2])), "now it runs"
    finally:
        again.close()
    monkeypatch.setenv("MLTUI_PYTHON", str(at / "tools" / "python"))
    (at / "tools" / "python").write_text("#!/bin/sh\nexit 1\n")
    git(at, "commit", "-q", "-a", "-m", "three")
    users = open_workspace(at)
    assert users.config.is_users("python") and not users.config.problems
    users.close()
