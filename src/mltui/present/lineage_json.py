"""The lineage of a thing as JSON (docs/status-schema.md)."""

from __future__ import annotations

from typing import Any

from mltui.model.lineage.graph import Edge, Lineage, Node


def as_document(lineage: Lineage) -> dict[str, Any]:
    """`root` is the id of a node; an edge goes the way data flows."""
    return {
        "schema": 1,
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
