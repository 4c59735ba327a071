"""The remembered answer: facts of all DVC projects as JSON in the cache, with the signatures they stood on.

Import-light and quick: it is read on every ``mltui status`` and before the first paint.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from mltui.model.dvc import Entry, Reason, Stage
from mltui.model.part import Problem
from mltui.sources.cachedir import get, keep
from mltui.sources.dvc.facts import Facts, RootFacts

#: Grows whenever the layout changes: an older file is forgotten.
FORMAT = 3


_PLAIN = ("root", "reader", "metric_keys", "artifacts", "files", "stores", "hashes", "complete")


@dataclass(frozen=True, slots=True)
class Memory:
    """What was known. `key` names everything but files that the answer depends on: interpreter, versions, limits."""

    key: str
    roots: tuple[RootFacts, ...]


def save(path: Path, memory: Memory) -> None:
    """Write it whole or not at all. A cache that can't be written costs time, nothing else."""
    document = {"format": FORMAT, "key": memory.key, "roots": [_root_out(root) for root in memory.roots]}
    try:
        keep(str(path), json.dumps(document, default=str, separators=(",", ":")).encode())
    except OSError:
        return


def load(path: Path) -> Memory | None:
    """What was saved, None if there is nothing or nothing that can be read."""
    try:
        document = json.loads(get(str(path)))
        if document["format"] != FORMAT:
            return None
        return Memory(document["key"], tuple(map(_root_in, document["roots"])))
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return None


def _root_out(root: RootFacts) -> dict[str, Any]:
    paths = list(root.watched)
    index = {path: number for number, path in enumerate(paths)}
    plain = {name: getattr(root, name) for name in _PLAIN}
    return {
        **plain,
        "declared": dict(root.declared),
        "paths": paths,
        "signatures": list(root.watched.values()),
        "store_signatures": dict(root.store_signatures),
        "problems": [_changed_fields(problem) for problem in root.problems],
        "facts": [_facts_out(facts, index) for facts in root.facts],
    }


def _root_in(document: Mapping[str, Any]) -> RootFacts:
    paths = document["paths"]
    return RootFacts(
        root=document["root"],
        reader=document["reader"],
        facts=tuple(_facts_in(row, paths) for row in document["facts"]),
        problems=tuple(Problem(**problem) for problem in document["problems"]),
        metric_keys=tuple(document["metric_keys"]),
        artifacts=tuple(document["artifacts"]),
        files=tuple(document["files"]),
        stores=tuple(document["stores"]),
        declared=document["declared"],
        watched=dict(zip(paths, document["signatures"], strict=True)),
        store_signatures=document["store_signatures"],
        hashes=tuple(document["hashes"]) if document["hashes"] else None,
        complete=document["complete"],
    )


def _facts_out(facts: Facts, index: Mapping[str, int]) -> list[Any]:
    stage = _changed_fields(facts.stage)
    stage["deps"] = [list(_values(entry)) for entry in facts.stage.deps]
    stage["outs"] = [list(_values(entry)) for entry in facts.stage.outs]
    stage["reasons"] = [list(_values(reason)) for reason in facts.stage.reasons]
    watch = [index[path] for path in facts.watch]
    return [stage, facts.data, facts.locked, facts.imported, watch, facts.writes]


def _facts_in(row: list[Any], paths: list[str]) -> Facts:
    fields_, data, locked, imported, watch, writes = row
    for name in ("dvc", "upstream", "parents", "metrics", "plots"):
        if name in fields_:
            fields_[name] = tuple(fields_[name])
    fields_["deps"] = tuple(Entry(*values) for values in fields_["deps"])
    fields_["outs"] = tuple(Entry(*values) for values in fields_["outs"])
    fields_["reasons"] = tuple(Reason(*values) for values in fields_["reasons"])
    return Facts(Stage(**fields_), data, locked, imported, tuple(paths[number] for number in watch), tuple(writes))


def _values(item: Entry | Reason) -> list[Any]:
    return [getattr(item, one.name) for one in fields(item)]


def _changed_fields(item: Any) -> dict[str, Any]:
    """The fields that are not at their default."""
    found = {}
    for one in fields(item):
        value = getattr(item, one.name)
        if one.default is MISSING or value != one.default:
            found[one.name] = value
    return found
