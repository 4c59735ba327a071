"""What differs, seen from the other side: what tests hold two directions of a difference against."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import Any

from mltui.model.data_files import ChangedFile, ChangeKind, DirectoryChanges
from mltui.model.difference import Between, CodeChange, TableChange

_OTHER: dict[ChangeKind, ChangeKind] = {"added": "removed", "removed": "added"}


@singledispatch
def mirrored(one: Any) -> Any:
    """The same from the other side; what says nothing of a direction is itself."""
    return one


@mirrored.register
def _(one: TableChange) -> TableChange:
    return replace(
        one,
        rows=one.rows[::-1],
        added=one.removed,
        removed=one.added,
        columns_added=one.columns_removed,
        columns_removed=one.columns_added,
    )


@mirrored.register
def _(one: CodeChange) -> CodeChange:
    other = {"A": "D", "D": "A", "?": "D"}.get(one.status, one.status)
    path, former = (one.former, one.path) if one.former else (one.path, "")
    return replace(one, path=path, former=former, status=other, added=one.deleted, deleted=one.added)


@mirrored.register
def _(one: Between) -> Between:
    code = None if one.code is None else tuple(map(mirrored, one.code))
    return replace(one, code=code, contents={path: mirrored(each) for path, each in one.contents.items()})


@mirrored.register
def _(one: DirectoryChanges) -> DirectoryChanges:
    counts = {_OTHER.get(kind, kind): number for kind, number in one.counts.items()}
    return replace(one, counts=counts, files=tuple(sorted(map(mirrored, one.files), key=lambda file: file.path)))


@mirrored.register
def _(one: ChangedFile) -> ChangedFile:
    path, was = (one.was, one.path) if one.was else (one.path, "")
    return ChangedFile(_OTHER.get(one.kind, one.kind), path, was)
