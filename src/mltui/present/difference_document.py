"""A difference outside the screen: as a JSON document, and as Markdown for a pull request."""

from __future__ import annotations

from typing import Any

from mltui.model.data_files import DirectoryChanges
from mltui.model.difference import CodeChange, Detail, Difference, NotRead, Row, SectionOf, TableChange
from mltui.model.side import Datum, Side
from mltui.present import markdown
from mltui.present.difference import LABELS, Shown, delta, described, rules, visible
from mltui.present.difference_words import note, values
from mltui.present.jsonable import number
from mltui.present.text import UNICODE, Symbols, plain

#: Files of a directory that the document names; `counts` are of all.
MOST_FILES = 1000


def as_document(found: Difference) -> dict[str, Any]:
    """What `mltui diff --json` prints (``schema/diff.schema.json``): every row, the alike ones too."""
    return {
        "schema": 1,
        "old": _side(found.old),
        "new": _side(found.new),
        "primary": found.primary or None,
        "sections": [_section(each) for each in found.sections],
        "unknowns": list(found.unknowns),
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "kind": side.kind,
        "id": side.id,
        "label": side.label,
        "run_id": side.run or None,
        "commit": side.commit,
        "dirty": side.dirty,
    }


def _section(each: SectionOf) -> dict[str, Any]:
    return {"section": each.section, "unknown": each.unknown or None, "rows": [_row(row) for row in each.rows]}


def _row(row: Row) -> dict[str, Any]:
    document: dict[str, Any] = {
        "key": row.key,
        "old": number(row.old) if isinstance(row.old, float) else row.old,
        "new": number(row.new) if isinstance(row.new, float) else row.new,
        "changed": row.changed,
        "of": row.of or None,
    }
    if row.section == "metrics":
        document |= {"delta": row.delta, "goal": row.goal, "better": row.better}
    elif row.section == "data":
        document |= {"used": row.used, "data": [_datum(each) for each in row.data], "content": _detail(row.detail)}
    elif row.section == "code":
        document |= {"role": row.role, "code": _detail(row.detail)}
    return document


def _datum(datum: Datum | None) -> dict[str, Any] | None:
    if datum is None:
        return None
    names = ("hash", "version", "size", "nfiles", "basis", "how")
    return {name: getattr(datum, name) for name in names}


def _detail(detail: Detail | None) -> dict[str, Any] | None:
    if isinstance(detail, TableChange):
        return {
            "kind": "table",
            "unit": detail.unit,
            "rows": list(detail.rows),
            "added": detail.added,
            "removed": detail.removed,
            "edited": detail.edited,
            "columns_added": list(detail.columns_added),
            "columns_removed": list(detail.columns_removed),
            "columns_same": detail.columns_same,
            "columns_moved": detail.moved,
            "other_order": detail.order,
        }
    if isinstance(detail, DirectoryChanges):
        told = [{"kind": each.kind, "path": each.path, "was": each.was or None} for each in detail.files[:MOST_FILES]]
        return {"kind": "files", "counts": dict(detail.counts), "same": detail.same, "files": told}
    if isinstance(detail, CodeChange):
        names = ("status", "added", "deleted", "hunks", "binary")
        return {**{name: getattr(detail, name) for name in names}, "former": detail.former or None}
    return {"kind": "not read", "why": detail.why} if isinstance(detail, NotRead) else None


def as_markdown(found: Difference, symbols: Symbols = UNICODE, *, only: bool = True) -> str:
    """A headline, a table of what differs, and a list of what can't be known."""
    names = f"**{markdown.cell(found.old.label)} {symbols.arrow} {markdown.cell(found.new.label)}**"
    row = found.headline
    if row is not None:
        names += f": {markdown.cell(row.key)} {plain(values(row, symbols))}{plain(delta(row))}"
    about = f"{markdown.cell(described(found.old))} {symbols.arrow} {markdown.cell(described(found.new))}"
    shown = Shown(only, None, symbols)
    rows = [cells for each in found.sections for cells in _markdown_section(each, shown)]
    text = f"{names}  \n{about}\n\n{markdown.table(['', '', '', '', ''], rows)}"
    for label, told in (("Known how", rules(found)), ("Can't be known", found.unknowns)):
        if told:
            text += f"\n{label}:\n\n" + "".join(f"- {markdown.cell(each)}\n" for each in told)
    return text


def _markdown_section(each: SectionOf, shown: Shown) -> list[list[str]]:
    rows, rest = visible(each, shown)
    label = f"**{LABELS[each.section]}**"
    found = [["", markdown.cell(each.unknown), "", "", ""]] if each.unknown else []
    found += [_markdown_row(row, shown.symbols) for row in rows]
    found += [["", markdown.cell(rest), "", "", ""]] if rest else []
    return [[label if not at else "", *cells[1:]] for at, cells in enumerate(found)]


def _markdown_row(row: Row, symbols: Symbols) -> list[str]:
    if row.section == "commands" and row.changed:
        said = f"{markdown.cell(str(row.old or '-'))} {symbols.arrow} {markdown.cell(str(row.new or '-'))}"
    else:
        said = markdown.cell(plain(values(row, symbols)))
    told = delta(row)[1:] if row.section == "metrics" else note(row, symbols)
    flag = ""
    if row.section != "metrics":
        words = "changed" if row.used else "in the tree"
        flag = f"{symbols.changed} {words}" if row.changed else "not known" if row.changed is None else ""
    return ["", markdown.cell(row.key), said, markdown.cell(plain(told)), flag]
