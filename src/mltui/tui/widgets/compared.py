"""The table of a comparison: a cursor over columns as well, and the keys always in sight."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from mltui.tui.widgets.table import VirtualTable


class ComparedTable(VirtualTable):
    """``left`` and ``right`` go from column to column, and scroll sideways as far as that takes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "column(-1)", "Left", show=False),
        Binding("right", "column(1)", "Right", show=False),
    ]

    class ColumnAsked(Message):
        """Somebody wants to be `by` columns further."""

        def __init__(self, by: int) -> None:
            self.by = by
            super().__init__()

    def action_column(self, by: int) -> None:
        self.post_message(self.ColumnAsked(by))

    def from_the_left(self) -> None:
        """Forget how far it was scrolled sideways: columns become as wide as others want them next."""
        self._from = None

    def reveal_column(self, key: str) -> None:
        """Scroll sideways until the column `key` is in sight."""
        at = next((at for at, column in enumerate(self.columns) if column.key == key), None)
        if at is None:
            return
        for _ in self.columns:
            shown = [each for each, _ in self._fit.shown]
            if at in shown or not shown:
                return
            self.action_sideways(1 if at > max(shown) else -1)
