"""The drawing of stages and the table of them, which give way to each other."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from mltui.tui.widgets.graph_view import GraphView, Turned
from mltui.tui.widgets.table import VirtualTable


class Nearing(Message):
    """Somebody wants only the neighbours of the stage under the cursor, or all stages again."""


class StageDrawing(GraphView):
    """``x`` leaves the neighbours of the stage under the cursor alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "near", "Neighbours", show=False, id="pipeline.near"),
        Binding("w", "turn", "Table", show=False, id="pipeline.view"),
    ]

    def action_near(self) -> None:
        self.post_message(Nearing())


class StageTable(VirtualTable):
    """Stages in rows: ``w`` turns to the drawing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "turn", "Drawing", show=False, id="pipeline.view")]

    def action_turn(self) -> None:
        self.post_message(Turned())
