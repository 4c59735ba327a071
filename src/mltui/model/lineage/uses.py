"""Which runs used a dataset version, and which model versions came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mltui.model.lineage.graph import Edge, EdgeKind, Graph, Node

#: The weaker of two links is what a chain of them is worth.
_STRENGTH: Final[dict[EdgeKind, int]] = {"recorded": 2, "inferred": 1, "unknown": 0}


@dataclass(frozen=True, slots=True)
class Use:
    """One run that used data. `kind` is that of the weakest link to it, `how` the rule of the last one.

    `through`: the data that were made in between, nearest first; () where the run read it itself. `models`: versions
    registered of the run, each with its aliases.
    """

    run: Node
    kind: EdgeKind
    how: str
    through: tuple[Node, ...] = ()
    models: tuple[tuple[Node, tuple[Node, ...]], ...] = ()


def uses(graph: Graph, *ids: str) -> tuple[Use, ...]:
    """The runs that used the data node of any of `ids` (names of one thing), those that read it themselves first."""
    found: dict[str, Use] = {}
    front: list[tuple[str, EdgeKind, tuple[Node, ...]]] = [(id, "recorded", ()) for id in ids if id in graph.nodes]
    seen = {id for id, _, _ in front}
    while front:
        following: list[tuple[str, EdgeKind, tuple[Node, ...]]] = []
        for id, kind, through in front:
            for edge in graph.out_of.get(id, ()):
                node, weakest = graph.nodes[edge.target], min(kind, edge.kind, key=_STRENGTH.__getitem__)
                if node.kind in ("entry", "stage") and node.id not in seen:
                    seen.add(node.id)
                    following.append((node.id, weakest, through))
                elif node.kind == "run" and not id.startswith("stage:"):  # which only says which stage a run was
                    use = Use(node, weakest, edge.how, through, _models(graph, node.id))
                    found.setdefault(node.id, use)
                elif node.kind == "data" and node.id not in seen:
                    seen.add(node.id)
                    following.append((node.id, weakest, (*through, node)))
        front = following
    return tuple(found.values())


def _models(graph: Graph, run: str) -> tuple[tuple[Node, tuple[Node, ...]], ...]:
    made = _targets(graph, graph.out_of.get(run, ()), "model")
    return tuple((model, _targets(graph, graph.out_of.get(model.id, ()), "alias")) for model in made)


def _targets(graph: Graph, edges: tuple[Edge, ...], kind: str) -> tuple[Node, ...]:
    return tuple(graph.nodes[edge.target] for edge in edges if graph.nodes[edge.target].kind == kind)
