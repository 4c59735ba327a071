"""The sides of a difference, read from real repositories: code between two ends, DVC's files at one of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dvc_project import dvc, empty, run, write
from git_repository import commit, git, make
from tests.mirrors import mirrored

from mltui.config import Config
from mltui.model.difference import CodeChange, Difference
from mltui.present.difference import Shown, difference_lines
from mltui.present.text import plain
from mltui.sources.git.locate import open_project
from mltui.sources.git.revs import full_sha
from mltui.sources.runner import ProcessRunner
from mltui.sources.sides.code import code_changes, with_hunks
from mltui.sources.sides.dvc_says import dvc_says
from mltui.sources.sides.files import of_commit, of_worktree
from mltui.sources.sides.named import commit as commit_of
from mltui.sources.sides.named import worktree
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

TOP = """\
stages:
  a:
    cmd: cp raw.txt a.txt
    deps: [raw.txt]
    params: [x.y]
    outs: [a.txt]
  many:
    foreach: [1, 2]
    do:
      cmd: echo ${item} > m${item}.txt
      outs: ["m${item}.txt"]
"""
BELOW = """\
stages:
  b:
    wdir: deep
    cmd: >-
      cp ../../a.txt b.txt && echo '{"f1": 0.5}' > b.json
    deps: [../../a.txt, ../../s.py]
    params: [p.json: [k]]
    outs: [b.txt]
    metrics: [b.json: {cache: false}]
"""
LINES = "".join(f"line {at}\n" for at in range(40))


def changes(path: Path, *ends: str | None) -> dict[str, CodeChange]:
    project, runner = open_project(path, ProcessRunner()), ProcessRunner()
    found = code_changes(project, runner, (ends[0], ends[1]))
    return {
        each.path: each
        for each in with_hunks(project, runner, (ends[0], ends[1]), found, {each.path for each in found})
    }


def difference(path: Path, *words: str) -> Difference:
    runner = ProcessRunner()
    workspace = Workspace(open_project(path, runner), Config(), runner)
    named = []
    for word in words:
        sha = full_sha(workspace.project, runner, word)
        named.append(commit_of(sha, word) if sha else worktree())
    try:
        return workspace.differ.difference(named[0], named[1])
    finally:
        workspace.close()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits: an edit in two hunks, a rename with an edit, a binary, a deletion, names that are none."""
    path = make(tmp_path / "repo")
    (path / "src").mkdir()
    (path / "moved.py").write_text(LINES)
    (path / "gone.py").write_text("x\n")
    (path / "bin").write_bytes(b"\0\1")
    (path / "a b\n[red].py").write_text("1\n")
    commit(path, src_py=LINES)
    git(path, "tag", "one")
    git(path, "mv", "moved.py", "src/kept.py")
    (path / "src" / "kept.py").write_text(LINES + "more\n")
    git(path, "rm", "-q", "gone.py")
    (path / "bin").write_bytes(b"\0\2")
    (path / "a b\n[red].py").write_text("1\n2\n")
    commit(path, src_py=LINES.replace("line 3\n", "LINE\n").replace("line 30\n", ""))
    git(path, "tag", "two")
    return path


def test_lines_hunks_renames_and_binaries(repository: Path) -> None:
    one, two = (git(repository, "rev-parse", tag) for tag in ("one", "two"))
    assert changes(repository, one, two) == {
        "src.py": CodeChange("src.py", "M", 1, 2, 2),
        "src/kept.py": CodeChange("src/kept.py", "R", 1, 0, 1, "moved.py"),
        "gone.py": CodeChange("gone.py", "D", 0, 1, 1),
        "bin": CodeChange("bin", "M", binary=True),
        "a b\n[red].py": CodeChange("a b\n[red].py", "M", 1, 0, 1),
    }


def test_the_other_way_round_is_the_mirror(repository: Path) -> None:
    one, two = (git(repository, "rev-parse", tag) for tag in ("one", "two"))
    turned = [mirrored(each) for each in changes(repository, one, two).values()]
    assert {each.path: each for each in turned} == changes(repository, two, one)


def test_the_worktree_with_what_is_staged_and_what_git_does_not_track(repository: Path) -> None:
    two = git(repository, "rev-parse", "two")
    (repository / "src.py").write_text("short\n")
    (repository / "bin").unlink()
    (repository / "staged.py").write_text("1\n")
    git(repository, "add", "staged.py")
    (repository / "new.py").write_text("1\n2\n")
    there, back = changes(repository, two, None), changes(repository, None, two)
    assert {path: each.status for path, each in there.items()} == {
        "src.py": "M",
        "bin": "D",
        "staged.py": "A",
        "new.py": "?",
    }
    assert {path: each.status for path, each in back.items()} == {
        "src.py": "M",
        "bin": "A",
        "staged.py": "D",
        "new.py": "D",
    }
    assert git(repository, "status", "--porcelain").splitlines()[-1] == "?? new.py"


def test_nothing_that_the_repository_names_is_run(repository: Path) -> None:
    one, two = (git(repository, "rev-parse", tag) for tag in ("one", "two"))
    (repository / ".git" / "info" / "attributes").write_text("*.py diff=own\n")
    git(repository, "config", "diff.own.textconv", f"touch {repository}/ran; cat")
    git(repository, "config", "diff.external", f"touch {repository}/ran")
    git(repository, "config", "diff.noprefix", "true")
    git(repository, "config", "diff.renames", "false")
    assert changes(repository, one, two)["src.py"].hunks == 2
    assert not (repository / "ran").exists()


def test_a_clone_without_blobs_counts_no_lines_and_fetches_none(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repository}", str(clone))
    objects = git(clone, "count-objects", "-v")
    one, two = (git(clone, "rev-parse", tag) for tag in ("one", "two"))
    found = changes(clone, one, two)
    assert {path: each.status for path, each in found.items()} == {
        "src.py": "M",
        "src/kept.py": "A",
        "moved.py": "D",
        "gone.py": "D",
        "bin": "M",
        "a b\n[red].py": "M",
    }
    assert found["src.py"].lines is None
    assert git(clone, "count-objects", "-v") == objects


def test_what_names_no_commit_is_none(repository: Path) -> None:
    project, runner = open_project(repository, ProcessRunner()), ProcessRunner()
    assert full_sha(project, runner, "two") == git(repository, "rev-parse", "two")
    for word in ("", "-h", "f" * 40, "nothing", "two:src.py", "HEAD^{tree}", "two\0", "two\n", "two\ntwo"):
        assert full_sha(project, runner, word) is None, word
    assert full_sha(project, runner, "\ud800") is None


def test_a_branch_with_invisible_letters_names_its_commit(repository: Path) -> None:
    project, runner = open_project(repository, ProcessRunner()), ProcessRunner()
    for name in ("feat/\u202e\u200b模{x}$(id)", os.fsdecode(b"by\xff")):
        git(repository, "update-ref", f"refs/heads/{name}", "HEAD")
        assert full_sha(project, runner, name) == git(repository, "rev-parse", "HEAD"), ascii(name)


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of two pipelines, one in a folder with a wdir, params in three files, a directory as data."""
    root = empty(tmp_path_factory.mktemp("sides") / "project")
    write(
        root,
        {
            "dvc.yaml": TOP,
            "sub/dvc.yaml": BELOW,
            "sub/deep/p.json": '{"k": 1, "other": {"z": true}}',
            "params.yaml": "x: {y: 1}\nunused: 2\n",
            "raw.txt": "raw\n",
            "s.py": "",
            "parts/one.csv": "a\n1\n",
            "parts/two.csv": "a\n1\n",
        },
    )
    dvc(root, "add", "-q", "raw.txt", "parts")
    dvc(root, "repro", "-q", "--all-pipelines", "--force")
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-qm", "all")
    return root


def test_what_dvcs_files_say_at_a_commit_and_in_the_worktree(pipelines: Path) -> None:
    project, runner = open_project(pipelines, ProcessRunner()), ProcessRunner()
    sha = full_sha(project, runner, "HEAD")
    assert sha
    for found in (dvc_says(of_commit(project, runner, sha)), dvc_says(of_worktree(project, runner))):
        assert set(found.tracked) == {"raw.txt", "parts"}
        assert set(found.made) == {"a.txt", "m1.txt", "m2.txt", "sub/deep/b.txt", "sub/deep/b.json"}
        assert found.made["sub/deep/b.txt"][1] == "sub/dvc.yaml:b"
        assert found.commands["many"] == "echo ${item} > m${item}.txt"
        assert found.params == {"x.y": "1", "unused": "2", "sub/deep/p.json:k": "1", "sub/deep/p.json:other.z": "true"}
        assert found.locked == {"x.y": "1", "sub/deep/p.json:k": "1"}
        assert found.leading_to("sub/dvc.yaml:b") == {"a.txt", "s.py", "raw.txt"}
        assert not found.faults


def test_a_clone_without_blobs_does_not_say_that_there_is_nothing(pipelines: Path, tmp_path: Path) -> None:
    git(pipelines, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{pipelines}", str(clone))
    found = difference(clone, "HEAD", "HEAD")
    for name in ("dvc.yaml", "dvc.lock", "params.yaml", "parts.dvc", "sub/dvc.lock"):
        assert f"what {name} says at HEAD: its content is not in this clone" in found.unknowns
    said = "\n".join(map(plain, difference_lines(found, Shown())))
    assert "on either side" not in said
    assert "nothing of it could be read" in said


def test_files_in_a_directory_of_data_and_their_rows(pipelines: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    run(tmp_path, "cp", "-a", str(pipelines), str(copy))
    run(copy, "rm", "parts/two.csv")
    write(copy, {"parts/one.csv": "a\n1\n2\n", "parts/three.csv": "a\n"})
    dvc(copy, "add", "-q", "parts")
    commit(copy)
    rows = {row.key: row for row in difference(copy, "HEAD~1", "HEAD").of("data").rows}
    changed = rows["parts"].detail
    told = {(each.kind, each.path) for each in changed.files}
    assert told == {("added", "three.csv"), ("removed", "two.csv"), ("modified", "one.csv")}
    assert rows["parts/one.csv"].detail.added == 1
    assert {key for key, row in rows.items() if row.changed} == {"parts", "parts/one.csv"}


def test_metrics_and_params_of_commits(pipelines: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    run(tmp_path, "cp", "-a", str(pipelines), str(copy))
    write(copy, {"sub/deep/b.json": '{"f1": 0.75}', "params.yaml": "x: {y: 2}\n", "sub/dvc.yaml": "stages: ["})
    found = difference(copy, "HEAD", "worktree")
    (metric,) = found.of("metrics").rows
    assert metric.old == 0.5
    assert {row.key for row in found.of("params").changed} >= {"x.y", "unused"}
    assert any("sub/dvc.yaml" in each for each in found.unknowns)


def test_without_git_the_worktree_is_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("lr: 1\n")
    found = difference(tmp_path, "worktree", "worktree")
    assert not found.explained
