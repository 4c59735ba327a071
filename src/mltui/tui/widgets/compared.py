"""The table of a comparison: a cursor on one cell, and the keys always in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from mltui.tui.widgets.table import VirtualTable

if TYPE_CHECKING:
    from textual import events


class ComparedTable(VirtualTable):
    """``left`` and ``right`` go from run to run, and scroll sideways as far as that takes; the first column, the keys,
    is passed over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "column(-1)", "Left", show=False),
        Binding("right", "column(1)", "Right", show=False),
    ]

    def action_column(self, by: int) -> None:
        keys = [column.key for column in self.columns[1:]]
        if self.column in keys:
            self.move_to_column(keys[max(0, min(keys.index(self.column) + by, len(keys) - 1))])

    def to_first(self) -> None:
        """Back to the first columns, however far it was scrolled sideways."""
        self._across.go_back()
        self._fit_columns()

    def on_click(self, event: events.Click) -> None:
        """The cell that was clicked, besides its row."""
        at = event.get_content_offset(self)
        column = self.column_at(at.x) if at is not None else None
        if column is not None and column != self.columns[0]:
            self.move_to_column(column.key)
