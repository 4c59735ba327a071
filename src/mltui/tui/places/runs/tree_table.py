"""A table whose rows are a tree."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from mltui.tui.widgets.table import VirtualTable


class TreeTable(VirtualTable):
    """Rows of a tree: ``right`` unfolds, ``left`` folds or goes to what holds it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "fold(False)", "Fold", show=False),
        Binding("right", "fold(True)", "Unfold", show=False),
    ]

    class Folding(Message):
        """Somebody unfolds or folds the row `key`."""

        def __init__(self, key: str, unfold: bool) -> None:
            self.key = key
            self.unfold = unfold
            super().__init__()

    def action_fold(self, unfold: bool) -> None:
        if self.cursor_key is not None:
            self.post_message(self.Folding(self.cursor_key, unfold))
