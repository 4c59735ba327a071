"""The whole graph as it was last joined, in one file of the cache: a command that stands on it joins nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mltui.errors import SourceError
from mltui.model.lineage.coverage import Coverage
from mltui.model.lineage.graph import Edge, Graph, InTree, Node
from mltui.sources.cachedir import get
from mltui.sources.cachedir import keep as keep_entry
from mltui.sources.dvc.history.brief import place
from mltui.sources.places import Project

#: Grows whenever what is kept changes its meaning, or a rule of the join does.
FORMAT = 8
#: A graph of more edges takes longer to read than it saves.
MOST_EDGES = 300_000


def recall(project: Project, mark: Hashable) -> tuple[Graph, Coverage] | None:
    """What was kept under this mark; None if there is none, or another."""
    try:
        document = json.loads(get(str(_path(project))))
        if document["key"] != key_of(mark):
            return None
        nodes = [Node(*row) for row in document["nodes"]]
        ids, hows = [node.id for node in nodes], document["hows"]
        edges = [Edge(ids[source], ids[target], kind, hows[how]) for source, target, kind, how in document["edges"]]
        apart = [InTree(run, commit, tuple(ids[at] for at in data)) for run, commit, data in document["in_tree"]]
        return Graph.of(nodes, edges, apart), Coverage(**document["coverage"])
    except (OSError, ValueError, RecursionError, LookupError, TypeError, SourceError):
        return None


def keep(project: Project, mark: Hashable, graph: Graph, coverage: Coverage) -> None:
    """Keep it for the next start. A cache that can't be written costs time, nothing else."""
    if len(graph.edges) > MOST_EDGES:
        return
    at = {id: number for number, id in enumerate(graph.nodes)}
    hows: dict[str, int] = {}
    document: dict[str, Any] = {
        "key": key_of(mark),
        "coverage": asdict(coverage),
        "nodes": [[node.kind, node.id, node.label, node.note, node.time, node.size] for node in graph.nodes.values()],
        "edges": [
            [at[edge.source], at[edge.target], edge.kind, hows.setdefault(edge.how, len(hows))] for edge in graph.edges
        ],
        "in_tree": [[each.run, each.commit, [at[id] for id in each.data]] for each in graph.in_tree.values()],
    }
    document["hows"] = list(hows)
    try:
        keep_entry(str(_path(project)), json.dumps(document, separators=(",", ":")).encode(errors="surrogatepass"))
    except (OSError, SourceError):
        return


def key_of(mark: Hashable) -> str:
    """What a mark of the join is called in a file, which is of no other one."""
    return hashlib.sha256(repr((FORMAT, mark)).encode(errors="surrogatepass")).hexdigest()


def _path(project: Project) -> Path:
    return place(project, "lineage.json")
