"""What `mltui why --json` prints (``schema/why.schema.json``): the links of the line, each by itself."""

from __future__ import annotations

from typing import Any

from mltui.model.lineage.graph import EdgeKind, Node
from mltui.model.lineage.why import Read, Why, hash_of
from mltui.present.why_text import Pushed


def why_document(found: Why, line: str, pushed: Pushed = lambda hash: None) -> dict[str, Any]:
    """`line` is what people get; `pushed` as in `why_text`."""
    return {
        "schema": 1,
        "line": line,
        "what": found.root.id,
        "aliases": list(found.aliases),
        "run": _run(found),
        "commits": [_commit(node, kind) for node, kind in found.commits],
        "results": [node.name for node in found.results],
        "dirty": found.dirty,
        "data": [_data(each, pushed) for each in found.data],
        "params": found.params,
    }


def _run(found: Why) -> dict[str, Any] | None:
    """The run that a model version or an alias came from; a run's own is itself."""
    node = found.run or (found.root if found.root.kind == "run" else None)
    return None if node is None else {"run_id": node.name, "name": node.label, "kind": found.run_kind}


def _commit(node: Node, kind: EdgeKind) -> dict[str, Any]:
    return {"commit": node.name, "kind": kind}


def _data(each: Read, pushed: Pushed) -> dict[str, Any]:
    known = "@md5:" in each.node.id
    answer = pushed(hash_of(each.node)) if known else None
    return {
        "id": each.node.id,
        "label": each.node.label,
        "hash": hash_of(each.node) if known else None,
        "kind": each.kind,
        "remote": {"there": answer.there, "asked": answer.asked} if answer else None,
    }
