"""A lineage as the rows of a tree: what it came from, what was made with it, what was only in the tree.

Which rows there are is decided here, what they say in `lineage`. A node is shown whole once, where it is met first
among the rows that are shown; where it is met again its row only names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeVar

from mltui.model.lineage.graph import Edge, EdgeKind, InTree, Lineage, Node, NodeKind

#: Of things that are alike so many are shown, and so many more each time somebody unfolds the row that counts the rest.
FAN: Final = 8
PAGE: Final = 40
#: Rows that hold others and lie deeper than this are folded at first.
OPEN: Final = 2

_T = TypeVar("_T")

RowKind = Literal["root", "heading", "node", "again", "more", "tracked", "none", "hint"]
#: Which way a row lies from the root.
Way = Literal["up", "down", "tree", ""]

_KINDS: Final[tuple[NodeKind, ...]] = (
    *("model", "alias", "run", "commit", "data", "entry", "params", "stage", "worktree"),
)
_CERTAIN: Final[tuple[EdgeKind, ...]] = ("recorded", "inferred", "unknown")


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One row. `key` stays with it over reloads; `parent` is the key of the row that holds it ("" for none).

    `edge` is what joins `node` to the row that holds it. `trunks` says of each level above whether its line goes on
    beside this row, `last` whether it ends the line of its own. `folded` is None for a row that holds nothing.
    `hidden` counts what a ``more`` row stands for, and `node` is then one of those. An ``again`` row is whole in the
    row of the key `whole`. `about` belongs to a heading: the ids of the run and the commit of what was tracked.
    """

    key: str
    kind: RowKind
    way: Way = ""
    node: Node | None = None
    edge: Edge | None = None
    parent: str = ""
    trunks: tuple[bool, ...] = ()
    last: bool = False
    folded: bool | None = None
    hidden: int = 0
    how: str = ""
    whole: str = ""
    about: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Folds:
    """What somebody folded and unfolded: rows by key, and how many more pages of a fan are shown."""

    folded: Mapping[str, bool] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    everything: bool = False  #: nothing is folded unless somebody did, and fans are whole: for a pipe

    def fold(self, key: str, fold: bool) -> Folds:
        """With the row folded or not."""
        return replace(self, folded={**self.folded, key: fold})

    def page(self, key: str, by: int) -> Folds:
        """With a page more of a fan, or without any for a negative `by`."""
        return replace(self, pages={**self.pages, key: max(0, self.pages.get(key, 0) + by) if by > 0 else 0})


#: All of a tree.
EVERYTHING = Folds(everything=True)


@dataclass(frozen=True, slots=True)
class _Fan:
    """Edges to things that are alike: of one kind, known in one way."""

    kind: NodeKind
    certain: EdgeKind
    edges: tuple[Edge, ...]


class Tree:
    """A lineage laid out once, in a worker; `rows` is then quick whatever the size of what is folded away."""

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage
        self.nodes: dict[str, Node] = {node.id: node for node in lineage.nodes} | {lineage.root.id: lineage.root}
        self._fans: dict[Way, dict[str, tuple[_Fan, ...]]] = {
            "up": self._fanned(lineage.upstream, up=True),
            "down": self._fanned(lineage.downstream, up=False),
        }

    def _fanned(self, edges: Sequence[Edge], *, up: bool) -> dict[str, tuple[_Fan, ...]]:
        beside: dict[str, dict[tuple[NodeKind, EdgeKind], list[Edge]]] = {}
        for edge in edges:
            near, far = (edge.target, edge.source) if up else (edge.source, edge.target)
            beside.setdefault(near, {}).setdefault((self.nodes[far].kind, edge.kind), []).append(edge)
        return {near: tuple(self._in_order(alike, up=up)) for near, alike in beside.items()}

    def _in_order(self, alike: Mapping[tuple[NodeKind, EdgeKind], list[Edge]], *, up: bool) -> Iterator[_Fan]:
        def age(edge: Edge) -> int:
            return -(self.nodes[edge.source if up else edge.target].time or 0)

        for kind, certain in sorted(alike, key=lambda each: (_KINDS.index(each[0]), _CERTAIN.index(each[1]))):
            yield _Fan(kind, certain, tuple(sorted(alike[kind, certain], key=age)))

    def rows(self, folds: Folds) -> tuple[TreeRow, ...]:
        """The rows that are shown, from top to bottom."""
        return tuple(_Shown(self, folds).rows())

    def fans(self, way: Way, id: str) -> tuple[_Fan, ...]:
        """What lies next to the node `id` on that way."""
        return self._fans.get(way, {}).get(id, ())

    @property
    def unknown(self) -> int:
        """How many links can't be told."""
        return sum(edge.kind == "unknown" for edge in self.lineage.edges)


class _Shown:
    """The rows of one state of folding, made from the top down."""

    def __init__(self, tree: Tree, folds: Folds) -> None:
        self._tree = tree
        self._folds = folds
        self._root = tree.lineage.root
        self._whole: dict[str, str] = {}

    def rows(self) -> Iterator[TreeRow]:
        lineage = self._tree.lineage
        yield TreeRow("root", "root", node=self._root)
        ways: tuple[tuple[Way, Sequence[Edge]], ...] = (("up", lineage.upstream), ("down", lineage.downstream))
        for way, edges in ways:
            yield from self._headed(way, bool(edges))
        for at, tracked in enumerate(lineage.in_tree):
            yield from self._tracked(at, tracked)
        if unknown := self._tree.unknown:
            yield TreeRow("hint", "hint", hidden=unknown)

    def _headed(self, way: Way, some: bool) -> Iterator[TreeRow]:
        self._whole = {self._root.id: "root"}
        folded = self._folds.folded.get(way, False)
        yield TreeRow(way, "heading", way, folded=folded if some else None)
        if not some:
            yield TreeRow(f"{way} none", "none", way, parent=way, last=True)
        elif not folded:
            yield from self._below(way)

    def _below(self, way: Way) -> Iterator[TreeRow]:
        waiting = list(reversed(list(self._beside(way, self._root.id, way, ()))))
        while waiting:
            row = self._met(waiting.pop())
            yield row
            if row.kind == "node" and row.folded is False and row.node is not None:
                trunks = (*row.trunks, not row.last)
                waiting.extend(reversed(list(self._beside(way, row.node.id, row.key, trunks))))

    def _met(self, row: TreeRow) -> TreeRow:
        """The row as it is where it comes to stand: whole, or only named because it was met before."""
        if row.kind != "node" or row.node is None or not self._tree.fans(row.way, row.node.id):
            return row
        if whole := self._whole.get(row.node.id):
            return replace(row, kind="again", whole=whole)
        self._whole[row.node.id] = row.key
        return replace(
            row, folded=self._folds.folded.get(row.key, len(row.trunks) >= OPEN and not self._folds.everything)
        )

    def _beside(self, way: Way, id: str, parent: str, trunks: tuple[bool, ...]) -> Iterator[TreeRow]:
        found: list[TreeRow] = []
        for fan in self._tree.fans(way, id):
            key = f"{way}\0{id}\0{fan.kind}\0{fan.certain}"
            shown, rest = self._paged(key, fan.edges)
            for edge in shown:
                far = edge.source if way == "up" else edge.target
                found.append(TreeRow(f"{way}\0{id}\0{far}", "node", way, self._tree.nodes[far], edge, parent, trunks))
            if rest:
                hows = {edge.how for edge in rest}
                far = rest[0].source if way == "up" else rest[0].target
                node, how = self._tree.nodes[far], hows.pop() if len(hows) == 1 else ""
                found.append(TreeRow(key, "more", way, node, rest[0], parent, trunks, False, True, len(rest), how))
        yield from _ended(found)

    def _tracked(self, at: int, tracked: InTree) -> Iterator[TreeRow]:
        key = f"tree\0{tracked.run}\0{tracked.commit}\0{at}"
        folded = self._folds.folded.get(key, False)
        about = (tracked.run, tracked.commit)
        some = folded if tracked.data else None
        yield TreeRow(key, "heading", "tree", folded=some, hidden=len(tracked.data), about=about)
        if folded:
            return
        shown, rest = self._paged(f"{key}\0more", tracked.data)
        nodes = self._tree.nodes
        found = [TreeRow(f"{key}\0{id}", "tracked", "tree", nodes[id], None, key, about=about) for id in shown]
        if rest:
            node, more = nodes[rest[0]], f"{key}\0more"
            found.append(TreeRow(more, "more", "tree", node, None, key, (), False, True, len(rest), about=about))
        yield from _ended(found)

    def _paged(self, key: str, things: Sequence[_T]) -> tuple[Sequence[_T], Sequence[_T]]:
        shown = len(things) if self._folds.everything else FAN + PAGE * self._folds.pages.get(key, 0)
        if len(things) <= shown + 1:  # a row that says "1 more" takes as much room as the one it hides
            shown = len(things)
        return things[:shown], things[shown:]


def _ended(rows: Iterable[TreeRow]) -> Iterator[TreeRow]:
    """Siblings, of which the last one is known to be that."""
    found = list(rows)
    yield from found[:-1]
    if found:
        yield replace(found[-1], last=True)
