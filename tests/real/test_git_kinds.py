"""Every kind of repository: what is found, and its state."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from git_repository import commit, git, make

from mltui.errors import Denied, NotFound, SourceError
from mltui.model.git import Change
from mltui.sources.git.detail import commit_detail
from mltui.sources.git.files import file_changes
from mltui.sources.git.history import HistorySource
from mltui.sources.git.locate import open_project
from mltui.sources.git.state import GitSource
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real
RUNNER = ProcessRunner()


def opened(path: Path) -> Project:
    return open_project(path, RUNNER)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = make(tmp_path / "repository")
    commit(path, "one", "1700000000 +0000", a_txt="a\n")
    commit(path, "two", "1700000100 +0000", b_txt="b\n")
    return path


def test_an_empty_repository(tmp_path: Path) -> None:
    project = opened(make(tmp_path / "empty"))
    state = GitSource(project, RUNNER).load()
    assert (state.branch, state.commit, state.dirty, state.untracked) == ("main", None, False, 0)
    assert HistorySource(project, RUNNER).load().commits == ()
    assert file_changes(project, RUNNER, ["*"]).commits == ()


def test_an_unborn_head_beside_a_branch(repository: Path) -> None:
    git(repository, "checkout", "-q", "--orphan", "fresh")
    project = opened(repository)
    state = GitSource(project, RUNNER).load()
    assert (state.branch, state.commit) == ("fresh", None)
    assert [commit.subject for commit in HistorySource(project, RUNNER).load().commits] == ["two", "one"]
    assert len(file_changes(project, RUNNER, ["b.txt"]).commits) == 1


def test_a_detached_head(repository: Path) -> None:
    git(repository, "checkout", "-q", "HEAD~1")
    project = opened(repository)
    state = GitSource(project, RUNNER).load()
    assert (state.branch, state.commit) == (None, git(repository, "rev-parse", "HEAD"))
    newest, oldest = HistorySource(project, RUNNER).load().commits
    assert [(ref.kind, ref.name) for ref in oldest.refs] == [("head", "HEAD")]
    assert [(ref.kind, ref.name) for ref in newest.refs] == [("branch", "main")]


def test_from_any_subdirectory_with_changes(repository: Path) -> None:
    (repository / "a.txt").write_text("changed\n")
    deep = repository / "new" / "deeper"
    deep.mkdir(parents=True)
    (deep / "file").touch()
    project = opened(deep)
    assert (project.root, project.start, project.git_dir) == (repository, deep, repository / ".git")
    state = GitSource(project, RUNNER).load()
    assert state.changes == (Change(".M", "a.txt"),)
    assert (state.dirty, state.untracked) == (True, 1)


def test_inside_the_git_directory(repository: Path) -> None:
    assert opened(repository / ".git" / "refs").root == repository


def test_a_shallow_clone(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    project = opened(tmp_path / "shallow")
    state = GitSource(project, RUNNER).load()
    assert (state.shallow, state.ahead, state.behind) == (True, 0, 0)
    (only,) = HistorySource(project, RUNNER).load().commits
    assert only.subject == "two"
    assert {file.path for file in commit_detail(project, only.sha).files} == {"a.txt", "b.txt"}


def test_ahead_and_behind(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(repository), "clone")
    clone = tmp_path / "clone"
    git(clone, "reset", "-q", "--hard", "HEAD~1")
    commit(clone, "mine", c_txt="1")
    commit(clone, "mine too", c_txt="2")
    state = GitSource(opened(clone), RUNNER).load()
    assert (state.upstream, state.ahead, state.behind) == ("origin/main", 2, 1)


def test_a_linked_worktree(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = tmp_path / "linked"
    commit(linked, "on the side", "1700000200 +0000", c_txt="c")
    project = opened(linked)
    assert (project.root, project.common_dir) == (linked, repository / ".git")
    assert project.key == opened(repository).key
    state = GitSource(project, RUNNER).load()
    assert (state.branch, state.linked, state.dirty) == ("side", True, False)
    newest = HistorySource(project, RUNNER).load().commits[0]
    assert [(ref.kind, ref.name) for ref in newest.refs] == [("head", "side")]


def test_a_worktree_whose_repository_is_gone(tmp_path: Path) -> None:
    (tmp_path / "orphan").mkdir()
    (tmp_path / "orphan" / ".git").write_text("gitdir: /nowhere/at/all\n")
    source = GitSource(opened(tmp_path / "orphan"), RUNNER)
    assert source.fingerprint() == source.fingerprint()
    with pytest.raises(SourceError, match="not a git repository"):
        source.load()


def test_a_submodule_and_its_parent(repository: Path, tmp_path: Path) -> None:
    parent = make(tmp_path / "parent")
    git(parent, "submodule", "add", "-q", str(repository), "sub")
    commit(parent, "with a submodule")
    project = opened(parent / "sub")
    assert project.root == parent / "sub"
    assert project.git_dir == project.common_dir == parent / ".git" / "modules" / "sub"
    assert GitSource(project, RUNNER).load().branch == "main"
    (parent / "sub" / "a.txt").write_text("dirty")
    assert GitSource(opened(parent), RUNNER).load().changes == (Change(".M", "sub"),)


def test_a_bare_repository(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    bare = tmp_path / "bare.git"
    project = opened(bare)
    assert (project.root, project.git_dir) == (bare, bare)
    state = GitSource(project, RUNNER).load()
    assert (state.bare, state.branch, state.commit) == (True, "main", git(repository, "rev-parse", "HEAD"))
    assert len(HistorySource(project, RUNNER).load().commits) == 2
    assert commit_detail(project, str(state.commit)).message == "two"


def test_an_empty_bare_repository(tmp_path: Path) -> None:
    state = GitSource(opened(make(tmp_path / "bare.git", "--bare")), RUNNER).load()
    assert (state.bare, state.branch, state.commit) == (True, "main", None)


def test_a_bare_repository_behind_a_gitlink(repository: Path, tmp_path: Path) -> None:
    home = tmp_path / "layout"
    git(tmp_path, "clone", "-q", "--bare", str(repository), "layout/.bare")
    (home / ".git").write_text("gitdir: ./.bare\n")
    git(home, "worktree", "add", "-q", "tree", "main")
    assert GitSource(opened(home), RUNNER).load().bare
    assert not GitSource(opened(home / "tree"), RUNNER).load().bare


def test_no_repository(tmp_path: Path) -> None:
    project = opened(tmp_path)
    assert (project.root, project.git_dir) == (tmp_path, None)
    with pytest.raises(NotFound):
        GitSource(project, RUNNER).load()
    with pytest.raises(NotFound):
        HistorySource(project, RUNNER).load()
    assert file_changes(project, RUNNER, ["*"]).commits == ()
    with pytest.raises(NotFound):
        commit_detail(project, "a" * 40)


def test_a_dvc_project_without_git(tmp_path: Path) -> None:
    (tmp_path / "project" / ".dvc").mkdir(parents=True)
    (tmp_path / "project" / "data").mkdir()
    assert opened(tmp_path / "project" / "data").root == tmp_path / "project"


def test_a_dot_git_that_is_no_repository_is_passed_over(repository: Path) -> None:
    (repository / "sub" / ".git").mkdir(parents=True)
    assert opened(repository / "sub").root == repository


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        opened(tmp_path / "nothing")


def test_a_file_opens_the_project_around_it(repository: Path) -> None:
    assert opened(repository / "a.txt").root == repository


def test_dubious_ownership_is_told_with_gits_own_fix(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own way to test it without a second user
    project = opened(repository)
    for read in (
        GitSource(project, RUNNER).load,
        HistorySource(project, RUNNER).load,
        lambda: file_changes(project, RUNNER, ["*"]),
        lambda: commit_detail(project, "a" * 40),
    ):
        with pytest.raises(Denied) as refused:
            read()
        assert refused.value.hint == f"git config --global --add safe.directory {repository}"


def test_git_dir_of_the_environment(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with dotfiles: the repository lies elsewhere, the worktree is here."""
    worktree = tmp_path / "worktree"
    worktree.mkdir()
    other = make(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(worktree))
    monkeypatch.chdir(worktree)
    project = opened(Path())
    assert (project.root, project.git_dir) == (worktree, repository / ".git")
    state = GitSource(project, RUNNER).load()
    assert [change.code for change in state.changes] == [".D", ".D"]
    assert commit_detail(project, str(state.commit)).message == "two"
    assert opened(other).git_dir == other / ".git", "-C is taken at its word"
    assert GitSource(opened(other), RUNNER).load().commit is None


def test_what_a_hook_leaves_behind_does_no_harm(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make(tmp_path / "other")
    commit(other, "elsewhere")
    monkeypatch.chdir(repository)
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index.of.the.hook")
    monkeypatch.setenv("GIT_PREFIX", "sub/")
    assert GitSource(opened(repository), RUNNER).load().changes == ()
    elsewhere = opened(other)
    assert [commit.subject for commit in HistorySource(elsewhere, RUNNER).load().commits] == ["elsewhere"]
    state = GitSource(elsewhere, RUNNER).load()
    assert commit_detail(elsewhere, str(state.commit)).message == "elsewhere"


def test_reading_runs_no_program_of_the_repository(repository: Path, tmp_path: Path) -> None:
    """A repository can name programs for status, diffs and signatures; none of them runs, and the index stays."""
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.x.textconv", "diff.x.command", "gpg.program"):
        git(repository, "config", key, str(trap))
    git(repository, "config", "log.showSignature", "true")
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* diff=x\n")
    os.utime(repository / "a.txt", (1, 1))
    index = (repository / ".git" / "index").stat().st_mtime_ns
    project = opened(repository)
    state = GitSource(project, RUNNER).load()
    HistorySource(project, RUNNER).load()
    file_changes(project, RUNNER, ["*"])
    commit_detail(project, str(state.commit))
    assert not (tmp_path / "sprung").exists()
    assert (repository / ".git" / "index").stat().st_mtime_ns == index
