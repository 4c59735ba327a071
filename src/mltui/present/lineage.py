"""The lineage of a thing as a table of its tree, as text, and what is said of one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from mltui.model.key_names import key_of
from mltui.model.lineage.graph import Edge, Graph, Lineage, Node
from mltui.present.layout import ALIGNED, cut, cut_start, grid, width_of
from mltui.present.lineage_tree import Folds, Tree, TreeRow
from mltui.present.lineage_words import (
    RAISES,
    VERSIONED,
    called,
    counted,
    edge_spans,
    name_text,
    node_spans,
    node_text,
    note_text,
    short_text,
)
from mltui.present.marks import stamp
from mltui.present.rows import MISSING, Cell, Column, Rows
from mltui.present.text import UNICODE, Line, Span, Symbols, line, plain, safe, size

#: Links that a run's detail names; of more it says how many there are.
BRIEF = 8
#: Terminal columns of a name in the tree: a longer one would push away how it is known.
LONGEST = 40
#: So many are left beside names on a terminal, for the link and the beginning of its rule; the least a name gets.
BESIDE, LEAST = 40, 26
_HEADINGS = {"up": "Came from", "down": "Made with it"}
_NONE = {"up": "nothing is known of that", "down": "nothing so far, as far as is known"}


def lineage_rows(tree: Tree, folds: Folds, now: int, symbols: Symbols, longest: int = LONGEST) -> Rows[TreeRow]:
    """The tree as rows of a table: thing, how the link is known, the rule, what is worth knowing beside it.

    Names are cut to `longest` terminal columns; 0 cuts none.
    """
    found = tree.rows(folds)
    nodes = tree.nodes
    names = Counter(name_text(node) for node in nodes.values() if node.kind == "run")
    thing = partial(_thing, nodes, symbols, longest, frozenset(name for name, number in names.items() if number > 1))
    fields: tuple[Cell[TreeRow], ...] = (
        Cell(Column("thing", "thing", 26, flex=True, rank=0, enough=36), thing, _unsorted),
        Cell(Column("link", "link", 10, rank=0), partial(_link, symbols), _unsorted),
        Cell(Column("how", "how it is known", 24, flex=True, rank=0, enough=40), partial(_how, tree), _unsorted),
        Cell(Column("note", "", 18, rank=3), partial(_note, now), _unsorted),
    )
    folded = {row.key: row.folded for row in found if row.folded is not None}
    return Rows(fields, found, lambda row: row.key, folds=folded)


def _unsorted(row: TreeRow) -> tuple[int, float, str]:
    return MISSING


def _thing(nodes: Mapping[str, Node], symbols: Symbols, longest: int, shared: frozenset[str], row: TreeRow) -> Line:
    """`shared` are names that several runs have: those are told apart by their ids."""
    if row.kind == "root" and row.node is not None:
        return node_spans(row.node, "title")
    if row.kind == "heading":
        mark = {True: f"{symbols.folded} ", False: f"{symbols.unfolded} ", None: "  "}[row.folded]
        return (Span(mark, "key"), Span(_heading(nodes, row), "title"))
    if row.kind == "hint":
        return (Span(f"{symbols.unknown} {row.hidden:,} unknown", "unknown"),)
    stem = "".join(_TRUNK[symbols.rule][on] for on in row.trunks) + f"{symbols.last if row.last else symbols.branch}"
    fold = {True: symbols.folded, False: "", None: ""}[row.folded] if row.kind != "more" else ""
    guide = Span(f"  {stem}{fold or ' '}", "dim")
    if row.kind == "none":
        return (guide, Span(_NONE[row.way], "dim"))
    if row.node is None:
        return (guide,)
    if row.kind == "more":
        return (guide, Span(f"{symbols.more} {row.hidden:,} more {called(row.node.kind, row.hidden)}", "key"))
    same = row.node.kind == "run" and name_text(row.node) in shared
    return (guide, *_named(row.node, longest, symbols), *((Span(f" {row.node.name[:8]}", "dim"),) if same else ()))


def _named(node: Node, longest: int, symbols: Symbols) -> Line:
    """The name of a node; of a long path its directories go first, as the end of it tells what it is."""
    spans = node_spans(node)
    if not longest:
        return spans
    if node.kind == "data" and width_of(spans) > longest:
        spans = (Span(f"{symbols.more}/{short_text(node)}", spans[-1].role),)
    shorten = cut_start if node.kind in VERSIONED else cut
    return tuple(replace(each, text=shorten(each.text, longest, symbols.more)) for each in spans)


#: By the character of a rule: what goes beside the rows of a branch that has ended, and of one that goes on.
_TRUNK = {"─": ("   ", "│  "), "-": ("   ", "|  ")}


def _heading(nodes: Mapping[str, Node], row: TreeRow) -> str:
    if row.way != "tree":
        return _HEADINGS[row.way]
    commit = nodes.get(row.about[1])
    at = safe(commit.label) if commit is not None else safe(row.about[1].partition(":")[2])[:7]
    return f"In the tree at {at}"


def _link(symbols: Symbols, row: TreeRow) -> Line:
    if row.edge is not None:
        return edge_spans(row.edge.kind, symbols)
    if row.kind in ("tracked", "more"):
        return (Span(f"{symbols.dot} in tree", "dim"),)
    return ()


def _how(tree: Tree, row: TreeRow) -> Line:
    if row.kind == "again":
        return (Span("see above", "key"), Span(f"  {safe(row.edge.how)}" if row.edge else ""))
    if row.kind == "more":
        return (Span(safe(row.how)),)
    if row.kind == "hint":
        return (Span(RAISES, "accent"), Span(" says how to record what is missing", "dim"))
    if row.kind == "none":
        return _instead(tree.lineage) if row.way == "up" else ()
    if row.kind == "heading" and row.way == "tree":
        return (Span("tracked there; use not known", "dim"),)
    return (Span(safe(row.edge.how)),) if row.edge is not None else ()


def _instead(lineage: Lineage) -> Line:
    """Who knows more of a commit that nothing hangs together with."""
    if lineage.root.kind != "commit" or lineage.edges:
        return ()
    return (Span(f"mltui data --at {lineage.root.name[:7]}", "accent"), Span(" lists its data", "dim"))


def _note(now: int, row: TreeRow) -> Line:
    shown = row.node is not None and row.kind in ("root", "node", "again", "tracked")
    return (Span(note_text(row.node, now), "dim"),) if shown and row.node is not None else ()


#: The table while there is nothing to show.
NO_ROWS: Rows[TreeRow] = Rows((), (), lambda row: row.key)


# One row in whole sentences


def row_detail(tree: Tree, row: TreeRow, now: int, symbols: Symbols) -> list[Line]:
    """Everything about a row, uncut: the link first, as that is what the table may have cut."""
    lines: list[Line] = []
    if row.edge is not None and row.kind != "more":
        source, target = tree.nodes[row.edge.source], tree.nodes[row.edge.target]
        between = (Span("  "), *node_spans(source), Span(f" {symbols.arrow} ", "dim"), *node_spans(target))
        raises = (Span("; ", "dim"), Span(RAISES, "accent"), Span(" says how it would have been recorded", "dim"))
        how = (Span(safe(row.edge.how)), *(raises if row.edge.kind == "unknown" else ()))
        lines = [(*edge_spans(row.edge.kind, symbols), *between), how]
    elif row.kind == "more" and row.node is not None:
        what = f"{row.hidden:,} more {called(row.node.kind, row.hidden)} that are linked alike"
        lines = [line(what, Span("; enter shows the next ones", "dim")), *([line(safe(row.how))] if row.how else [])]
    elif row.kind == "tracked":
        lines = [_tracked(tree, row)]
    elif row.kind == "root":
        lines = [line(counted(tree.lineage.edges) or "nothing is linked to it, as far as is known")]
    elif row.kind == "heading" and row.way == "tree":
        lines = [_tracked(tree, row)]
    elif row.kind == "hint":
        lines = [(Span(RAISES, "accent"), Span(" counts what is recorded, and says the one line that records more"))]
    if row.node is not None and row.kind != "more":
        beside = [safe(row.node.note), size(row.node.size), stamp(row.node.time)]
        lines.append((Span("  ".join(filter(None, (safe(row.node.name), *beside))), "dim"),))
    return lines


def row_title(tree: Tree, row: TreeRow) -> str:
    """The title of `row_detail`."""
    if row.kind == "heading":
        return _heading(tree.nodes, row)
    return node_text(row.node) if row.node is not None and row.kind not in ("more", "none") else ""


def _tracked(tree: Tree, row: TreeRow) -> Line:
    run, commit = (tree.nodes.get(id) for id in row.about)
    user = node_text(run) if run is not None else "the run"
    place = node_text(commit) if commit is not None else "the commit it recorded"
    return line(f"DVC tracks it at {place}; whether {user} used it is not known")


# The whole as text


def title_words(lineage: Lineage) -> tuple[str, str]:
    """``Lineage of run stormy-hare`` and ``9 links: 6 recorded, 2 inferred, 1 unknown``."""
    return f"Lineage of {node_text(lineage.root)}", counted(lineage.edges)


def lineage_title(lineage: Lineage) -> str:
    """Both in one."""
    return "  ".join(filter(None, title_words(lineage)))


def lineage_lines(
    tree: Tree, folds: Folds, now: int, symbols: Symbols = UNICODE, width: int | None = None
) -> list[Line]:
    """The tree as text, nothing cut; for a terminal of `width` columns names that leave room for how each is known."""
    rows = lineage_rows(tree, folds, now, symbols, longest=0 if width is None else LONGEST)
    widest = () if width is None else (max(LEAST, width - BESIDE),)
    return grid([rows.cells(index) for index in range(len(rows))], widest=widest, more=symbols.more, aligned=ALIGNED)


def lineage_markdown(tree: Tree, folds: Folds, now: int, symbols: Symbols = UNICODE) -> str:
    """The tree as a block of Markdown in which columns stay aligned, under what it is the lineage of."""
    text = "\n".join(plain(each).rstrip() for each in lineage_lines(tree, folds, now, symbols))
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}\n"


def run_lineage(graph: Graph, run_id: str, symbols: Symbols, *, whole: bool = False) -> list[Line]:
    """A few lines for a run's detail (`whole`: all there are): what it read and what was made of it, each with how
    that is known."""
    id = f"run:{run_id}"
    told: Sequence[tuple[Edge, str, str]] = [
        *((edge, edge.source, symbols.back) for edge in graph.into.get(id, ())),
        *((edge, edge.target, symbols.arrow) for edge in graph.out_of.get(id, ())),
    ]
    if all(graph.nodes[far].kind == "commit" and edge.kind == "recorded" for edge, far, _ in told):
        return []  # the detail has that already
    most = len(told) if whole else BRIEF
    rows = [
        [(Span(way, "dim"),), node_spans(graph.nodes[far]), edge_spans(edge.kind, symbols), line(safe(edge.how))]
        for edge, far, way in told[:most]
    ]
    lines = grid(rows, widest=(0, 0 if whole else 34), more=symbols.more)
    if len(told) > most:
        lines.append((Span(f"and {len(told) - most:,} more: {key_of('lineage')} shows all", "dim"),))
    return lines
