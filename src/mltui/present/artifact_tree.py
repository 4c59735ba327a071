"""The artifacts of a run as the rows of a tree: directories that are open show what was listed of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from mltui.model.artifacts import Artifact, ArtifactListing, ArtifactRoot, ArtifactTotal
from mltui.model.runs import LoggedModel
from mltui.present import detail
from mltui.present.layout import grid
from mltui.present.marks import count, stamp
from mltui.present.rows import MISSING, Cell, Column, Rows
from mltui.present.text import Line, Span, Symbols, line, safe, size

#: Blanks a level goes in.
INDENT = 2


@dataclass(frozen=True, slots=True)
class Node:
    """A line of the tree. `artifact` is None for a remark about the directory above it."""

    key: str
    depth: int
    artifact: Artifact | None
    opened: bool = False
    remark: str = ""


def tree_rows(
    listings: Mapping[str, ArtifactListing],
    opened: Set[str],
    troubles: Mapping[str, str],
    symbols: Symbols,
    total: ArtifactTotal | None = None,
) -> Rows[Node]:
    """The tree as far as it is open. `listings` and `troubles` (why there is none) are by directory, "" is the top.

    `total` knows what the directories come to, where somebody counted.
    """
    nodes = tuple(_nodes("", 0, listings, opened, troubles))
    name = Column("name", "name", 24, flex=True, rank=0)
    fields: tuple[Cell[Node], ...] = (
        Cell(name, lambda node: _name(node, symbols), lambda node: (0, 0.0, node.key)),
        Cell(Column("size", "size", 9, align="right", rank=0), lambda node: _size(node, total), lambda _: MISSING),
    )
    return Rows(fields, nodes, lambda node: node.key)


def _nodes(
    directory: str, depth: int, listings: Mapping[str, ArtifactListing], opened: Set[str], troubles: Mapping[str, str]
) -> Iterator[Node]:
    listing = listings.get(directory)
    if listing is None:
        yield Node(f"{directory}/ ", depth, None, remark=troubles.get(directory, "reading"))
        return
    for entry in listing.entries:
        unfolded = entry.kind == "directory" and entry.path in opened
        yield Node(entry.path, depth, entry, unfolded)
        if unfolded:
            yield from _nodes(entry.path, depth + 1, listings, opened, troubles)
    if listing.cut:
        yield Node(
            f"{directory}/ ", depth, None, remark=f"more than {len(listing.entries):,} entries: the rest is not listed"
        )
    elif not listing.entries and directory:
        yield Node(f"{directory}/ ", depth, None, remark="empty")


def _name(node: Node, symbols: Symbols) -> Line:
    indent = Span(" " * (INDENT * node.depth))
    artifact = node.artifact
    if artifact is None:
        return line(indent, Span(f"  {safe(node.remark)}", "dim"))
    if artifact.kind == "directory":
        return line(indent, Span(f"{'-' if node.opened else '+'} ", "key"), Span(f"{safe(artifact.name)}/", "title"))
    if artifact.kind == "file":
        return line(indent, f"  {safe(artifact.name)}")
    return line(indent, f"  {safe(artifact.name)}", Span(f"  {safe(artifact.note)}", "warn"))


def _size(node: Node, total: ArtifactTotal | None) -> Line:
    artifact = node.artifact
    if artifact is None:
        return ()
    if artifact.kind == "directory":
        known = total.directories.get(artifact.path) if total is not None else None
        least = "> " if total is not None and total.cut else ""
        return (Span(f"{least}{size(known)}", "dim"),) if known is not None else ()
    told = size(artifact.size)
    return (Span(told, "key"),) if told else ()


def summed(total: ArtifactTotal | None) -> str:
    """``12 files, 8.1 MB``; "" if nobody counted them."""
    if total is None:
        return ""
    least = "at least " if total.cut else ""
    return f"{least}{count(total.files, 'file')}, {size(total.size)}"


def root_lines(root: ArtifactRoot, model: LoggedModel | None = None) -> list[Line]:
    """Where the artifacts are, and what is to be said about that; of a logged model's folder, which `model` it is."""
    note = [line(Span(safe(root.note), "note"))] if root.note else []
    asked = root.place if root.kind == "server" else ""
    place = root.place if root.kind == "local" else ""
    told = [("recorded", root.uri), ("directory", place), ("asked of", asked)]
    if model is not None:
        about_it = [("type", model.kind), ("status", model.status), ("logged", stamp(model.created))]
        told = [("model", model.model_id), *about_it, *told]
    return note + detail.fields([(label, _uri(text)) for label, text in told])


def about(artifact: Artifact) -> list[Line]:
    """What is said of an entry that has no preview."""
    if artifact.kind == "link":
        return [line(Span(f"a {safe(artifact.note)}: not followed out of the run's artifacts", "note"))]
    if artifact.kind == "other":
        return [line(Span(f"{safe(artifact.note)}: never opened", "note"))]
    return []


def _uri(text: str) -> Line:
    return (Span(safe(text)),) if text else ()


def file_lines(entries: Sequence[Artifact], total: ArtifactTotal | None) -> list[Line]:
    """Entries with their whole paths and sizes, one below the other; below them what all come to, if that is known."""
    rows: list[list[Line]] = []
    for each in entries:
        slash = "/" if each.kind == "directory" else ""
        called = f"  {safe(each.called)}" if each.called else ""
        remark = f"  {safe(each.note)}" if each.kind in ("link", "other") else ""
        name = line(Span(f"{safe(each.path)}{slash}", "title" if slash else ""), Span(called, "accent"))
        rows.append([_size(Node(each.path, 0, each), total), (*name, Span(remark, "warn"))])
    said = summed(total)
    return [*grid(rows, "rl"), *([(), line(Span(said, "dim"))] if said else [])]
