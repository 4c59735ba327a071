"""Graphs of any shape for property tests: every kind of node and edge, circles too, which no source should make."""

from __future__ import annotations

from typing import Final, get_args

from hypothesis import strategies as st

from mltui.model.lineage.graph import Edge, EdgeKind, Graph, InTree, Node, NodeKind

KINDS: Final[tuple[NodeKind, ...]] = get_args(NodeKind)
CERTAIN: Final[tuple[EdgeKind, ...]] = get_args(EdgeKind)


def _graph(
    kinds: list[NodeKind], links: list[tuple[int, int, EdgeKind]], tracked: list[int], *, circles: bool
) -> Graph:
    nodes = [Node(kind, f"{kind}:{at}", f"thing-{at}", time=at) for at, kind in enumerate(kinds)]
    edges = []
    for one, other, certain in links:
        low, high = one % len(nodes), other % len(nodes)
        low, high = (low, high) if circles else sorted((low, high))
        if low != high:
            edges.append(Edge(nodes[low].id, nodes[high].id, certain, f"rule {low} {high}"))
    run = next((node.id for node in nodes if node.kind == "run"), None)
    data = tuple(dict.fromkeys(nodes[at % len(nodes)].id for at in tracked))
    trees = (InTree(run, "commit:x", data),) if run is not None and data else ()
    return Graph.of(nodes, edges, trees)


def graphs(*, circles: bool = True, most: int = 40) -> st.SearchStrategy[Graph]:
    """Up to `most` nodes; without `circles` edges go from former to later ones."""
    return st.builds(
        lambda kinds, links, tracked: _graph(kinds, links, tracked, circles=circles),
        st.lists(st.sampled_from(KINDS), min_size=1, max_size=most),
        st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.sampled_from(CERTAIN)), max_size=2 * most),
        st.lists(st.integers(0, 99), max_size=30),
    )
