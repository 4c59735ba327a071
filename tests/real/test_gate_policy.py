"""Whose word the gates are: the committed default branch's, in every kind of clone. Real git."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from git_repository import commit, git, make

from mltui.config import Config
from mltui.model.gates import Policy
from mltui.sources.gates.policy import fingerprint, policy
from mltui.sources.git.locate import open_project
from mltui.sources.places import Project
from mltui.sources.runner import Done, ProcessRunner
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

STRICT = '[promote]\nprotected = ["champion"]\n\n[[gates]]\nmetric = "metrics.auc >= 0.8"\n'
LOOSE = '[[gates]]\nmetric = "metrics.auc >= 0.1"\n'


def workspace(path: Path) -> Workspace:
    runner = ProcessRunner()
    return Workspace(open_project(path, runner), Config(), runner)


def read(path: Path) -> Policy:
    return policy(workspace(path))


def gates(found: Policy) -> list[str]:
    return [each.text for each in found.gates]


@pytest.fixture
def server(own_environment: None, tmp_path: Path) -> Path:
    """A bare repository whose main has the strict gates, and a branch under review that loosens them."""
    work = make(tmp_path / "work", "-b", "main")
    (work / "mltui.toml").write_text(STRICT)
    commit(work, "strict")
    git(work, "checkout", "-q", "-b", "review")
    (work / "mltui.toml").write_text(LOOSE)
    commit(work, "loosened")
    bare = tmp_path / "server.git"
    git(tmp_path, "clone", "-q", "--bare", str(work), str(bare))
    git(bare, "symbolic-ref", "HEAD", "refs/heads/main")
    shutil.rmtree(work)
    return bare


def clone(server: Path, to: str, *args: str) -> Path:
    git(server.parent, "clone", "-q", *args, server.as_uri(), to)
    return server.parent / to


def head_of(path: Path, ref: str) -> str:
    return git(path, "rev-parse", ref)


def test_the_remotes_default_branch_counts_whatever_is_checked_out(server: Path) -> None:
    here = clone(server, "here")
    git(here, "checkout", "-q", "review")
    found = read(here)
    sha = head_of(here, "origin/main")
    assert gates(found) == ["metrics.auc >= 0.8"]
    assert found.origin == f"mltui.toml of origin/main at {sha[:7]}"
    assert (found.commit, found.protected, found.trouble) == (sha, ("champion",), "")
    assert found.differs == (
        "gate only in the worktree: metrics.auc >= 0.1",
        "gate not in the worktree: metrics.auc >= 0.8",
        "protected: champion; in the worktree nothing",
    )


@pytest.mark.parametrize("how", ["edited", "staged", "committed", "merged into the local main", "deleted"])
def test_whoever_loosens_a_gate_without_pushing_it_changes_nothing(server: Path, how: str) -> None:
    here = clone(server, "here")
    (here / "mltui.toml").write_text(LOOSE)
    if how == "deleted":
        (here / "mltui.toml").unlink()
    if how != "edited":
        git(here, "add", "-A")
    if how == "committed":
        git(here, "checkout", "-q", "-b", "own")
        commit(here, "loosened")
    if how == "merged into the local main":
        commit(here, "loosened")
    found = read(here)
    assert gates(found) == ["metrics.auc >= 0.8"]
    assert found.protected == ("champion",)
    assert found.differs


def test_a_branch_and_a_tag_that_are_called_like_the_remotes_are_not_it(server: Path) -> None:
    here = clone(server, "here")
    git(here, "branch", "origin/main", "origin/review")
    git(here, "tag", "origin/main", "origin/review")
    git(here, "tag", "main", "origin/review")
    assert gates(read(here)) == ["metrics.auc >= 0.8"]


def test_origins_head_decides_which_branch_that_is(server: Path) -> None:
    git(server, "branch", "trunk", "review")
    here = clone(server, "here")
    git(here, "remote", "set-head", "origin", "trunk")
    assert read(here).origin.startswith("mltui.toml of origin/trunk at ")
    git(here, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    assert read(here).origin.startswith("mltui.toml of origin/main at ")


def test_a_clone_of_nothing_but_the_branch_under_review_lets_nothing_through(server: Path) -> None:
    here = clone(server, "here", "--single-branch", "-b", "review", "--depth", "1")
    found = read(here)
    assert found.gates == ()
    assert "which branch is the default one of origin is not known here" in found.trouble
    assert "git remote set-head origin -a" in found.trouble


@pytest.mark.parametrize(
    "args", [("--depth", "1"), ("--filter=tree:0",), ("--filter=blob:none",), ("--bare",), ("--mirror",)]
)
def test_every_kind_of_clone(server: Path, args: Sequence[str]) -> None:
    git(server, "config", "uploadpack.allowFilter", "true")
    here = clone(server, "here", *args)
    found = read(here)
    assert gates(found) == ["metrics.auc >= 0.8"]
    assert found.differs == ()


def test_a_partial_clone_that_lacks_the_file_fetches_nothing_and_lets_nothing_through(server: Path) -> None:
    git(server, "config", "uploadpack.allowFilter", "true")
    here = clone(server, "here", "--filter=blob:none", "-b", "review")
    found = read(here)
    assert found.gates == ()
    assert "this clone is partial" in found.trouble
    git(here, "cat-file", "blob", "origin/main:mltui.toml")  # git itself may fetch it
    assert gates(read(here)) == ["metrics.auc >= 0.8"]


def test_without_a_remote_the_local_main_then_master_then_head(own_environment: None, tmp_path: Path) -> None:
    here = make(tmp_path / "here", "-b", "master")
    (here / "mltui.toml").write_text(LOOSE)
    commit(here, "loose")
    assert read(here).origin.startswith("mltui.toml of master at ")
    git(here, "checkout", "-q", "-b", "main")
    (here / "mltui.toml").write_text(STRICT)
    sha = commit(here, "strict")
    git(here, "checkout", "-q", "master")
    assert read(here).origin == f"mltui.toml of main at {sha[:7]}"
    git(here, "branch", "-q", "-m", "main", "other")
    git(here, "branch", "-q", "-m", "master", "topic")
    assert read(here).origin.startswith("mltui.toml of topic at ")
    git(here, "checkout", "-q", "--detach", "other")
    assert read(here).origin == f"mltui.toml of HEAD at {sha[:7]}"


def test_the_only_other_remote_counts_and_of_several_none(server: Path) -> None:
    here = clone(server, "here", "-o", "upstream")
    (here / "mltui.toml").write_text(LOOSE)
    commit(here, "local")
    assert read(here).origin.startswith("mltui.toml of upstream/main at ")
    git(here, "remote", "add", "fork", server.as_uri())
    git(here, "fetch", "-q", "fork")
    assert read(here).origin.startswith("mltui.toml of main at ")
    git(here, "branch", "-q", "-m", "main", "own")
    assert "not known here" in read(here).trouble


def test_nothing_committed_yet(own_environment: None, tmp_path: Path) -> None:
    here = make(tmp_path / "here", "-b", "main")
    (here / "mltui.toml").write_text(STRICT)
    found = read(here)
    assert (found.gates, found.trouble, found.commit) == ((), "", None)
    assert found.origin == "nothing is committed yet: no gates count"
    assert "gate only in the worktree: metrics.auc >= 0.8" in found.differs


def test_without_git_the_file_itself_counts_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text(STRICT)
    found = policy(Workspace(Project(tmp_path, tmp_path), Config()))
    assert gates(found) == ["metrics.auc >= 0.8"]
    assert (found.origin, found.commit) == ("mltui.toml, in no git repository: the file itself counts", None)
    (tmp_path / "mltui.toml").write_text("[[gates]\n")
    assert "not valid TOML" in policy(Workspace(Project(tmp_path, tmp_path), Config())).trouble
    (tmp_path / "mltui.toml").unlink()
    found = policy(Workspace(Project(tmp_path, tmp_path), Config()))
    assert (found.origin, found.gates) == ("no mltui.toml, and no git", ())


def test_a_server_alone_has_no_gates_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text(STRICT)
    found = policy(Workspace(Project(tmp_path, tmp_path, server="http://server"), Config()))
    assert found.gates == ()
    assert found.origin == "no project here, only http://server: mltui -C DIR, where its gates are"


def test_the_nearest_file_from_where_one_stands_as_with_the_configuration(server: Path) -> None:
    here = clone(server, "here")
    inner = here / "packages" / "churn"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text('[project]\nname = "x"\n[[tool.mltui.gates]]\ncheck = "same data"\n')
    (here / "packages" / "pyproject.toml").write_text('[project]\nname = "y"\n')
    commit(here, "a package")
    git(here, "push", "-q", "origin", "main")
    assert gates(read(inner)) == ["same data"]
    assert read(inner).origin.startswith("packages/churn/pyproject.toml of origin/main at ")
    assert gates(read(here / "packages")) == ["metrics.auc >= 0.8"]
    assert gates(read(here)) == ["metrics.auc >= 0.8"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[gates]\n", "is not valid TOML"),
        (b"\xff\xfe", "is not UTF-8"),
        ('[promote]\nprotect = ["champion"]\n', "promote.protect is not known"),
        ("gates = 3\n", "gates must be tables"),
    ],
)
def test_a_committed_file_that_makes_no_sense_lets_nothing_through(server: Path, content: Any, said: str) -> None:
    here = clone(server, "here")
    (here / "mltui.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    commit(here, "broken")
    git(here, "push", "-q", "origin", "main")
    (here / "mltui.toml").write_text(LOOSE)
    found = read(here)
    assert said in found.trouble
    assert found.commit == head_of(here, "origin/main")


def test_a_link_is_not_followed(server: Path) -> None:
    here = clone(server, "here")
    (here / "mltui.toml").rename(here / "elsewhere.toml")
    (here / "mltui.toml").symlink_to("elsewhere.toml")
    commit(here, "linked")
    git(here, "push", "-q", "origin", "main")
    assert "mltui.toml at" in read(here).trouble
    assert "is a symbolic link" in read(here).trouble


def test_a_damaged_repository_lets_nothing_through(server: Path) -> None:
    here = clone(server, "here")
    blob = head_of(here, "origin/main:mltui.toml")
    git(here, "repack", "-q", "-a", "-d")
    for pack in (here / ".git" / "objects" / "pack").iterdir():
        pack.chmod(0o644)
        pack.unlink()
    assert blob
    assert read(here).trouble


def test_git_that_is_not_there_lets_nothing_through(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = clone(server, "here")
    space = workspace(here)
    monkeypatch.setenv("PATH", os.devnull)
    assert policy(space).trouble


def test_a_password_in_a_command_is_not_shown(server: Path) -> None:
    here = clone(server, "here")
    secret = "https://ada:s3cret-w0rd@host/x"
    (here / "mltui.toml").write_text(
        f'[[gates]]\ncommand = "curl {secret}"\n[[gates]]\ncommand = "curl --token=hunter2hunter2 x"\n'
    )
    commit(here, "secret")
    git(here, "push", "-q", "origin", "main")
    (here / "mltui.toml").write_text(f'[promote]\nvia = "command"\ncommand = "curl {secret}"\n')
    found = read(here)
    shown = repr((gates(found), found.differs, found.trouble, found.origin))
    assert "s3cret" not in shown
    assert "hunter2" not in shown
    assert found.gates[0].argv == ("curl", secret)


class Counting(ProcessRunner):
    """The real one, which says how often it was asked."""

    asked = 0

    def run(self, *args: Any, **keywords: Any) -> Done:
        self.asked += 1
        return super().run(*args, **keywords)


def test_its_mark_moves_with_refs_and_the_worktrees_file_and_asks_no_git(server: Path) -> None:
    here = clone(server, "here")
    runner = Counting()
    asks = Workspace(open_project(here, runner), Config(), runner)
    asked = runner.asked
    first = fingerprint(asks)
    assert fingerprint(asks) == first
    assert runner.asked == asked
    (here / "mltui.toml").write_text(LOOSE)
    second = fingerprint(asks)
    assert second != first
    git(here, "update-ref", "refs/remotes/origin/main", "origin/review")
    assert fingerprint(workspace(here)) != second
    assert gates(policy(asks)) == ["metrics.auc >= 0.1"]
