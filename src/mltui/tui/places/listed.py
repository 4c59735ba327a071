"""Rows that a worker made for a place."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from mltui.present.rows import Rows
from mltui.tui.widgets.prepared import Prepared
from mltui.tui.widgets.tableline import Orders


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows ready to show: filtered, ordered and looked through in a worker.

    `items` are all of them by key, and `total` counts them, before the filter; `holding` counts those it found, without
    headings. `matched` is False when the filter found nothing, and then `rows` is empty. `asked` is what was asked
    for (`MasterDetail.asked`).
    """

    rows: Rows[Any]
    items: Mapping[str, Any]
    prepared: Prepared
    filter_text: str
    sorted_by: Orders
    total: int
    holding: int
    matched: bool
    asked: Hashable
