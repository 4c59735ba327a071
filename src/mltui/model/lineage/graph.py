"""The lineage graph: things as nodes, and edges that name the rule that made them.

An edge goes the way data flows, from what came first to what was made with it: commit -> run -> model version -> alias,
data -> run, data -> entry -> data: an entry is a stage as one dvc.lock has it, that is one execution of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

NodeKind = Literal["commit", "worktree", "data", "params", "stage", "entry", "run", "model", "alias"]
#: **recorded**: somebody wrote it down. **inferred**: derived, and `Edge.how` says how. **unknown**: it can't be told.
EdgeKind = Literal["recorded", "inferred", "unknown"]

#: Kinds a path through the graph ends at: a commit holds many things that have nothing to do with each other. Only
#: where such a node is the root one goes on from it.
ENDS: frozenset[NodeKind] = frozenset({"commit", "worktree", "params", "alias"})


@dataclass(frozen=True, slots=True)
class Node:
    """A thing. `id` is ``<kind>:<name>``: ``commit:<sha>``, ``data:<path>@md5:<hex>``, ``run:<run id>``,
    ``model:<name>/<version>``, ``alias:<name>@<alias>``, ``stage:<address>``, ``params:<run id>``,
    ``worktree:<run id>``, ``entry:<address>@<commit>#<number>`` (a stage as the dvc.lock of that commit has it; as HEAD
    has it, it is the stage itself). What can't be told: ``data:?@run:<run id>``, ``stage:?@…``. Params of
    a model version that no run made: ``params:model:<name>/<version>``.

    `label` is how a person calls it ("customers.csv v3"), `note` what is worth knowing beside it, `time` epoch ms and
    `size` bytes where it has them.
    """

    kind: NodeKind
    id: str
    label: str
    note: str = ""
    time: int | None = None
    size: int | None = None

    @property
    def name(self) -> str:
        """The id without its kind."""
        return self.id.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` and `target` are ids of nodes. `how` is the rule that made it, in words; for an unknown the reason."""

    source: str
    target: str
    kind: EdgeKind
    how: str


@dataclass(frozen=True, slots=True)
class InTree:
    """What DVC tracks at the commit a run recorded, and nobody knows whether the run used: ids of data nodes."""

    run: str
    commit: str
    data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes by id, and all edges. Every edge's ends are among the nodes. `in_tree` by the id of a run's node."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    in_tree: Mapping[str, InTree] = field(default_factory=dict)
    into: Mapping[str, tuple[Edge, ...]] = field(default_factory=dict)
    out_of: Mapping[str, tuple[Edge, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[Edge], in_tree: Iterable[InTree] = ()) -> Graph:
        """A graph of these; of edges that are alike the first counts. Raises ValueError for an edge without an end."""
        by_id = {node.id: node for node in nodes}
        unique = tuple({(edge.source, edge.target): edge for edge in reversed(tuple(edges))}.values())[::-1]
        into: dict[str, list[Edge]] = {}
        out_of: dict[str, list[Edge]] = {}
        for edge in unique:
            if edge.source not in by_id or edge.target not in by_id:
                raise ValueError(f"an edge without an end: {edge}")
            into.setdefault(edge.target, []).append(edge)
            out_of.setdefault(edge.source, []).append(edge)
        frozen = ({key: tuple(value) for key, value in each.items()} for each in (into, out_of))
        return cls(by_id, unique, {each.run: each for each in in_tree}, *frozen)

    def upstream(self, root: str) -> tuple[Edge, ...]:
        """The edges to everything `root` came from, nearest first."""
        return self._walk(root, up=True)

    def downstream(self, root: str) -> tuple[Edge, ...]:
        """The edges to everything that was made with `root`, nearest first."""
        return self._walk(root, up=False)

    def _walk(self, root: str, *, up: bool) -> tuple[Edge, ...]:
        found: dict[tuple[str, str], Edge] = {}
        seen, front = {root}, [root]
        while front:
            following: list[str] = []
            for id in front:
                for edge in (self.into if up else self.out_of).get(id, ()):
                    if root not in (edge.source, edge.target) and not up and self._names_stage(edge):
                        continue
                    found.setdefault((edge.source, edge.target), edge)
                    far = edge.source if up else edge.target
                    if far not in seen and self.nodes[far].kind not in ENDS and not (up and self._names_stage(edge)):
                        seen.add(far)
                        following.append(far)
            front = following
        return tuple(found.values())

    def _names_stage(self, edge: Edge) -> bool:
        """Whether the edge says which stage a run was: a path ends there, for what the stage reads and writes now is
        not what it did then."""
        return self.nodes[edge.source].kind == "stage" and self.nodes[edge.target].kind == "run"


@dataclass(frozen=True, slots=True)
class Lineage:
    """The part of the graph that hangs together with `root`."""

    root: Node
    nodes: tuple[Node, ...]
    upstream: tuple[Edge, ...]
    downstream: tuple[Edge, ...]
    in_tree: tuple[InTree, ...] = ()

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Both ways, each edge once."""
        return tuple(dict.fromkeys((*self.upstream, *self.downstream)))


def around(graph: Graph, root: str) -> Lineage:
    """The lineage of the node with the id `root`. Raises KeyError if there is none."""
    up, down = graph.upstream(root), graph.downstream(root)
    runs = dict.fromkeys((root, *(edge.source for edge in up)))
    ids = dict.fromkeys((root, *(id for edge in (*up, *down) for id in (edge.source, edge.target))))
    paths = frozenset(path_of(edge.source) for edge in up)
    apart = tuple(_apart(graph.in_tree[id], paths) for id in runs if id in graph.in_tree)
    ids |= dict.fromkeys(id for each in apart for id in each.data)
    return Lineage(graph.nodes[root], tuple(graph.nodes[id] for id in ids), up, down, tuple(filter(_any, apart)))


def path_of(id: str) -> str:
    """The path of a data node's id, "" of any other."""
    kind, _, name = id.partition(":")
    return name.rpartition("@")[0] if kind == "data" else ""


def _apart(tree: InTree, paths: Collection[str]) -> InTree:
    """Without datasets of which a version is known to have been used, if only through a stage before."""
    return replace(tree, data=tuple(id for id in tree.data if path_of(id) not in paths))


def _any(tree: InTree) -> bool:
    return bool(tree.data)
