"""What two versions of a directory differ in; its list of files read in pieces, as DVC writes it."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.errors import NotFound, Unreadable
from mltui.model import data_files
from mltui.model.data_files import ChangedFile, Held, changes
from mltui.sources.dvc.manifest import PIECE, read_manifest
from mltui.sources.dvc.stored import Overtaken, StoredData
from mltui.sources.places import Project

FILES = st.dictionaries(st.text(min_size=1, max_size=6), st.sampled_from(["a" * 32, "b" * 32, "c" * 32]), max_size=8)


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def as_dvc(files: dict[str, str]) -> bytes:
    """As `dvc_data.hashfile.tree.Tree.as_bytes`."""
    return json.dumps([{"md5": files[path], "relpath": path} for path in sorted(files)], sort_keys=True).encode()


def put(root: Path, files: dict[str, str]) -> str:
    """The list of `files` in the cache of the project at `root`; its hash."""
    content = as_dvc(files)
    name = md5(content)
    place = root / ".dvc" / "cache" / "files" / "md5" / name[:2] / f"{name[2:]}.dir"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return f"md5:{name}.dir"


@given(FILES, FILES)
def test_changes_are_what_sets_say(old: dict[str, str], new: dict[str, str]) -> None:
    found = changes(sorted(old.items()), sorted(new.items()))
    by_kind: dict[str, set[str]] = {}
    for file in found.files:
        by_kind.setdefault(file.kind, set()).add(file.path)
    renamed = {file.path: file.was for file in found.files if file.kind == "renamed"}
    assert by_kind.get("modified", set()) == {path for path in old.keys() & new.keys() if old[path] != new[path]}
    assert by_kind.get("added", set()) | renamed.keys() == new.keys() - old.keys()
    assert by_kind.get("removed", set()) | set(renamed.values()) == old.keys() - new.keys()
    assert all(old[was] == new[path] for path, was in renamed.items())
    left = {old[path] for path in by_kind.get("removed", ())} & {new[path] for path in by_kind.get("added", ())}
    assert not left, "what could be a rename is one"
    assert found.counts == {kind: len(paths) for kind, paths in by_kind.items()}
    assert found.same == sum(old.get(path) == digest for path, digest in new.items())


def test_of_too_many_only_the_number_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "MOST_TOLD", 2)
    old = [(f"a{at}", f"{at:032x}") for at in range(3)]
    new = [(f"b{at}", f"{at:032x}") for at in range(3)]
    found = changes(old, new)
    assert found.counts == {"added": 3, "removed": 3}
    assert len(found.files) == 4
    assert not found.renames_sought


def test_files_in_no_order_are_refused() -> None:
    with pytest.raises(ValueError, match="in no order"):
        changes([("b", "1"), ("a", "1")], [])


@given(st.dictionaries(st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()), st.just("d" * 32)))
def test_any_list_of_dvc_is_read(files: dict[str, str]) -> None:
    content = as_dvc(files)
    assert list(read_manifest(io.BytesIO(content), md5(content))) == sorted(files.items())


def test_a_list_longer_than_a_piece_and_entries_with_more_in_them() -> None:
    files = {f"images/{at:06}.png": f"{at:032x}" for at in range(3 * PIECE // 60)}
    content = as_dvc(files)
    assert len(content) > 2 * PIECE
    assert dict(read_manifest(io.BytesIO(content), md5(content))) == files
    more = b'[{"isexec": true, "md5": "' + b"a" * 32 + b'", "relpath": "run.sh", "size": 3}]'
    assert list(read_manifest(io.BytesIO(more), md5(more))) == [("run.sh", "a" * 32)]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b'[{"md5": "1"}]', b"[", b'[{"md5": "a", "relpath": "x"', b"7"]
)
def test_what_is_no_list(content: bytes) -> None:
    with pytest.raises(Unreadable):
        list(read_manifest(io.BytesIO(content), md5(content)))


def test_a_damaged_list_is_not_believed() -> None:
    with pytest.raises(Unreadable, match="damaged"):
        list(read_manifest(io.BytesIO(as_dvc({"a": "1" * 32})), "0" * 32))


def test_how_much_the_cache_holds(tmp_path: Path) -> None:
    stored = StoredData(Project(tmp_path, tmp_path))
    digest = put(tmp_path, {"a": "a" * 32, "b": "b" * 32, "again": "a" * 32})
    assert stored.held(tmp_path, digest) == Held(0, 3)
    place = tmp_path / ".dvc" / "cache" / "aa" / ("a" * 30)  # as DVC 2 keeps it
    place.parent.mkdir(parents=True)
    place.write_bytes(b"")
    assert stored.held(tmp_path, digest) == Held(2, 3)
    assert stored.held(tmp_path, "md5:" + "a" * 32) == Held(1, 1)
    assert stored.held(tmp_path, f"md5:{'9' * 32}.dir") == Held(0, 0, listed=False)
    assert stored.held(tmp_path, "etag:abc") is None
    assert stored.has(tmp_path, "md5:../../../../etc/passwd") is False


def test_versions_of_a_directory(tmp_path: Path) -> None:
    stored = StoredData(Project(tmp_path, tmp_path))
    old = put(tmp_path, {"a": "a" * 32, "b": "b" * 32, "c": "c" * 32})
    new = put(tmp_path, {"a": "a" * 32, "b": "d" * 32, "moved/c": "c" * 32, "e": "e" * 32})
    found = stored.changes(tmp_path, old, new)
    assert found.files == (
        ChangedFile("modified", "b"),
        ChangedFile("added", "e"),
        ChangedFile("renamed", "moved/c", "c"),
    )
    with pytest.raises(NotFound):
        stored.changes(tmp_path, old, f"md5:{'9' * 32}.dir")
    with pytest.raises(Overtaken):
        stored.changes(tmp_path, old, new, lambda: False)


def test_the_innermost_project_keeps_a_dataset(tmp_path: Path) -> None:
    stored = StoredData(Project(tmp_path, tmp_path))
    assert stored.root_of("data.csv", ("", "sub")) == tmp_path
    assert stored.root_of("sub/data.csv", ("", "sub", "sub/deep")) == tmp_path / "sub"
    assert stored.root_of("subway/data.csv", ("", "sub")) == tmp_path
    assert stored.root_of("sub/data.csv", (".", "sub")) == tmp_path / "sub"
