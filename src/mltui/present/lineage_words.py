"""What nodes and edges of a lineage are called: the same words in the tree, in the drawing and in a run's detail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from mltui.model.lineage.graph import Edge, EdgeKind, Node, NodeKind
from mltui.present.text import Line, Role, Span, Symbols, ago, safe, size

#: Where somebody learns how to record what is unknown.
RAISES: Final = "mltui doctor"

#: Things of each kind: one, and several.
_CALLED: Final[dict[NodeKind, tuple[str, str]]] = {
    "commit": ("commit", "commits"),
    "worktree": ("worktree", "worktrees"),
    "data": ("dataset version", "dataset versions"),
    "params": ("params", "params"),
    "stage": ("stage", "stages"),
    "entry": ("execution of a stage", "executions of stages"),
    "run": ("run", "runs"),
    "model": ("model version", "model versions"),
    "alias": ("alias", "aliases"),
}
#: Kinds whose label says by itself what it is: a path with its version, a name with a number or an alias.
_PLAIN: Final[frozenset[NodeKind]] = frozenset({"data", "model", "alias", "worktree"})
#: Kinds that the end of their name tells apart: a version, a hash, an alias.
VERSIONED: Final[frozenset[NodeKind]] = frozenset({"data", "model", "alias"})
_MARKS: Final[dict[EdgeKind, tuple[str, Role]]] = {
    "recorded": ("fresh", "good"),
    "inferred": ("stale", "warn"),
    "unknown": ("unknown", "unknown"),
}


def called(kind: NodeKind, number: int = 1) -> str:
    """``dataset version``; of several ``dataset versions``."""
    one, many = _CALLED[kind]
    return one if number == 1 else many


def name_text(node: Node) -> str:
    """A node by its name alone: ``stormy-hare``; a stage as Pipeline and dvc call it, ``bx/dvc.yaml:train``."""
    return safe(node.label) or safe(node.name)


def short_text(node: Node) -> str:
    """The same where room is short: of a file without its directories."""
    name = name_text(node)
    return name.rpartition("/")[2] or name if node.kind == "data" else name


def node_text(node: Node) -> str:
    """A node in words: ``run stormy-hare``, ``commit 3f2a1c9``, ``customers.csv v3``."""
    label, word = name_text(node), "stage" if node.kind == "entry" else node.kind
    if node.kind in _PLAIN or node.name.startswith("?@") or label.casefold().startswith(f"{word} "):
        return label
    return f"{word} {label}"


def node_spans(node: Node, role: Role = "accent") -> Line:
    """`node_text`, the word dim and the name as something one can go to."""
    text, label = node_text(node), name_text(node)
    word = text.removesuffix(label)
    return ((Span(word, "dim"),) if word else ()) + (Span(label, role),)


def edge_mark(kind: EdgeKind, symbols: Symbols) -> Span:
    """One character for how an edge is known."""
    name, role = _MARKS[kind]
    return Span(getattr(symbols, name), role)


def edge_spans(kind: EdgeKind, symbols: Symbols) -> Line:
    """``✓ recorded``, ``~ inferred``, ``? unknown``."""
    mark = edge_mark(kind, symbols)
    return (mark, Span(f" {kind}", mark.role if kind == "unknown" else ""))


def note_text(node: Node, now: int) -> str:
    """What is worth knowing beside a node, its size and its age."""
    age = ago(node.time, now)
    aged = age if not age or age == "now" or age.startswith("in ") else f"{age} ago"
    return ", ".join(filter(None, (safe(node.note), size(node.size), aged)))


def counted(edges: Iterable[Edge]) -> str:
    """``12 links: 8 recorded, 3 inferred, 1 unknown``; "" for none."""
    known = Counter(edge.kind for edge in edges)
    kinds: tuple[EdgeKind, ...] = ("recorded", "inferred", "unknown")
    told = [f"{known[kind]:,} {kind}" for kind in kinds if known[kind]]
    total = known.total()
    return f"{total:,} link{'' if total == 1 else 's'}: {', '.join(told)}" if total else ""
