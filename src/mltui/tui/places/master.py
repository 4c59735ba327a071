"""A table of things and the detail of the one under the cursor: side by side where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.worker import Worker, get_current_worker

from mltui.present.rows import Rows
from mltui.present.text import Line
from mltui.tui.places.base import Place
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.table import VirtualTable, key_index


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows ready to show: filtered, ordered, indexed in a worker. `total` counts them before the filter."""

    rows: Rows[Any]
    index: dict[str, int]
    sorted_by: tuple[str, bool] | None
    total: int


class MasterDetail(Place):
    """A table on the left, the detail of its row on the right; below 120 columns one at a time.

    A subclass gives `rows()` and `detail(key)`, both called in a worker thread whenever a reactive it declared moved:
    pure functions of the reactives, from ``present``. It may override `note()`.
    """

    #: Said while there are no rows yet.
    placeholder: ClassVar[str] = "reading"
    #: True while the one pane of a narrow screen is the detail.
    inside: reactive[bool] = reactive(False, init=False)

    class Built(Message):
        """Rows came out of a worker."""

        def __init__(self, listed: Listed) -> None:
            self.listed = listed
            super().__init__()

    class Detailed(Message):
        """The detail of `key` came out of a worker."""

        def __init__(self, key: str | None, title: str, lines: Sequence[Line]) -> None:
            self.key = key
            self.title = title
            self.lines = lines
            super().__init__()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._sort: tuple[str, bool] | None = None
        self._wanted: str | None = None
        self._detail_key: str | None = None

    # What a subclass gives

    def rows(self) -> Rows[Any] | None:
        """All rows of the place, in their own order; None while nothing was read. In a worker thread."""
        raise NotImplementedError

    def detail(self, key: str) -> tuple[str, Sequence[Line]]:
        """The title and the lines of the detail of `key`. In a worker thread; may read what is quick to read."""
        raise NotImplementedError

    def note(self) -> str:
        """Said in the table's title behind the count ("the newest 500")."""
        return ""
