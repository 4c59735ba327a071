"""The lineage of a thing as JSON (docs/status-schema.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mltui.model.lineage.graph import Edge, Lineage, Node
from mltui.model.part import Problem
from mltui.present.runs_machine import problem_document


def as_document(
    lineage: Lineage, at: Mapping[str, Any] | None = None, problems: Iterable[Problem] = ()
) -> dict[str, Any]:
    """`root` is the id of a node; an edge goes the way data flows. `at` is the other time of which it is, and then
    `problems` what can't be told of it."""
    then = {"at": dict(at), "problems": [problem_document(each) for each in problems]} if at else {}
    return {
        "schema": 1,
        **then,
        "root": lineage.root.id,
        "nodes": [_node(node) for node in lineage.nodes],
        "edges": [_edge(edge) for edge in lineage.edges],
        "in_tree": [{"run": each.run, "commit": each.commit, "data": list(each.data)} for each in lineage.in_tree],
    }


def _node(node: Node) -> dict[str, Any]:
    fields = {"kind": node.kind, "id": node.id, "label": node.label, "note": node.note}
    return {**fields, "time": node.time, "size": node.size}


def _edge(edge: Edge) -> dict[str, str]:
    return {"from": edge.source, "to": edge.target, "kind": edge.kind, "how": edge.how}
