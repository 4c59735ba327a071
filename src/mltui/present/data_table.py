"""Datasets as a printed table, and the timeline of one: `mltui data`."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.data_listing import Listed, numbers, present
from mltui.model.dvc import DatasetVersion, Gap
from mltui.present.data import hash_span
from mltui.present.data_scene import DataScene
from mltui.present.data_timeline import cache_span, remote_span
from mltui.present.layout import ALIGNED, cut, grid
from mltui.present.marks import count, sha_span
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.text import Line, Span, Symbols, ago, line, safe, size

#: Terminal columns that the names of branches and tags may take before they are counted.
REFS = 28


def listed_rows(datasets: Sequence[Listed], now: int, symbols: Symbols, *, then: bool = False) -> Rows[Listed]:
    """Datasets as rows, in the order given. `then`: of one commit, with the version they had there; else the newest."""

    def version(one: Listed) -> DatasetVersion | None:
        return present(one) if then else next(iter(one.dataset.history[::-1]), None)

    fields: tuple[Cell[Listed], ...] = (
        Cell(
            Column("path", "dataset", 14, flex=True, rank=0),
            lambda one: line(Span(safe(one.name), "accent")),
            lambda one: by_text(one.name),
        ),
        Cell(
            Column("size", "size", 8, "right", rank=1),
            lambda one: line(size(one.dataset.size)),
            lambda one: by_number(one.dataset.size),
        ),
        Cell(
            Column("files", "files", 7, "right", rank=5),
            lambda one: line("" if one.dataset.nfiles is None else f"{one.dataset.nfiles:,}"),
            lambda one: by_number(one.dataset.nfiles),
        ),
        Cell(Column("hash", "hash", 12, rank=4), lambda one: (hash_span(one.dataset.hash),), lambda one: by_text("")),
        Cell(
            Column("versions", "version" if then else "versions", 8, "right", rank=2),
            lambda one: line(_count(one, then)),
            lambda one: by_number(len(one.dataset.history)),
        ),
        Cell(
            Column("age", "since" if then else "newest", 7, "right", rank=2),
            lambda one: line(ago(found.time, now) if (found := version(one)) else ""),
            lambda one: by_number(found.time if (found := version(one)) else None),
        ),
        Cell(
            Column("commit", "commit", 7, rank=3),
            lambda one: (sha_span(found.commit if (found := version(one)) else None),),
            lambda one: by_text(""),
        ),
        Cell(
            Column("refs", "refs", 10, rank=6),
            lambda one: line(Span(refs_text(found.refs, symbols) if (found := version(one)) else "", "dim")),
            lambda one: by_text(""),
        ),
        Cell(
            Column("note", "", 10, rank=1),
            lambda one: line(Span(note(one, then=then), "warn")),
            lambda one: by_text(""),
        ),
    )
    empty = {
        "files" if not any(one.dataset.nfiles for one in datasets) else "",
        "note" if not any(note(one, then=then) for one in datasets) else "",
    }
    shown = tuple(cell for cell in fields if cell.column.key not in empty)
    return Rows(shown, datasets, lambda one: one.name, lambda one: one.file)


def note(one: Listed, *, then: bool = False) -> str:
    """What a person must know before believing a row."""
    words = []
    if not then and one.where == "head":
        words.append("not in the worktree")
    elif not then and one.where == "history":
        words.append("gone")
    elif one.dataset.hash and present(one) is None and not then and one.dataset.versions is not None:
        words.append("not committed")
    if one.dataset.hash is None and one.where != "history":
        words.append("no hash")
    if one.dataset.gaps:
        words.append("gaps" if len(one.dataset.gaps) > 1 else "a gap")
    return ", ".join(words)


def timeline(one: Listed, scene: DataScene, width: int | None = None) -> list[Line]:
    """The versions of a dataset, newest first, each with its difference to the one before, and gaps where they are.

    The mark says that the dataset has the version now."""
    number, now, symbols = numbers(one), scene.now, scene.symbols
    history = one.dataset.history
    rows: list[tuple[int, list[Line]]] = []
    for at, version in enumerate(history):
        before = history[at - 1] if at else None
        here = version.hash == one.dataset.hash
        rows.append(
            (
                version.time,
                [
                    line(Span(f"v{number[version.hash]}", "title" if here else ""), f" {symbols.mark}" if here else ""),
                    line(ago(version.time, now)),
                    line(size(version.size)),
                    line(Span(size_delta(version.size, before.size if before else None), "dim")),
                    line("" if version.nfiles is None else f"{version.nfiles:,}"),
                    line(Span(count_delta(version.nfiles, before.nfiles if before else None), "dim")),
                    (hash_span(version.hash),),
                    (sha_span(version.commit),),
                    (cache_span(version.hash, scene),),
                    (remote_span(version.hash, scene),),
                    line(safe(version.author)),
                    line(Span(refs_text(version.refs, symbols), "dim")),
                    line(Span(f"as {safe(version.path)}", "note") if version.path else ""),
                ],
            )
        )
    heads = ["", "age", "size", "", "files", "", "hash", "commit", "cache", "remote", "author", "refs", ""]
    table = [[line(Span(head, "dim")) for head in heads], *(row for _, row in reversed(rows))]
    keep = [
        at for at in range(len(heads)) if any(row[at] for row in table[1:]) and any(_has(row[at]) for row in table[1:])
    ]
    aligns = "".join("lrrrrrlllllll"[at] for at in keep)
    caps = [] if width is None else [20 if heads[at] == "author" else 0 for at in keep]
    lines = grid(
        [[row[at] for at in keep] for row in table],
        aligns,
        widest=caps,
        more=symbols.more,
        aligned=0 if width else ALIGNED,
    )
    return [*lines, *(_gap(gap, now) for gap in sorted(one.dataset.gaps, key=lambda gap: -gap.time))]


def title(one: Listed, symbols: Symbols, *, then: bool = False) -> Line:
    """``data/train.csv  tracked by data/train.csv.dvc  3 versions  not committed``."""
    parts = [Span(safe(one.name), "title")]
    if one.file:
        parts.append(Span(f"  tracked by {safe(one.file)}", "dim"))
    if one.dataset.versions is not None:
        parts.append(Span(f"  {count(one.dataset.versions, 'version')}"))
    if said := note(one, then=then):
        parts.append(Span(f"  {said}", "warn"))
    return tuple(parts)


def _has(cell: Line) -> bool:
    return any(span.text for span in cell)


def _gap(gap: Gap, now: int) -> Line:
    where = f"{gap.commit[:7]} {ago(gap.time, now)} ago" if gap.commit else "now"
    return line(Span(f"{where}  {safe(gap.path)}{' ' if gap.path else ''}{safe(gap.reason)}", "warn"))


def size_delta(value: int | None, before: int | None) -> str:
    """``+1.2 MB``, ``-30 B``, "" where nothing is known or nothing changed."""
    if value is None or before is None or value == before:
        return ""
    return ("+" if value > before else "-") + size(abs(value - before))


def count_delta(value: int | None, before: int | None) -> str:
    """``+12``, "" where nothing is known or nothing changed."""
    return "" if value is None or before is None or value == before else f"{value - before:+,}"


def refs_text(refs: Sequence[str], symbols: Symbols, width: int = REFS) -> str:
    """The first names, and how many more: ``main, v1.0 +12``."""
    if not refs:
        return ""
    shown = [cut(safe(refs[0]), width, symbols.more)]
    for name in refs[1:]:
        if len(", ".join([*shown, safe(name)])) > width:
            break
        shown.append(safe(name))
    left = len(refs) - len(shown)
    return ", ".join(shown) + (f" +{left}" if left else "")


def _count(one: Listed, then: bool) -> str:
    if not then:
        return "" if one.dataset.versions is None else f"{one.dataset.versions:,}"
    found = present(one)
    return f"v{numbers(one)[found.hash]}" if found else ""
