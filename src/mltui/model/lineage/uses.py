"""Which runs used a dataset version, and which model versions came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mltui.model.lineage.graph import Edge, EdgeKind, Graph, Node, NodeKind

#: The weaker of two links is what a chain of them is worth.
_STRENGTH: Final[dict[EdgeKind, int]] = {"recorded": 2, "inferred": 1, "unknown": 0}
#: What data go through on their way to other data.
_ON: Final[frozenset[NodeKind]] = frozenset({"data", "stage", "entry"})


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
    """The runs that used the data node of any of `ids` (names of one thing), or data made of it: those that read it
    themselves first, of them the newest."""
    found: dict[str, Use] = {}
    front: list[tuple[str, EdgeKind, tuple[Node, ...]]] = [(id, "recorded", ()) for id in ids if id in graph.nodes]
    seen = {id for id, _, _ in front}
    while front:
        following: list[tuple[str, EdgeKind, tuple[Node, ...]]] = []
        for id, kind, through in front:
            for edge in graph.out_of.get(id, ()):
                node, weakest = graph.nodes[edge.target], min(kind, edge.kind, key=_STRENGTH.__getitem__)
                if node.kind == "run" and graph.nodes[id].kind != "data":
                    continue  # it says which stage a run was, not what that stage read then
                if node.kind == "run":
                    use = Use(node, weakest, edge.how, through, _models(graph, node.id))
                    found.setdefault(node.id, use)
                elif node.kind in _ON and node.id not in seen:
                    seen.add(node.id)
                    following.append((node.id, weakest, (*through, node) if node.kind == "data" else through))
        front = following
    return tuple(sorted(found.values(), key=lambda use: (len(use.through), -(use.run.time or 0))))


def _models(graph: Graph, run: str) -> tuple[tuple[Node, tuple[Node, ...]], ...]:
    made = _targets(graph, graph.out_of.get(run, ()), "model")
    return tuple((model, _targets(graph, graph.out_of.get(model.id, ()), "alias")) for model in made)


def _targets(graph: Graph, edges: tuple[Edge, ...], kind: str) -> tuple[Node, ...]:
    return tuple(graph.nodes[edge.target] for edge in edges if graph.nodes[edge.target].kind == kind)
