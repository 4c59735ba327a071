"""The two ways to look at a lineage: a tree that folds, and a drawing with a cursor."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from mltui.tui.widgets.graph_view import Folding, GraphView, Turned
from mltui.tui.widgets.table import VirtualTable

__all__ = ["Folding", "LineageGraph", "LineageTree", "Turned"]


class LineageTree(VirtualTable):
    """The tree: ``right`` unfolds, ``left`` folds or goes to what holds the row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h,minus", "fold(False)", "Fold", show=False),
        Binding("right,plus", "fold(True)", "Unfold", show=False),
        Binding("w", "turn", "Drawing", show=False, id="lineage.view"),
    ]

    def subtitle(self, subtitle: str) -> None:
        """No word of columns that found no room: keys go up and down the tree here, and the row is told whole below."""

    def action_fold(self, unfold: bool) -> None:
        if self.cursor_key is not None:
            self.post_message(Folding(self.cursor_key, unfold))

    def action_turn(self) -> None:
        self.post_message(Turned())


class LineageGraph(GraphView):
    """The drawing: what came first is on the left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "turn", "Tree", show=False, id="lineage.view")]

    class Roomed(Message):
        """It has a room, or another one."""

    def on_resize(self) -> None:
        self.post_message(self.Roomed())
