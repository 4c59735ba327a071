"""Chores as the journal keeps them: the facts of an entry, with each value before and after, so that they can be
taken back exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mltui.model.chore import Change, ChoreKind, Subject

_KINDS: Final = ("tag", "untag", "note", "rename", "delete", "restore", "end")
_SUBJECTS: Final = ("run", "version", "model")
_ASPECTS: Final = ("tag", "note", "name", "lifecycle", "status")


def changes_document(kind: ChoreKind, changes: Iterable[Change]) -> dict[str, Any]:
    """The facts of a chore: plain JSON."""
    return {"schema": 1, "chore": kind, "changes": [_document(change) for change in changes]}


def _document(change: Change) -> dict[str, Any]:
    one = change.subject
    found: dict[str, Any] = {"subject": one.kind, "id": one.id, "version": one.version, "name": one.name}
    found |= {"aspect": change.aspect, "key": change.key, "before": change.before, "after": change.after}
    if change.aspect == "status":
        found |= {"ended": change.ended, "ends": change.ends}
    return found | ({"withheld": True} if change.withheld else {})


def changes_of(facts: Mapping[str, Any]) -> tuple[ChoreKind, tuple[Change, ...]] | None:
    """What `changes_document` wrote down; None where that makes no sense."""
    try:
        kind, rows = facts["chore"], facts["changes"]
        if kind not in _KINDS or not isinstance(rows, list) or not rows:
            return None
        return kind, tuple(_change(row) for row in rows)
    except (KeyError, TypeError, ValueError):
        return None


def _change(row: Mapping[str, Any]) -> Change:
    if row["subject"] not in _SUBJECTS or row["aspect"] not in _ASPECTS:
        raise ValueError(row)
    subject = Subject(row["subject"], str(row["id"]), str(row["version"]), str(row["name"]))
    before, after = (None if row[side] is None else str(row[side]) for side in ("before", "after"))
    ended, ends = (row.get(side) if isinstance(row.get(side), int) else None for side in ("ended", "ends"))
    return Change(subject, row["aspect"], before, after, str(row["key"]), ended, ends, row.get("withheld") is True)
