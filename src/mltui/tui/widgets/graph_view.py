"""A drawing with a cursor that goes from thing to thing; larger than its room it is scrolled both ways."""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from mltui.present.layout import width_of
from mltui.present.spots import Drawing, Spot, highlighted, step
from mltui.present.text import Line
from mltui.tui.widgets.cells import window
from mltui.tui.widgets.lines import LinesView


class Folding(Message):
    """Somebody unfolds or folds the thing or the row `key`."""

    def __init__(self, key: str, unfold: bool) -> None:
        self.key = key
        self.unfold = unfold
        super().__init__()


class Turned(Message):
    """Somebody wants the other way to look."""


class GraphView(LinesView):
    """Arrows go from thing to thing. It knows where each is; which one is selected its place decides, and says it a
    while later: keys that are held go on from what was asked for last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(0,-1)", "Up", show=False),
        Binding("down,j", "step(0,1)", "Down", show=False),
        Binding("left,h", "step(-1,0)", "Left", show=False),
        Binding("right", "step(1,0)", "Right", show=False),
        Binding("home,g", "edge(0)", "First", show=False),
        Binding("end,G", "edge(-1)", "Last", show=False),
        Binding("minus", "fold(False)", "Fold", show=False),
        Binding("plus", "fold(True)", "Unfold", show=False),
        Binding("enter", "choose", "Open", show=False),
    ]

    class Selected(Message):
        """The thing of the row `key` is to be the selected one."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class Chosen(Message):
        """``enter`` or a double click on a thing."""

    def __init__(self, *, id: str) -> None:
        super().__init__(wrap=False, id=id, classes="panel")
        self._drawing = Drawing()
        self._selected = ""
        self._asked: deque[str] = deque()  # rows that the place was asked to select, and did not yet
        self._wide = 0

    def show_drawing(self, drawing: Drawing, selected: str) -> None:
        """Show it, with the thing of the row `selected` in sight."""
        if selected in self._asked:
            while self._asked.popleft() != selected:
                pass
        elif selected != self._selected:  # it went elsewhere
            self._asked.clear()
        self._drawing, self._selected = drawing, selected
        self._wide = max(map(width_of, drawing.lines), default=0)
        former = self.virtual_size
        self.show(highlighted(drawing, selected))
        self.bring_in_sight()
        if self.virtual_size != former:
            self.call_after_refresh(self.bring_in_sight)  # there may be a scrollbar now that there was not

    def bring_in_sight(self) -> None:
        """Scroll to the selected thing where it is out of sight, so that it stands in the middle."""
        here, room = self._spot_of(self._selected), self.scrollable_content_region
        if here is None or not room.height:
            return
        (left, top), wide = self.scroll_offset, room.width - 2
        if not top <= here.y < top + room.height:
            self.scroll_to(y=here.y - room.height // 2, animate=False)
        if here.x < left or here.x + here.width > left + wide:
            self.scroll_to(x=max(0, here.x - max(0, wide - here.width) // 2), animate=False)

    def part_of(self, line: Line, width: int, more: str) -> Line:
        return window(line, self.scroll_offset.x, width, more)

    def wide(self) -> int:
        return max(super().wide(), self._wide + 2)

    def _spot_of(self, row: str) -> Spot | None:
        return next((spot for spot in self._drawing.spots if spot.row == row), None)

    def on_click(self, event: Click) -> None:
        x, y = event.x - self.gutter.left - 1 + self.scroll_offset.x, event.y - self.gutter.top + self.scroll_offset.y
        spot = next((each for each in self._drawing.spots if each.y == y and each.x <= x < each.x + each.width), None)
        if spot is not None:
            self._select(spot)
            if event.chain == 2:
                self.post_message(self.Chosen())

    def action_step(self, across: int, down: int) -> None:
        here = (self._spot_of(self._asked[-1]) if self._asked else None) or self._spot_of(self._selected)
        found = step(self._drawing, here, across, down) if here is not None else next(iter(self._drawing.spots), None)
        if found is not None:
            self._select(found)

    def action_edge(self, at: int) -> None:
        if self._drawing.spots:
            self._select(self._drawing.spots[at])

    def _select(self, spot: Spot) -> None:
        self._asked.append(spot.row)
        self.post_message(self.Selected(spot.row))

    def action_fold(self, unfold: bool) -> None:
        if self._selected:
            self.post_message(Folding(self._selected, unfold))

    def action_choose(self) -> None:
        self.post_message(self.Chosen())

    def action_turn(self) -> None:
        self.post_message(Turned())
