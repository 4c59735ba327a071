"""Datasets as rows, and one dataset with its versions over history."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.attention import reason_text
from mltui.model.dvc import Dataset, DatasetVersion
from mltui.present import detail
from mltui.present.layout import grid
from mltui.present.marks import count, sha_span, stage_mark, stage_role
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.text import Line, Span, Symbols, ago, line, safe, size

#: Hex digits of a content hash that a table shows.
HASH_DIGITS = 8


def dataset_rows(datasets: Sequence[Dataset], symbols: Symbols) -> Rows[Dataset]:
    """Datasets as rows, in the order given."""
    fields: tuple[Cell[Dataset], ...] = (
        Cell(
            Column("status", "", 1, rank=0),
            lambda each: (stage_mark(each.status, symbols),),
            lambda each: by_text(each.status),
        ),
        Cell(
            Column("path", "dataset", 14, flex=True, rank=0),
            lambda each: line(Span(safe(each.path), "accent")),
            lambda each: by_text(each.path),
        ),
        Cell(
            Column("size", "size", 8, "right", rank=1),
            lambda each: line(size(each.size)),
            lambda each: by_number(each.size),
        ),
        Cell(
            Column("versions", "versions", 8, "right", rank=2),
            lambda each: line("" if each.versions is None else str(each.versions)),
            lambda each: by_number(each.versions),
        ),
        Cell(
            Column("files", "files", 9, "right", rank=4),
            lambda each: line("" if each.nfiles is None else f"{each.nfiles:,}"),
            lambda each: by_number(each.nfiles),
        ),
        Cell(Column("hash", "hash", 12, rank=5), lambda each: (hash_span(each.hash),), lambda each: by_text(each.hash)),
        Cell(
            Column("imported", "imported from", 30, rank=6),
            lambda each: line(Span(safe(each.imported or ""), "dim")),
            lambda each: by_text(each.imported),
        ),
    )
    empty = {
        "imported" if not any(each.imported for each in datasets) else "",
        "files" if not any(each.nfiles for each in datasets) else "",
    }
    shown = tuple(cell for cell in fields if cell.column.key not in empty)
    return Rows(shown, datasets, lambda each: each.path, lambda each: f"{each.status} {each.hash} {each.address}")


def hash_span(digest: str | None) -> Span:
    """The start of a content hash without its kind; "-" where there is none."""
    if not digest:
        return Span("-", "dim")
    kind, _, digits = digest.rpartition(":")
    if kind != "md5":
        return Span(safe(digest), "hash")
    return Span(safe(digits)[:HASH_DIGITS] + (".dir" if digits.endswith(".dir") else ""), "hash")


def dataset_detail(dataset: Dataset, now: int, symbols: Symbols) -> list[Line]:
    """The detail of `dataset`; its path is the pane's title."""
    status = (stage_mark(dataset.status, symbols), Span(f" {dataset.status}", stage_role(dataset.status)))
    lines = detail.fields(
        [
            ("status", status),
            ("about", line(safe(dataset.desc.strip())) if dataset.desc else ()),
            ("size", line(_extent(dataset.size, dataset.nfiles))),
            ("hash", line(Span(safe(dataset.hash), "hash")) if dataset.hash else ()),
            ("tracked by", line(safe(dataset.address))),
            ("imported from", line(safe(dataset.imported)) if dataset.imported else ()),
        ]
    )
    why = [line(Span(safe(reason_text(reason)).replace("→", symbols.arrow))) for reason in dataset.reasons]
    lines += detail.section("Why", why)
    return lines + detail.section("Versions, newest first", _timeline(dataset, now, symbols))


def _extent(nbytes: int | None, nfiles: int | None) -> str:
    return ", ".join(part for part in (size(nbytes), count(nfiles, "file") if nfiles else "") if part) or "not known"


def _timeline(dataset: Dataset, now: int, symbols: Symbols) -> list[Line]:
    rows = [_version(number, version, dataset, now, symbols) for number, version in enumerate(dataset.history, start=1)]
    return grid(rows[::-1], "lrrll")


def _version(number: int, version: DatasetVersion, dataset: Dataset, now: int, symbols: Symbols) -> list[Line]:
    """``v3 ◆  3 d  8.1 MB  1a2b3c4d  77b01aa``; the mark says that the worktree has it."""
    here = version.hash == dataset.hash
    return [
        line(Span(f"v{number}", "title" if here else ""), Span(f" {symbols.mark}" if here else "", "accent")),
        line(ago(version.time, now)),
        line(size(version.size)),
        (hash_span(version.hash),),
        (sha_span(version.commit),),
    ]
