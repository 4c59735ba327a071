"""Runs as a Markdown table, their names linked to their pages, where there are such."""

from __future__ import annotations

from collections.abc import Callable

from mltui.model.columns import parse_column
from mltui.model.run_attributes import value_of
from mltui.model.runs import Run
from mltui.present import markdown
from mltui.present.rows import Rows
from mltui.present.text import plain

_NAME = "attributes.name"
_STATUS = "attributes.status"


def runs_markdown(rows: Rows[Run], page: Callable[[Run], str] = lambda _: "") -> str:
    """The rows with all their columns. `page` gives the address of a run's page, "" for none."""
    heads = [markdown.cell(column.label) or "status" for column in rows.columns]
    keys = [column.key for column in rows.columns]
    aligns = "".join("r" if column.align == "right" else "l" for column in rows.columns)
    specs = {key: parse_column(key) for key in keys}
    long = {key: spec for key, spec in specs.items() if spec.family in ("params", "tags")}
    built = []
    for index in range(len(rows)):
        run, cells = rows.item(index), rows.row(index).cells
        texts = dict(zip(keys, (markdown.cell(plain(cell)) for cell in cells), strict=True))
        for key, spec in long.items():  # a cell of the table on screen is cut
            texts[key] = markdown.cell(str(value_of(run, spec) or "")) or "-"
        if _STATUS in texts:
            texts[_STATUS] = run.status.lower()
        if _NAME in texts and (address := page(run)):
            texts[_NAME] = f"[{texts[_NAME]}](<{address}>)"
        built.append(list(texts.values()))
    return markdown.table(heads, built, aligns)
