"""Why a model is what it is, in one line that can be pasted: model <- run <- commit <- data <- params."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mltui.model.lineage.edges import STARTED_FROM
from mltui.model.lineage.graph import Edge, EdgeKind, Lineage, Node
from mltui.model.lineage.hashes import digits_of
from mltui.model.lineage.naming import CLEAN, DIRTY
from mltui.model.runs import COMMIT_TAG

#: From the surest to the least sure: a way is as sure as its least sure edge.
_SURENESS: Mapping[EdgeKind, int] = {"recorded": 0, "inferred": 1, "unknown": 2}
_KINDS: tuple[EdgeKind, ...] = ("recorded", "inferred", "unknown")
_VERSION = re.compile(r" v\d+$")


@dataclass(frozen=True, slots=True)
class Read:
    """Data that something came from, and how sure that is."""

    node: Node
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Why:
    """The links of the line. `commits` is what the run recorded, `results` where its results were committed, `dirty`
    None where nobody recorded it."""

    root: Node
    aliases: tuple[str, ...] = ()
    run: Node | None = None
    run_kind: EdgeKind = "recorded"
    commits: tuple[tuple[Node, EdgeKind], ...] = ()
    results: tuple[Node, ...] = ()
    dirty: bool | None = None
    data: tuple[Read, ...] = ()
    params: str = ""


def run_of(lineage: Lineage) -> str | None:
    """The id of the run that a model version or an alias came from; a run is its own. None if that is not known."""
    if lineage.root.kind == "run":
        return lineage.root.id
    return next((edge.source for edge in lineage.upstream if edge.source.startswith("run:")), None)


def why(lineage: Lineage, made: Lineage | None = None) -> Why:
    """Of a model version, an alias or a run. `made` is the lineage of its run, which says where its results are."""
    nodes = {node.id: node for node in (*(made.nodes if made else ()), *lineage.nodes)}
    into: dict[str, list[Edge]] = {}
    for edge in lineage.upstream:
        into.setdefault(edge.target, []).append(edge)
    root = lineage.root
    version = _one(into, root.id, "model", nodes) if root.kind == "alias" else None
    model = nodes[version.source] if version else root
    link = _one(into, model.id, "run", nodes)
    run = root if root.kind == "run" else nodes[link.source] if link else None
    aliases = [root.id] if root.kind == "alias" else []
    if root.kind == "model":
        aliases = [edge.target for edge in lineage.downstream]
    at = run.id if run else model.id
    above = into.get(at, ())
    results = made.downstream if made else lineage.downstream
    return Why(
        model,
        tuple(dict.fromkeys(id.rpartition("@")[2] for id in aliases if id.startswith("alias:"))),
        run if run is not root else None,
        link.kind if link else "recorded",
        tuple(
            (nodes[edge.source], edge.kind)
            for edge in above
            if edge.source.startswith("commit:") and (run is None or edge.how.startswith((COMMIT_TAG, STARTED_FROM)))
        ),
        tuple(nodes[edge.target] for edge in results if edge.source == at and edge.target.startswith("commit:")),
        _dirty(above, nodes),
        _data(at, into, nodes),
        next((nodes[edge.source].label for edge in above if edge.source.startswith("params:")), ""),
    )


def _one(into: Mapping[str, list[Edge]], id: str, kind: str, nodes: Mapping[str, Node]) -> Edge | None:
    return next((edge for edge in into.get(id, ()) if nodes[edge.source].kind == kind), None)


def _dirty(edges: Iterable[Edge], nodes: Mapping[str, Node]) -> bool | None:
    labels = {nodes[edge.source].label for edge in edges}
    return True if DIRTY in labels else False if CLEAN in labels else None


def _data(root: str, into: Mapping[str, list[Edge]], nodes: Mapping[str, Node]) -> tuple[Read, ...]:
    """The dataset versions above, through the stages that prepared them; without any, what was read directly."""
    sure: dict[str, int] = {root: 0}
    front = [root]
    while front:
        following: list[str] = []
        for id in front:
            for edge in into.get(id, ()):
                at = max(sure[id], _SURENESS[edge.kind])
                if at < sure.get(edge.source, 3):
                    sure[edge.source] = at
                    if nodes[edge.source].kind in ("data", "entry", "stage"):
                        following.append(edge.source)
        front = following
    data = [Read(nodes[id], _KINDS[at]) for id, at in sure.items() if nodes[id].kind == "data" and "@" in id]
    versions = [each for each in data if _VERSION.search(each.node.label)]
    direct = {edge.source for edge in into.get(root, ())}
    found = versions or [each for each in data if each.node.id in direct]
    return tuple(sorted(found, key=lambda each: (_SURENESS[each.kind], each.node.label)))


def hash_of(node: Node) -> str:
    """``md5:<hex>[.dir]`` of a data node."""
    return node.name.rpartition("@")[2]


def digits(node: Node, count: int = 8) -> str:
    """The first digits of a data node's hash."""
    return digits_of(hash_of(node))[:count]
