"""Datasets as rows, and what DVC's files in the worktree say of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mltui.model.attention import reason_text
from mltui.model.shell import quote
from mltui.model.timeline import version_at
from mltui.present import detail
from mltui.present.marks import count, stage_mark, stage_role
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.text import Line, Span, Symbols, ago, line, safe, size

if TYPE_CHECKING:
    from mltui.model.dvc import Dataset

#: Hex digits of a content hash that a table shows.
HASH_DIGITS = 8


def dataset_rows(datasets: Sequence[Dataset], symbols: Symbols, now: int | None = None) -> Rows[Dataset]:
    """Datasets as rows, in the order given. With `now` (epoch ms) also when the newest version of each came."""
    fields: tuple[Cell[Dataset], ...] = (
        Cell(
            Column("status", "", 1, rank=0),
            lambda each: (stage_mark(each.status, symbols),),
            lambda each: by_text(each.status),
        ),
        Cell(
            Column("path", "dataset", 14, flex=True, rank=0, tail=True),
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
            Column("changed", "changed", 8, "right", rank=3, falling=True),
            lambda each: line(ago(newest(each), now or 0)),
            lambda each: by_number(newest(each)),
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
        "changed" if now is None else "",
    }
    shown = tuple(cell for cell in fields if cell.column.key not in empty)
    return Rows(shown, datasets, lambda each: each.path, lambda each: f"{each.status} {each.hash} {each.address}")


def newest(dataset: Dataset) -> int | None:
    """When its newest version was committed, epoch ms."""
    return max((each.time for each in dataset.history), default=None)


def hash_span(digest: str | None) -> Span:
    """The start of a content hash without its kind; "-" where there is none."""
    if not digest:
        return Span("-", "dim")
    kind, _, digits = digest.rpartition(":")
    if kind != "md5":
        return Span(safe(digest), "hash")
    return Span(safe(digits)[:HASH_DIGITS] + (".dir" if digits.endswith(".dir") else ""), "hash")


def dataset_detail(dataset: Dataset, symbols: Symbols, storage: Sequence[detail.Field] = ()) -> list[Line]:
    """What DVC's files in the worktree say of `dataset`; its path is the pane's title. `storage`: where its content
    is."""
    status = (stage_mark(dataset.status, symbols), Span(f" {dataset.status}", stage_role(dataset.status)))
    lines = detail.fields(
        [
            ("status", status),
            ("about", line(safe(dataset.desc.strip())) if dataset.desc else ()),
            ("size", line(extent(dataset.size, dataset.nfiles))),
            ("hash", line(Span(safe(dataset.hash), "hash")) if dataset.hash else ()),
            ("committed", committed(dataset)),
            *storage,
            ("tracked by", line(safe(dataset.address))),
            ("imported from", line(safe(dataset.imported)) if dataset.imported else ()),
        ]
    )
    why = [line(Span(safe(reason_text(reason)).replace("→", symbols.arrow))) for reason in dataset.reasons]
    return lines + detail.section("Why", why)


def committed(dataset: Dataset) -> Line:
    """Which of its versions the worktree has."""
    if dataset.hash is None:
        return line(Span("DVC has no hash of it: ", "dim"), Span(made_by(dataset), "accent"))
    if dataset.versions is None:
        return line(Span("reading the history", "dim"))
    if number := version_at(dataset, dataset.hash):
        return line(f"as v{number}")
    return line(Span("not yet: ", "warn"), Span(f"git add {quoted(recorded_in(dataset))} && git commit", "accent"))


def recorded_in(dataset: Dataset) -> str:
    """The file that git keeps its hash in: its own .dvc file, or the dvc.lock beside the dvc.yaml of its stage."""
    if dataset.address.endswith(".dvc"):
        return dataset.address
    return dataset.address.rpartition("dvc.yaml")[0] + "dvc.lock"


def made_by(dataset: Dataset) -> str:
    """The command that makes a hash of it."""
    if dataset.address.endswith(".dvc"):
        return f"dvc commit {quoted(dataset.address)}"
    return f"dvc repro {quoted(dataset.address)}"


def quoted(text: str) -> str:
    """A path or an address as a shell takes it, and as it can be shown."""
    return safe(quote(text))


def extent(nbytes: int | None, nfiles: int | None) -> str:
    """``8.1 MB, 12,004 files``."""
    return ", ".join(part for part in (size(nbytes), count(nfiles, "file") if nfiles else "") if part) or "not known"
