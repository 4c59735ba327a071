"""JSON laid out, and the tables MLflow writes as JSON (``mlflow.log_table``) as tables."""

from __future__ import annotations

import json
from typing import Any

from mltui.present.previews.tabular import rows_lines
from mltui.present.text import Line, Span, safe


def json_lines(text: str, cut: bool = False, width: int | None = None, more: str = "…") -> list[Line]:
    """The value laid out; () where it is none, or not all of it is here."""
    if cut:
        return []
    try:
        value = json.loads(text)
        if (table := _table(value)) is not None:
            return rows_lines(*table, width=width, more=more)
        laid = json.dumps(value, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return []
    return [_coloured(each) for each in laid.splitlines()]


def _table(value: Any) -> tuple[list[str], list[list[str]]] | None:
    """Head and rows of pandas' split layout, in which MLflow keeps tables."""
    if not isinstance(value, dict) or set(value) - {"index"} != {"columns", "data"}:
        return None
    columns, rows = value["columns"], value["data"]
    if not isinstance(columns, list) or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return None
    return [_cell(each) for each in columns], [[_cell(each) for each in row] for row in rows]


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _coloured(text: str) -> Line:
    """``"key": value`` with its key as a label."""
    body = text.lstrip()
    if body.startswith('"') and '": ' in body:
        key, _, rest = text.partition('": ')
        return Span(safe(key + '"'), "key"), Span(safe(": " + rest))
    return (Span(safe(text)),)
