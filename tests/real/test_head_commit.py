"""HEAD's commit read from git's files, against git's own word."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mltui.sources.git.locate import open_project
from mltui.sources.git.refs import head_commit
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    return subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def test_head_is_what_git_says(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    runner = ProcessRunner()
    assert head_commit(open_project(root, runner)) is None  # no commit yet
    git(root, "commit", "-q", "--allow-empty", "-m", "one")
    first = git(root, "rev-parse", "HEAD")
    assert head_commit(open_project(root, runner)) == first
    git(root, "checkout", "-q", "-b", "some/branch")
    git(root, "commit", "-q", "--allow-empty", "-m", "two")
    git(root, "pack-refs", "--all")
    assert head_commit(open_project(root, runner)) == git(root, "rev-parse", "HEAD") != first
    git(root, "worktree", "add", "-q", str(tmp_path / "linked"), "main")
    assert head_commit(open_project(tmp_path / "linked", runner)) == first
    git(root, "checkout", "-q", "--detach", "main")
    assert head_commit(open_project(root, runner)) == first
    assert head_commit(open_project(tmp_path, runner)) is None
