"""The two ways to look at a lineage: a tree that folds, and a drawing with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from mltui.present.lineage_graph import Drawing, Spot, highlighted
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.table import VirtualTable


class Folding(Message):
    """Somebody unfolds or folds the row `key`."""

    def __init__(self, key: str, unfold: bool) -> None:
        self.key = key
        self.unfold = unfold
        super().__init__()


class Turned(Message):
    """Somebody wants the other way to look."""


class LineageTree(VirtualTable):
    """The tree: ``right`` unfolds, ``left`` folds or goes to what holds the row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h,minus", "fold(False)", "Fold", show=False),
        Binding("right,plus", "fold(True)", "Unfold", show=False),
        Binding("w", "turn", "Drawing", show=False),
    ]

    def subtitle(self, subtitle: str) -> None:
        """No word of columns that found no room: keys go up and down the tree here, and the row is told whole below."""

    def action_fold(self, unfold: bool) -> None:
        if self.cursor_key is not None:
            self.post_message(Folding(self.cursor_key, unfold))

    def action_turn(self) -> None:
        self.post_message(Turned())


class LineageGraph(LinesView):
    """The drawing: arrows go from thing to thing. It knows where each is; which one is selected its place decides."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(0,-1)", "Up", show=False),
        Binding("down,j", "step(0,1)", "Down", show=False),
        Binding("left,h", "step(-1,0)", "Left", show=False),
        Binding("right", "step(1,0)", "Right", show=False),
        Binding("minus", "fold(False)", "Fold", show=False),
        Binding("plus", "fold(True)", "Unfold", show=False),
        Binding("enter", "choose", "Open", show=False),
        Binding("w", "turn", "Tree", show=False),
    ]

    class Selected(Message):
        """The thing of the tree's row `key` is to be the selected one."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class Chosen(Message):
        """``enter`` or a double click on a thing."""

    def __init__(self, *, id: str) -> None:
        super().__init__(wrap=False, id=id, classes="panel")
        self._spots: Sequence[Spot] = ()
        self._selected = ""

    def show_drawing(self, drawing: Drawing, selected: str) -> None:
        """Show it, with the thing of the row `selected` in sight."""
        self._spots, self._selected = drawing.spots, selected
        self.show(highlighted(drawing, selected))
        if (here := self._here) is not None and self.size.height:
            top = self.scroll_offset.y
            if not top <= here.y < top + self.size.height:
                self.scroll_to(y=here.y - self.size.height // 2, animate=False)

    @property
    def _here(self) -> Spot | None:
        return next((spot for spot in self._spots if spot.row == self._selected), None)

    def action_step(self, across: int, down: int) -> None:
        here = self._here
        found = [spot for spot in self._spots if here is not None and _lies(here, spot, across, down)]
        if here is not None and found:
            near = min(found, key=lambda spot: _far(here, spot, across))
            self.post_message(self.Selected(near.row))

    def action_fold(self, unfold: bool) -> None:
        if self._selected:
            self.post_message(Folding(self._selected, unfold))

    def action_choose(self) -> None:
        self.post_message(self.Chosen())

    def action_turn(self) -> None:
        self.post_message(Turned())


def _lies(here: Spot, other: Spot, across: int, down: int) -> bool:
    """Whether the other lies in that direction; up and down within a column first of all."""
    if across:
        return (other.x - here.x) * across > 0
    return (other.y - here.y) * down > 0


def _far(here: Spot, other: Spot, across: int) -> tuple[int, int]:
    wide, high = abs(other.x - here.x), abs(other.y - here.y)
    return (wide, high) if across else (0 if not wide else 1, high + wide)
