"""What two versions of a dataset differ in: by size, and of a directory file by file."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.data_files import ChangedFile, DirectoryChanges
from mltui.model.dvc import Dataset, DatasetVersion
from mltui.model.timeline import version_at
from mltui.present import detail
from mltui.present.data import extent
from mltui.present.data_timeline import signed_size
from mltui.present.data_version import fetch_command
from mltui.present.rows import Cell, Column, Rows, by_text
from mltui.present.text import Line, Span, Symbols, line, safe

#: Files that a detail names.
FEW_FILES = 12

_SIGNS = {"added": ("+", "good"), "removed": ("-", "bad"), "modified": ("~", "warn"), "renamed": ("", "accent")}
_KINDS = tuple(_SIGNS)


def name_of(dataset: Dataset, digest: str) -> str:
    """``v3``, or ``now`` of what is not committed."""
    number = version_at(dataset, digest)
    return f"v{number}" if number else "now"


def pair_title(dataset: Dataset, old: str, new: str, symbols: Symbols) -> str:
    """``v3 → v4``."""
    return f"{name_of(dataset, old)} {symbols.arrow} {name_of(dataset, new)}"


def sizes_differ(dataset: Dataset, one: str, other: str, symbols: Symbols) -> list[Line]:
    """Two versions, by their hashes, by what DVC's files say of them."""
    found = {version.hash: version for version in dataset.history}
    now = DatasetVersion(dataset.hash or "", dataset.size, dataset.nfiles, "", "", 0)
    old, new = found.get(one, now), found.get(other, now)
    pairs = [
        ("size", f"{extent(old.size, old.nfiles)} {symbols.arrow} {extent(new.size, new.nfiles)}"),
        ("change", signed_size(new.size, old.size)),
        ("hash", f"{safe(old.hash)} {symbols.arrow} {safe(new.hash)}"),
    ]
    return detail.fields([(label, line(text) if text else ()) for label, text in pairs])


def unlisted(dataset: Dataset, digests: Sequence[str]) -> list[Line]:
    """That nobody can tell the files of these versions, and the commands after which one can."""
    named: dict[str, list[str]] = {}
    for digest in digests:
        named.setdefault(fetch_command(dataset, digest), []).append(name_of(dataset, digest))
    said = {command: " and ".join(names) for command, names in named.items()}
    return [
        line(Span(f"the manifest of {names} is not in the cache: ", "note"), Span(command, "accent"))
        for command, names in said.items()
    ]


def changes_text(changes: DirectoryChanges) -> str:
    """``12 added, 3 removed, 4 modified, 1 renamed, 11,985 as they were``."""
    words = [f"{changes.counts[kind]:,} {kind}" for kind in _KINDS if kind in changes.counts]
    words = words or ["no file differs"]
    return ", ".join([*words, f"{changes.same:,} as they were"] if changes.same else words)


def changes_signs(changes: DirectoryChanges, symbols: Symbols) -> str:
    """The counts with the signs that the files have: ``+12  -3  ~4  →1``, where there is little room."""
    signs = {kind: _SIGNS[kind][0] or symbols.arrow for kind in _KINDS}
    words = [f"{signs[kind]}{changes.counts[kind]:,}" for kind in _KINDS if kind in changes.counts]
    return "  ".join([*words, "renames not sought: too many"] if not changes.renames_sought else words)


def few_changes(changes: DirectoryChanges, symbols: Symbols) -> list[Line]:
    """The counts, and the first of the files."""
    lines = [line(changes_text(changes)), *_remarks(changes)]
    lines += [_file(file, symbols) for file in changes.files[:FEW_FILES]]
    more = sum(changes.counts.values()) - min(len(changes.files), FEW_FILES)
    return [*lines, line(Span(f"and {more:,} more: mark both versions with space", "note"))] if more else lines


def _remarks(changes: DirectoryChanges) -> list[Line]:
    if changes.renames_sought:
        return []
    return [line(Span("so many that nobody looked which were only renamed", "note"))]


def _file(file: ChangedFile, symbols: Symbols) -> Line:
    sign, role = _SIGNS[file.kind]
    if file.kind == "renamed":
        return line(Span(f"{symbols.arrow} ", role), Span(f"{safe(file.was)} {symbols.arrow} "), safe(file.path))
    return line(Span(f"{sign} ", role), safe(file.path))


def changed_rows(changes: DirectoryChanges, symbols: Symbols) -> Rows[ChangedFile]:
    """The changed files as rows."""

    def sign(file: ChangedFile) -> Line:
        return line(Span(_SIGNS[file.kind][0] or symbols.arrow, _SIGNS[file.kind][1]))

    fields: list[Cell[ChangedFile]] = [
        Cell(Column("sign", "", 1, rank=0), sign, _by_kind),
        Cell(Column("kind", "", 8, rank=1), lambda file: line(Span(file.kind, "note")), _by_kind),
        Cell(Column("path", "file", 20, flex=True, rank=0, tail=True), lambda file: line(safe(file.path)), _by_path),
    ]
    if any(file.was for file in changes.files):
        was = Column("was", "was", 20, flex=True, rank=1, tail=True)
        fields.append(Cell(was, lambda file: line(safe(file.was)), lambda file: by_text(file.was)))
    return Rows(tuple(fields), changes.files, lambda file: f"{file.kind} {file.path}")


def _by_kind(file: ChangedFile) -> tuple[int, float, str]:
    return by_text(file.kind)


def _by_path(file: ChangedFile) -> tuple[int, float, str]:
    return by_text(file.path)
