"""Where the results of runs were committed, as the graph has it."""

from __future__ import annotations

from typing import Final

from mltui.model.lineage.graph import Edge, Graph

#: How an edge begins from a run to the commit that its results are in, if that is not the one it recorded.
COMMITTED_HERE: Final = "its results were committed here"


def committed_in(graph: Graph) -> dict[str, str]:
    """The commits that the results of runs were committed in (rule 3), by the id of the run."""
    return {
        edge.source.removeprefix("run:"): edge.target.removeprefix("commit:")
        for edge in graph.edges
        if is_committed_here(edge)
    }


def is_committed_here(edge: Edge) -> bool:
    """Whether it leads from a run to the commit that its results are in."""
    return edge.kind == "inferred" and edge.target.startswith("commit:") and edge.how.startswith(COMMITTED_HERE)
