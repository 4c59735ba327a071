"""Where a model version came from, in one line: ``3f2a1c9 · customers.csv v3 · lr=0.1 depth=6 · run stormy-hare``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mltui.model.lineage.graph import EdgeKind, Graph, Node
from mltui.model.lineage.naming import version_id
from mltui.present.lineage_words import edge_mark, short_text
from mltui.present.marks import count, sha_span
from mltui.present.models import Held
from mltui.present.run_cells import run_name
from mltui.present.text import Line, Span, Symbols, line, safe

#: Terminal columns of the params.
ROOM: Final = 28
#: Datasets named in it.
DATASETS: Final = 2
#: How a version of a dataset ends, and no other content.
_NUMBERED: Final = re.compile(r" v\d+$")
_WEAKER: Final[dict[EdgeKind, int]] = {"recorded": 0, "inferred": 1, "unknown": 2}


def lineage_line(row: Held, graph: Graph | None, symbols: Symbols, *, params: bool = True) -> Line:
    """Commit, datasets, params and run of a version, as far as they are known; () where nothing is.

    What is derived has the sign of that before it. `graph` is None until everything was joined.
    """
    parts: list[Line] = []
    if row.commit:
        parts.append((sha_span(row.commit),))
    parts += [_data(node, kind, symbols) for node, kind in datasets_of(row, graph)[:DATASETS]]
    if params and row.run is not None and row.run.params:
        parts.append(line(_params(row.run.params)))
    if row.run is not None:
        parts.append((Span("run ", "dim"), run_name(row.run)))
    elif row.version is not None and (made_by := row.version.source_run_id or row.version.run_id):
        parts.append((Span(f"run {safe(made_by)[:8]}", "dim"), Span(" not in this store", "dim")))
    dot = Span(f" {symbols.dot} ", "dim")
    return tuple(span for at, part in enumerate(parts) for span in ((dot, *part) if at else part))


def datasets_of(row: Held, graph: Graph | None) -> list[tuple[Node, EdgeKind]]:
    """The dataset versions that a model version came from, the nearest first, with how surely that is known."""
    if graph is None or row.version is None:
        return []
    root = version_id(row.version)
    if root not in graph.nodes:
        return []
    surely: dict[str, EdgeKind] = {root: "recorded"}
    found: dict[str, tuple[Node, EdgeKind]] = {}
    for edge in graph.upstream(root):
        kind = max(surely.get(edge.target, "recorded"), edge.kind, key=_WEAKER.__getitem__)
        surely.setdefault(edge.source, kind)
        node = graph.nodes[edge.source]
        if node.kind == "data" and _NUMBERED.search(node.label):
            found.setdefault(node.id, (node, kind))
    return list(found.values())


def _data(node: Node, kind: EdgeKind, symbols: Symbols) -> Line:
    name = Span(short_text(node), "accent")
    return (name,) if kind == "recorded" else (Span(edge_mark(kind, symbols).text, "dim"), name)


def _params(values: Mapping[str, str]) -> str:
    """``lr=0.1 depth=6``, as many as have room; the others are counted."""
    shown: list[str] = []
    for key, value in values.items():
        word = f"{safe(key)}={safe(value)}"
        if value.strip() == value != "" and len(" ".join((*shown, word))) <= ROOM:
            shown.append(word)
    more = len(values) - len(shown)
    return " ".join((*shown, *((f"+{more}" if shown else count(more, "param"),) if more else ())))
