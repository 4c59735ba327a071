"""Which hash the recorder writes down for a dep: what lies there, and for what is too large what DVC's files say."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from mltui_recorder import content
from mltui_recorder import deps as deps_module
from mltui_recorder.budget import Deadline
from mltui_recorder.deps import Deps
from mltui_recorder.running import Stage


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def folder_md5(files: dict[str, bytes]) -> str:
    rows = [{"md5": md5(data), "relpath": name} for name, data in sorted(files.items())]
    return md5(json.dumps(rows, sort_keys=True).encode()) + ".dir"


class Project:
    """A DVC project made of the files that DVC leaves: `deps` are those of its stage ``train``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / ".dvc").mkdir()
        self.file("dvc.yaml", b"stages: {}\n")

    def file(self, name: str, data: bytes, age: float = 60.0) -> Path:
        """A file that was written so many seconds ago."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        moment = time.time() - age
        os.utime(path, (moment, moment))
        return path

    def locked(self, *outs: tuple[str, str, int], modern: bool = True, age: float = 30.0) -> None:
        """dvc.lock says so of the outs of stage ``prepare``: path, md5, size."""
        text = "schema: '2.0'\nstages:\n  prepare:\n    cmd: x\n    outs:\n"
        for path, hash_, size in outs:
            text += f"    - path: {path}\n" + ("      hash: md5\n" if modern else "")
            text += f"      md5: {hash_}\n      size: {size}\n"
        text += f"  train:\n    cmd: x\n    deps:\n    - path: data.csv\n      md5: {'0' * 32}\n"
        self.file("dvc.lock", (text + "    params:\n      conf.json:\n        lr: 1\n").encode(), age)

    def cached(self, data: bytes, hash_: str = "") -> Path:
        name = hash_ or md5(data)
        return self.file(f".dvc/cache/files/md5/{name[:2]}/{name[2:]}", data)

    def deps(self, *names: str) -> Deps:
        root = str(self.root)
        stage = Stage("train", "train", root, root, root, tuple(str(self.root / name) for name in names))
        found = Deps()
        found.read(stage, Deadline(30))
        return found


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be hashed in time."""
    monkeypatch.setattr(content, "_SPEED", 0.001)


def test_the_content_decides_whatever_the_lock_says(project: Project) -> None:
    project.file("data.csv", b"now")
    project.locked(("data.csv", md5(b"then"), 3))
    assert project.deps("data.csv").found == [("data.csv", f"md5:{md5(b'now')}")]


def test_what_dvc_has_never_seen_is_hashed(project: Project) -> None:
    project.file("src/train.py", b"code")
    project.file("parts/b", b"2")
    project.file("parts/deep/a", b"1")
    project.file("parts/.git/x", b"never")
    assert dict(project.deps("src/train.py", "parts").found) == {
        "src/train.py": f"md5:{md5(b'code')}",
        "parts": f"md5:{folder_md5({'b': b'2', 'deep/a': b'1'})}",
    }


def test_what_is_not_there_is_left_out(project: Project) -> None:
    project.locked(("data.csv", md5(b"then"), 4))
    found = project.deps("data.csv")
    assert (found.found, found.left_out) == ([], ["data.csv"])


def test_files_of_params_are_no_deps(project: Project) -> None:
    for name in ("data.csv", "params.yaml", "conf.json"):
        project.file(name, b"x")
    assert [path for path, _ in project.deps("data.csv", "params.yaml").found] == ["data.csv"]
    project.locked()
    assert [path for path, _ in project.deps("data.csv", "conf.json").found] == ["data.csv"]
    project.file("dvc.yaml", b"stages: {train: {deps: [params.yaml]}}\n")
    assert [path for path, _ in project.deps("params.yaml").found] == ["params.yaml"]


def test_a_text_of_dvc_2_keeps_the_hash_that_dvc_gave_it(project: Project) -> None:
    then, now, as_text = b"a\r\nb\r\n", b"c\r\nd\r\n", md5(b"a\nb\n")
    project.file("data.csv", then)
    project.locked(("data.csv", as_text, 6), modern=False)
    assert project.deps("data.csv").found == [("data.csv", f"md5:{as_text}")]
    project.file("data.csv", now)
    assert project.deps("data.csv").found == [("data.csv", f"md5:{md5(now)}")]


def test_a_file_inside_a_tracked_directory_names_both(project: Project) -> None:
    files = {"1.png": b"1", "deep/2.png": b"22"}
    for name, data in files.items():
        project.file(f"images/{name}", data)
    said = f"outs:\n- md5: {folder_md5(files)}\n  size: 3\n  nfiles: 2\n  hash: md5\n  path: images\n"
    project.file("images.dvc", said.encode())
    assert dict(project.deps("images/deep/2.png").found) == {
        "images/deep/2.png": f"md5:{md5(b'22')}",
        "images": f"md5:{folder_md5(files)}",
    }


def test_a_directory_that_dvc_may_see_otherwise_is_left_out(project: Project) -> None:
    project.file("parts/a", b"1")
    project.file(".dvcignore", b"# nothing\n")
    assert [path for path, _ in project.deps("parts").found] == ["parts"]
    project.file("parts/skip.tmp", b"1")
    project.file(".dvcignore", b"*.tmp\n")
    assert project.deps("parts").left_out == ["parts"]


@pytest.mark.usefixtures("too_large")
class TestTooLarge:
    def test_of_the_same_size_and_older_than_the_lock(self, project: Project) -> None:
        project.file("data.csv", b"data")
        project.locked(("data.csv", md5(b"data"), 4))
        found = project.deps("data.csv")
        assert (found.found, found.unhashed) == ([("data.csv", f"md5:{md5(b'data')}")], ["data.csv"])

    def test_of_another_size(self, project: Project) -> None:
        project.file("data.csv", b"datum")
        project.locked(("data.csv", md5(b"data"), 4))
        assert project.deps("data.csv").left_out == ["data.csv"]

    def test_newer_than_the_lock(self, project: Project) -> None:
        project.file("data.csv", b"data", age=5)
        project.locked(("data.csv", md5(b"data"), 4))
        assert project.deps("data.csv").left_out == ["data.csv"]

    def test_newer_than_the_lock_but_like_the_cache(self, project: Project) -> None:
        project.file("data.csv", b"data", age=5)
        project.locked(("data.csv", md5(b"data"), 4))
        project.cached(b"data")
        assert project.deps("data.csv").unhashed == ["data.csv"]

    def test_older_than_the_lock_but_unlike_the_cache(self, project: Project) -> None:
        data = bytes(300_000)
        project.file("data.bin", data[:-1] + b"x")
        project.locked(("data.bin", md5(data), len(data)))
        project.cached(data)
        assert project.deps("data.bin").left_out == ["data.bin"]

    def test_two_stages_that_say_different_things(self, project: Project) -> None:
        project.file("data.csv", b"data")
        project.locked(("data.csv", md5(b"data"), 4), ("data.csv", md5(b"date"), 4))
        assert project.deps("data.csv").left_out == ["data.csv"]

    def test_no_file_of_dvc_says_anything(self, project: Project) -> None:
        project.file("data.csv", b"data")
        assert project.deps("data.csv").left_out == ["data.csv"]

    def test_a_wdir_makes_candidates_only(self, project: Project) -> None:
        project.file("dvc.yaml", b"stages: {prepare: {wdir: sub}}\n")
        project.file("sub/data.csv", b"data")
        project.locked(("data.csv", md5(b"data"), 4))
        assert project.deps("sub/data.csv").unhashed == ["sub/data.csv"]
        project.file("sub/data.csv", b"other")
        assert project.deps("sub/data.csv").left_out == ["sub/data.csv"]


def test_a_large_directory_is_looked_into(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a": b"1", "b": b"2"}
    for name, data in files.items():
        project.file(f"parts/{name}", data, age=5)
    project.locked(("parts", folder_md5(files), 2))
    rows = [{"md5": md5(data), "relpath": name} for name, data in files.items()]
    project.cached(json.dumps(rows).encode(), folder_md5(files))
    monkeypatch.setattr(deps_module, "content_hash", _refuse)
    assert project.deps("parts").unhashed == ["parts"]
    project.file("parts/b", b"3", age=5)
    assert project.deps("parts").left_out == ["parts"]
    project.file("parts/b", b"2", age=5)
    (project.root / "parts" / "b").rename(project.root / "parts" / "c")
    assert project.deps("parts").left_out == ["parts"]


def test_an_unreadable_lock_is_told_and_the_content_still_known(project: Project) -> None:
    project.file("data.csv", b"data")
    project.file("dvc.lock", b"stages: {prepare: {outs: [{path: data.csv}]}}\n")
    found = project.deps("data.csv")
    assert found.complaints == ["dvc.lock: not a dvc.lock of schema 2.0"]
    assert found.found == [("data.csv", f"md5:{md5(b'data')}")]


def test_a_hundred_at_most(project: Project) -> None:
    names = [f"d{n:03}" for n in range(103)]
    for name in names:
        project.file(name, b"x")
    found = project.deps(*names)
    assert (len(found.found), found.more) == (100, 3)


def test_what_changed_is_hashed_anew(project: Project) -> None:
    path = project.file("data.csv", b"old")
    assert project.deps("data.csv").found[0][1] == f"md5:{md5(b'old')}"
    moment = path.stat().st_mtime
    path.write_bytes(b"new")
    os.utime(path, (moment, moment))  # same size, same time: ctime tells
    assert project.deps("data.csv").found[0][1] == f"md5:{md5(b'new')}"


def _refuse(*_: object) -> str:
    raise content.TooLong
