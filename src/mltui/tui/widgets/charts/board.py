"""The board on which charts hang: a grid of them, or one; only what changed of a picture is drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mltui.present.text import Line, Span, safe
from mltui.tui.symbols import symbols
from mltui.tui.widgets.cells import clip_line, padded
from mltui.tui.widgets.charts.look import Look
from mltui.tui.widgets.charts.picture import Picture
from mltui.tui.widgets.charts.tiles import LOWEST, Tiles, laid
from mltui.tui.widgets.roled import Roled

#: Blank columns at either edge of the board, as in other panes.
EDGE = 1


class ChartBoard(Roled, ScrollView, can_focus=True):
    """`count` charts by their place in the order, of which one is selected. Pictures are given to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "select(1)", "Next chart", show=False),
        Binding("up,k", "select(-1)", "Former chart", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("home,g", "select(-1000000)", "First chart", show=False),
        Binding("end,G", "select(1000000)", "Last chart", show=False),
        Binding("enter", "enlarge", "One chart", show=False),
    ]

    class Moved(Message):
        """Other charts are on screen than before, in another size, or another one is selected."""

    class Pointed(Message):
        """Somebody clicked the column `column` of the selected chart."""

        def __init__(self, column: int) -> None:
            self.column = column
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._titles: tuple[str, ...] = ()
        self._pictures: dict[int, Picture] = {}
        self._lines: dict[int, tuple[Line, ...]] = {}  # theirs, with the cursor
        self._look = Look()
        self._said: tuple[Line, ...] = ()
        self.selected = 0
        self.single = False
        self._most: int | None = None
        self._tiles = Tiles(0, 1, 1, 1)

    # What is on it

    def hang(self, titles: Sequence[str], said: Sequence[Line] = (), *, most: int | None = None) -> None:
        """There are charts of these titles now; without any, `said` stands there. `most`: the rows a chart can use."""
        others = (tuple(titles), tuple(said)) != (self._titles, self._said)
        if tuple(titles) != self._titles:
            held = self._titles[self.selected] if self.selected < len(self._titles) else ""
            self._titles, self._pictures, self._lines = tuple(titles), {}, {}
            self.selected = self._titles.index(held) if held in self._titles else 0
            self.single = self.single and held in self._titles
        self._said, self._most = tuple(said), most
        self._lay_out()
        if others:  # the same ones come with every word of a run that is running
            self.refresh()

    def take(self, at: int, picture: Picture) -> bool:
        """A picture of the chart `at`; False if none hangs there any more: others came while it was drawn."""
        if at >= len(self._titles):
            return False
        before = self._rows(at)
        self._pictures[at], self._lines[at] = picture, picture.lines_at(self._cursor(picture))
        if self._place(at) is None:
            return True
        for row, (old, new) in enumerate(zip(before, self._rows(at), strict=True)):
            if old != new:
                self._redraw(at, row, old, new)
        return True

    def point(self, look: Look) -> None:
        """Put the cursor where `look` has it, on every chart that is on screen."""
        self._look = look
        for at in self.on_screen():
            if picture := self._pictures.get(at):
                self.take(at, picture)

    def _cursor(self, picture: Picture) -> float | None:
        return self._look.cursor_on(picture.axis.kind) if picture.axis else None

    def size_of(self) -> tuple[int, int]:
        """Columns and rows of each chart, its title included."""
        return self._tiles.width, self._tiles.height

    def on_screen(self) -> list[int]:
        """The charts of which something is seen, the selected one first."""
        top = self.scroll_offset.y
        seen = [self._chart(at) for at in self._tiles.between(top, top + self.size.height)]
        return sorted(seen, key=lambda at: at != self.selected)

    @property
    def picture(self) -> Picture | None:
        """The picture of the selected chart, if it is there."""
        return self._pictures.get(self.selected)

    @property
    def cursor(self) -> float | None:
        """The x at which the cursor is on the selected chart."""
        return None if self.picture is None else self._cursor(self.picture)

    # Keys and mouse

    def action_select(self, by: int) -> None:
        self.select(min(max(self.selected + by, 0), len(self._titles) - 1))

    def action_page(self, by: int) -> None:
        """A screenful on or back; of one chart that has more rows than fit, those."""
        top = self.scroll_offset.y
        if self.single and top != (to := min(max(top + by * self.size.height, 0), self.max_scroll_y)):
            self.scroll_to(y=to, animate=False, force=True)
            return
        pitch = self._tiles.height + 1
        self.action_select(by * (1 if self.single else max(1, self.size.height // pitch) * self._tiles.columns))

    def action_enlarge(self) -> None:
        if self._titles and not self.single:
            self.show_single(True)

    def select(self, at: int) -> None:
        """Make the chart `at` the selected one, and bring it into view."""
        if at < 0 or at == self.selected:
            return
        former, self.selected = self.selected, at
        if self.single:
            self.refresh()
        else:
            for each in (former, at):
                self._redraw_title(each)
            box = self._tiles.box(at)
            self.scroll_to_region(Region(0, box.y, 1, box.height), animate=False, force=True)
        self.post_message(self.Moved())

    def show_single(self, single: bool) -> None:
        """One chart in the whole board, or all of them."""
        self.single = single
        self._lay_out()
        if not single:
            box = self._tiles.box(self.selected)
            self.scroll_to_region(Region(0, box.y, 1, box.height), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        column, row = event.x - EDGE, event.y + self.scroll_offset.y
        place = self._tiles.under(column, row)
        if place is None:
            return
        if event.chain > 1 and not self.single:
            self.action_enlarge()
        self.select(self._chart(place))
        self.post_message(self.Pointed(column - self._tiles.box(place).x))

    def on_focus(self) -> None:
        self._redraw_title(self.selected)

    def on_blur(self) -> None:
        self._redraw_title(self.selected)

    # Drawing

    def on_resize(self) -> None:
        self._lay_out()
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        at = y + self.scroll_offset.y
        row = self._row(at) if self._titles else self._said[at] if at < len(self._said) else ()
        line = clip_line(row, width - 2 * EDGE, symbols(self.app).more)
        return padded(line, width, base, self.role_styles, EDGE)

    def _row(self, y: int) -> Line:
        """One row of the whole canvas: those of the charts side by side."""
        found: list[Span] = []
        reached = 0
        for place in self._tiles.between(y, y + 1):
            box = self._tiles.box(place)
            if box.y <= y < box.y + box.height:
                chart = self._chart(place)
                line = self._rows(chart)[y - box.y]
                found += [Span(" " * (box.x - reached)), *line]
                reached = box.x + sum(len(span.text) for span in line)
        return tuple(found)

    def _rows(self, at: int) -> list[Line]:
        """The rows of a chart: its title, and its lines as far as they fit."""
        picture = self._pictures.get(at)
        width, height = self.size_of()
        more = symbols(self.app).more
        title = (Span(safe(self._titles[at]), "dim"),) if picture is None else picture.title
        if at == self.selected and not self.single and len(self._titles) > 1:
            role = "front" if self.has_focus else "title"
            title = (Span(f" {title[0].text} ", role), *title[1:])
        lines = self._lines.get(at, ())
        rows = [clip_line(each, width, more) for each in (title, *lines[: height - 1])]
        return [*rows, *repeat((), height - len(rows))]

    def _lay_out(self) -> None:
        width = max(1, self.size.width - 2 * EDGE)
        former, self._tiles = self._tiles, laid(1 if self.single else len(self._titles), width, self.size.height)
        if self._most is not None:
            fits = max if self.single else min  # of one chart all rows can be scrolled to
            self._tiles = replace(self._tiles, height=fits(self._tiles.height, max(LOWEST, self._most)))
        rows = self._tiles.rows if self._titles else len(self._said)
        size = Size(self.size.width, rows)
        if size != self.virtual_size:
            self.virtual_size = size
        if former != self._tiles:
            self.refresh()

    def _chart(self, place: int) -> int:
        return self.selected if self.single else place

    def _place(self, at: int) -> int | None:
        if not self.single:
            return at
        return 0 if at == self.selected else None

    def _redraw_title(self, at: int) -> None:
        if (place := self._place(at)) is not None and at < len(self._titles):
            box = self._tiles.box(place)
            self._refresh(Region(box.x + EDGE, box.y, box.width, 1))

    def _redraw(self, at: int, row: int, old: Line, new: Line) -> None:
        """Draw again the cells of a row between the first and the last that changed."""
        place = self._place(at)
        assert place is not None
        box = self._tiles.box(place)
        first, last = _changed(old, new)
        self._refresh(Region(box.x + EDGE + first, box.y + row, last - first, 1))

    def _refresh(self, canvas: Region) -> None:
        region = canvas.translate((0, -self.scroll_offset.y)).intersection(Region(0, 0, *self.size))
        if region:
            self.refresh(region)


def _changed(old: Line, new: Line) -> tuple[int, int]:
    """The first cell that differs, and the one behind the last. Of text with wide characters all of it."""
    one, other = _cells(old), _cells(new)
    if any(not char.isascii() and not "\u2190" <= char <= "\u28ff" for char, _ in chain(one, other)):
        return 0, 2 * max(len(one), len(other))
    blank: tuple[Any, Any] = (" ", None)
    length = max(len(one), len(other))
    one += [blank] * (length - len(one))
    other += [blank] * (length - len(other))
    moved = [at for at in range(length) if one[at] != other[at]]
    return (moved[0], moved[-1] + 1) if moved else (0, 0)


def _cells(line: Line) -> list[tuple[str, Any]]:
    return [(char, None if char == " " else span.role) for span in line for char in span.text]
