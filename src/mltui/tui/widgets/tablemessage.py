"""What tables tell those around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from mltui.tui.widgets.table import VirtualTable


class TableMessage(Message):
    """Something happened in a table."""

    def __init__(self, table: VirtualTable) -> None:
        self.table = table
        super().__init__()

    @property
    def control(self) -> VirtualTable:
        return self.table
