"""Where `enter` leads from the things of a lineage that have no row of their own."""

from __future__ import annotations

import pytest

from mltui.model.lineage.graph import Graph, Node, NodeKind
from mltui.tui.places.lineage.going import gone, home

EMPTY = Graph.of((), ())


@pytest.mark.parametrize("kind", ["stage", "data"])
def test_what_nobody_knows_leads_nowhere_and_says_so(kind: NodeKind) -> None:
    node = Node(kind, f"{kind}:?@run:1", "it")
    assert home(node, EMPTY, {}) is None
    assert gone(node, None, {}) == f"which {kind} that was nobody knows"


@pytest.mark.parametrize(
    ("id", "target"), [("params:1a", ("runs", "1a")), ("params:model:net/v1.0.0", ("models", "net/v1.0.0"))]
)
def test_params_lead_to_what_came_from_them(id: str, target: tuple[str, str]) -> None:
    assert home(Node("params", id, "lr=1"), EMPTY, {}) == target
