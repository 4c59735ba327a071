"""Dataset versions over real repositories: what git, DVC and a reading of each tree alone say."""

from __future__ import annotations

import json
import os
import posixpath
import random
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from cli_projects import dvc
from git_repository import commit, git, make

from mltui.config import Config
from mltui.model.dvc_history import DvcHistory
from mltui.sources.dvc.history.source import DvcHistorySource
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

HEX = "0123456789abcdef" * 2


def source(root: Path) -> DvcHistorySource:
    runner = ProcessRunner()
    return DvcHistorySource(open_project(root, runner), runner, Config())


def load(root: Path) -> DvcHistory:
    return source(root).load()


def tracked(number: int, path: str = "x.csv") -> str:
    return f"outs:\n- md5: {HEX[:28]}{number:04x}\n  size: {number}\n  path: {path}\n"


def of_commit(history: DvcHistory, sha: str) -> dict[str, str | None]:
    files = history.at(sha)
    assert files is not None
    return {path: one.hash for path, one in files.tracked.items()}


def hashes(root: Path, sha: str) -> dict[str, str]:
    """{path: hash} of the .dvc files in a tree, by git and PyYAML alone."""
    found = {}
    for name in git(root, "ls-tree", "-r", "--name-only", sha).splitlines():
        if name.endswith(".dvc"):
            for out in yaml.safe_load(git(root, "show", f"{sha}:{name}"))["outs"]:
                found[posixpath.normpath(posixpath.join(posixpath.dirname(name), out["path"]))] = f"md5:{out['md5']}"
    return found


def write(root: Path, **files: str) -> None:
    """Written as of now: git takes a file of the same size and an older time for unchanged."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_dvc_diff_says_the_same(tmp_path: Path) -> None:
    """Between neighbours of a history that DVC itself made: added, changed, renamed, a directory, deleted."""
    root = make(tmp_path / "repository")
    dvc(root, "init", "-q")
    steps = [{"a.csv": "1\n"}, {"a.csv": "22\n"}, {"d/1": "x", "d/2": "yy"}, {"d/3": "zzz"}]
    shas = []
    for number, step in enumerate(steps):
        for name, text in step.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text)
        dvc(root, "add", "-q", *{name.partition("/")[0] for name in step})
        shas.append(commit(root, str(number), f"{1700000000 + number} +0000"))
    dvc(root, "move", "a.csv", "b.csv")
    shas.append(commit(root, "moved", "1700000009 +0000"))
    dvc(root, "remove", "d.dvc")
    shas.append(commit(root, "removed", "1700000010 +0000"))
    history = load(root)
    for before, after in pairwise(shas):
        old, new = of_commit(history, before), of_commit(history, after)
        said = json.loads(dvc(root, "diff", "--json", "--show-hash", before, after))
        outs = [
            row for kind in ("added", "deleted", "modified") for row in said.get(kind, ()) if _is_out(row, old, new)
        ]
        theirs = {row["path"].rstrip("/"): _pair(row["hash"]) for row in outs}
        for row in said.get("renamed", ()):
            theirs |= {row["path"]["old"]: (row["hash"], None), row["path"]["new"]: (None, row["hash"])}
        ours = {
            path: tuple(value and value.removeprefix("md5:") for value in (old.get(path), new.get(path)))
            for path in old.keys() | new.keys()
            if old.get(path) != new.get(path)
        }
        assert {path: _kinds(pair, path, old, new) for path, pair in theirs.items()} == ours
    assert [(one.commit, one.path) for one in history.versions["b.csv"]] == [(shas[0], "a.csv"), (shas[1], "a.csv")]
    assert history.moved == {"a.csv": "b.csv"}
    assert [(one.commit, one.nfiles) for one in history.versions["d"]] == [(shas[2], 2), (shas[3], 3)]


def _is_out(row: dict[str, str], old: dict[str, str | None], new: dict[str, str | None]) -> bool:
    """Of a directory `dvc diff` tells its files, too."""
    return row["path"].rstrip("/") in old.keys() | new.keys()


def _pair(said: object) -> tuple[object, object]:
    return (said["old"], said["new"]) if isinstance(said, dict) else (said, said)


def _kinds(pair: tuple[object, object], path: str, old: object, new: object) -> tuple[object, object]:
    """What was added has no old hash, what was deleted no new one."""
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    return pair[0] if path in old else None, pair[1] if path in new else None


@pytest.mark.parametrize("seed", range(4))
def test_random_work_of_several(tmp_path: Path, seed: int) -> None:
    """Branches, merges, edits, moves and deletions with git: every commit says what its tree says, and refs what
    ``git branch --contains`` says; read in two steps as in one."""
    chance = random.Random(seed)
    root = make(tmp_path / "repository")
    write(root, a_dvc=tracked(0, "a"))
    commit(root, "first")
    source(root).load()
    known = DvcHistorySource(open_project(root, ProcessRunner()), ProcessRunner(), Config())
    known.load()
    branches = ["main"]
    for step in range(1, 30):
        files = [path for path in root.rglob("*.dvc") if ".git" not in path.parts]
        what = chance.choice(["edit", "edit", "add", "move", "branch", "switch", "merge", "delete", "tag"])
        if what == "edit" and files:
            path = chance.choice(files)
            path.write_text(tracked(chance.randrange(5), path.stem))
        elif what == "add":
            name = chance.choice("bcd")
            write(root, **{f"{chance.choice(['', 'e__'])}{name}_dvc": tracked(100 + step, name)})
        elif what == "move" and files:
            path = chance.choice(files)
            target = root / chance.choice(["", "m"]) / path.name
            target.parent.mkdir(exist_ok=True)
            path.rename(target)
        elif what == "delete" and files:
            chance.choice(files).unlink()
        elif what == "branch":
            branches.append(f"b{step}")
            git(root, "switch", "-q", "-c", branches[-1])
        elif what == "switch":
            git(root, "switch", "-q", chance.choice(branches))
        elif what == "merge":
            git(
                root,
                "merge",
                "-q",
                "--no-edit",
                "-X",
                "ours",
                "-s",
                chance.choice(["ours", "ort"]),
                *_other(branches, root, chance),
            )
        elif what == "tag":
            git(root, "tag", f"t{step}")
        if what in ("edit", "add", "move", "delete"):
            commit(root, f"{what} {step}", f"{1700000000 + chance.randrange(40)} +0000")
        if step == 15:
            known.load()
    history = known.load()
    for sha in git(root, "rev-list", "--all").splitlines():
        assert of_commit(history, sha) == hashes(root, sha), sha
    for name, versions in history.versions.items():
        assert [one.time for one in versions] == sorted(one.time for one in versions)
        for one in versions:
            assert hashes(root, one.commit)[one.path or name] == one.hash
            containing = ("for-each-ref", "--format=%(refname:short)", "--contains", one.commit)
            assert set(git(root, *containing, "refs/heads", "refs/tags").split()) <= set(one.refs)
            assert all(one.hash in hashes(root, ref).values() for ref in one.tips)
    shutil.rmtree(os.environ["MLTUI_CACHE_DIR"])
    fresh = load(root)
    assert fresh.versions == history.versions
    assert fresh.entries == history.entries
    assert list(fresh.graph.parents) == list(history.graph.parents)


def _other(branches: list[str], root: Path, chance: random.Random) -> list[str]:
    here = git(root, "branch", "--show-current")
    return [chance.choice([name for name in branches if name != here] or [here])]


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """Four commits in a line, each with another version."""
    root = make(tmp_path / "whole")
    for number in range(4):
        write(root, x_csv_dvc=tracked(number))
        commit(root, str(number), f"{1700000000 + number} +0000")
    git(root, "config", "uploadpack.allowFilter", "true")
    return root


def test_a_shallow_clone_says_where_its_history_begins(line: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{line}", "clone")
    clone = tmp_path / "clone"
    one = source(clone)
    history = one.load()
    begin = git(clone, "rev-parse", "HEAD~1")
    assert [version.size for version in history.versions["x.csv"]] == [2, 3]
    assert [(gap.path, gap.commit, gap.time) for gap in history.gaps] == [("", begin, 1700000002000)]
    assert history.gaps_of["x.csv"] == history.gaps
    assert history.graph.cut == {begin}
    git(clone, "fetch", "-q", "--unshallow")
    history = one.load()
    assert [version.size for version in history.versions["x.csv"]] == [0, 1, 2, 3]
    assert history.gaps == ()


def test_a_blobless_clone_fetches_nothing_and_sees_what_came(line: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{line}", "clone")
    clone = tmp_path / "clone"
    one = source(clone)
    history = one.load()
    assert [version.size for version in history.versions["x.csv"]] == [3]
    missing = [git(clone, "rev-parse", f"HEAD~{back}") for back in (3, 2, 1)]
    assert [(gap.path, gap.commit, gap.reason) for gap in history.gaps] == [
        ("x.csv.dvc", sha, "not in this clone") for sha in missing
    ]
    assert history.gaps_of["x.csv"] == history.gaps
    git(clone, "cat-file", "-p", f"{missing[1]}:x.csv.dvc")  # git fetches what it lacks
    assert [version.size for version in one.load().versions["x.csv"]] == [1, 3]
    assert [gap.commit for gap in load(clone).gaps] == [missing[0], missing[2]]


def test_a_clone_without_trees_lists_what_is_here(line: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--filter=tree:0", f"file://{line}", "clone")
    workspace = Workspace(open_project(tmp_path / "clone", ProcessRunner()), Config())
    try:
        found, at = workspace.datasets.load(), workspace.datasets.at("HEAD")
    finally:
        workspace.close()
    for listed in (found, at):
        assert [(one.name, one.dataset.size, one.dataset.versions) for one in listed.datasets] == [("x.csv", 3, None)]
        (problem,) = listed.problems
        assert problem.summary.startswith("no history of the datasets: git: could not fetch")


def test_a_log_that_ends_early_is_a_gap_and_is_not_remembered(line: Path) -> None:
    tree = git(line, "rev-parse", "HEAD~2^{tree}")
    lost = line / ".git" / "objects" / tree[:2] / tree[2:]
    content = lost.read_bytes()
    lost.unlink()
    history = load(line)
    assert [one.size for one in history.versions["x.csv"]] == [3]
    assert [(gap.path, gap.commit) for gap in history.gaps] == [("", "")]
    assert history.gaps_of["x.csv"] == history.gaps
    files = history.at(git(line, "rev-parse", "HEAD"))
    assert files is not None
    assert files.gaps == history.gaps
    lost.write_bytes(content)
    assert [one.size for one in load(line).versions["x.csv"]] == [0, 1, 2, 3]


def test_a_tag_named_like_a_branch(line: Path) -> None:
    git(line, "tag", "main", "HEAD~2")
    git(line, "tag", "-a", "-m", "annotated", "v1", "HEAD~1")
    git(line, "branch", "side", "HEAD~3")
    git(line, "tag", "HEAD")
    for one in load(line).versions["x.csv"]:
        containing = ("for-each-ref", "--format=%(refname:short)", "--contains", one.commit)
        assert sorted(one.refs) == sorted(git(line, *containing, "refs/heads", "refs/tags").split())
        pointing = ("for-each-ref", "--format=%(refname:short)", "--points-at", one.commit)
        assert sorted(one.tips) == sorted(git(line, *pointing, "refs/heads", "refs/tags").split())


def test_two_projects_with_one_path(tmp_path: Path) -> None:
    """Each with data.csv of its own, and both with the same file outside."""
    root = make(tmp_path / "repository")
    outside = tmp_path / "shared.csv"
    for name in ("one", "two"):
        (root / name / ".dvc").mkdir(parents=True)
        (root / name / ".dvc" / "config").write_text("")
    write(root, one__data_csv_dvc=tracked(1, "data.csv"), two__data_csv_dvc=tracked(2, "data.csv"))
    write(root, one__out_dvc=tracked(3, str(outside)), two__out_dvc=tracked(4, str(outside)))
    commit(root)
    write(root, one__data_csv_dvc=tracked(5, "data.csv"), two__out_dvc=tracked(6, str(outside)))
    commit(root, "again", "1700000001 +0000")
    workspace = Workspace(open_project(root, ProcessRunner()), Config())
    try:
        listed = {
            one.name: [version.size for version in one.dataset.history] for one in workspace.datasets.load().datasets
        }
        pipeline = workspace.pipeline.load()
    finally:
        workspace.close()
    assert listed == {
        "one/data.csv": [1, 5],
        "two/data.csv": [2],
        f"{outside} (one/out.dvc)": [3],
        f"{outside} (two/out.dvc)": [4, 6],
    }
    shown = {(one.path, one.address): [version.size for version in one.history] for one in pipeline.datasets}
    assert sorted(shown.values()) == sorted(listed.values())


def test_a_commit_of_no_branch_is_read_from_its_tree(line: Path) -> None:
    write(line, x_csv_dvc=tracked(9), dvc_lock="schema: '2.0'\nstages:\n  s:\n    cmd: x\n")
    lost = commit(line, "lost")
    git(line, "reset", "-q", "--hard", "HEAD~1")
    one = source(line)
    assert one.load().at(lost) is None
    files = one.files_at(lost)
    assert files.tracked["x.csv"].size == 9
    assert [key.address for key in files.locked] == ["s"]
    assert one.files_at(git(line, "rev-parse", "HEAD")) is one.load().at(git(line, "rev-parse", "HEAD"))


def test_the_worktree(line: Path) -> None:
    one = source(line)
    one.load()
    write(line, x_csv_dvc=tracked(7), new_dvc=tracked(8, "new"), bad_dvc="{[")
    files = one.worktree()
    assert {path: entry.size for path, entry in files.tracked.items()} == {"x.csv": 7, "new": 8}
    assert [(gap.path, gap.commit) for gap in files.gaps] == [("bad.dvc", "")]
    (line / "x.csv.dvc").unlink()
    assert list(one.worktree().tracked) == ["new"]


def test_nothing_to_read(tmp_path: Path) -> None:
    """An unborn HEAD, no git at all, a bare repository."""
    assert load(make(tmp_path / "unborn")).versions == {}
    (tmp_path / "plain").mkdir()
    assert load(tmp_path / "plain").graph.parents == {}
    root = make(tmp_path / "origin")
    write(root, x_csv_dvc=tracked(1))
    commit(root)
    git(tmp_path, "clone", "-q", "--bare", str(root), "bare")
    assert [one.size for one in load(tmp_path / "bare").versions["x.csv"]] == [1]


def test_what_did_not_move_is_not_asked_for_again(line: Path) -> None:
    load(line)
    runner = ProcessRunner()
    again = DvcHistorySource(open_project(line, runner), runner, Config())
    again.load()
    assert [words for words in ([*done.argv] for done in runner.log) if "log" in words or "cat-file" in words] == []
    write(line, x_csv_dvc=tracked(9))
    commit(line, "new", "1700000009 +0000")
    assert [one.size for one in again.load().versions["x.csv"]] == [0, 1, 2, 3, 9]
    (log,) = [done.argv for done in runner.log if "log" in done.argv]
    assert "--stdin" in log


def test_a_lock_whose_directories_nobody_can_tell_is_a_gap(tmp_path: Path) -> None:
    """Paths in dvc.lock are relative to the wdir that only dvc.yaml says; here somebody committed a conflict in it."""
    root = make(tmp_path / "repository")
    declared = "stages:\n  fit:\n    wdir: w\n    cmd: x\n    outs: [o]\n"
    shas = []
    for number, yaml_text in enumerate((declared, f"{declared}<<<<<<< HEAD\n", declared)):
        lock = f"stages:\n  fit:\n    cmd: x\n    outs:\n    - path: o\n      md5: {HEX[:31]}{min(number, 1)}\n"
        (root / "dvc.yaml").write_text(yaml_text)
        (root / "dvc.lock").write_text(f"schema: '2.0'\n{lock}# {number}\n")
        shas.append(commit(root, str(number), f"{1700000000 + number} +0000"))
    runner = ProcessRunner()
    history = DvcHistorySource(open_project(root, runner), runner, Config(data_outs=("w/o",))).load()
    assert [version.commit for version in history.versions["w/o"]] == [shas[0], shas[2]]
    assert [(gap.path, gap.commit) for gap in history.gaps_of["w/o"]] == [("dvc.yaml", shas[1])]
    assert {out.path for seen in history.entries for out in seen.entry.outs} == {"w/o"}


def test_odd_names(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, a newline, a bracket, a submodule and a symbolic link called like a .dvc file."""
    root = make(tmp_path / "repository")
    for name in (b"caf\xe9.dvc", b"new\nline.dvc", b"[red].dvc"):
        (root / os.fsdecode(name)).write_text(tracked(len(name), "p" + str(len(name))))
    (root / "link.dvc").symlink_to("[red].dvc")
    git(root, "init", "-q", "module.dvc")
    commit(root / "module.dvc", "inside")
    commit(root)
    history = load(root)
    assert set(history.versions) == {"p8", "p12", "p9"}
    assert {gap.path for gap in history.gaps} == {"link.dvc", "module.dvc"}
