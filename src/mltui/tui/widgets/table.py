"""A table of any length: only the rows on screen are made and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mltui.present.rows import Column, Rows
from mltui.present.text import Span
from mltui.tui.symbols import symbols
from mltui.tui.widgets.across import Across
from mltui.tui.widgets.prepared import SAMPLE, Prepared, prepare
from mltui.tui.widgets.roled import Roled
from mltui.tui.widgets.tablecursor import TableCursor
from mltui.tui.widgets.tableline import Pen, beyond, placeholder_line
from mltui.tui.widgets.tablelines import TableLines
from mltui.tui.widgets.tablemessage import TableMessage
from mltui.tui.widgets.titled import Titled

if TYPE_CHECKING:
    from textual import events


class VirtualTable(Titled, Roled, ScrollView, can_focus=True):
    """Rows under a header, with a cursor that stays on its key whatever happens to the rows.

    `set_rows` draws only lines that changed. ``right`` reaches the columns that found no room while the names stay in
    sight, ``left`` comes back; on a row that holds others they first unfold and fold it. One that is `driven` has its
    cursor moved by keys typed elsewhere. `flag` puts a character before rows, `move_to_column` the cursor on one cell.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--cursor-blurred",
        "table--cell",
        "table--placeholder",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home,g", "edge(0)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
        Binding("left", "sideways(-1)", "Left", show=False),
        Binding("right", "sideways(1)", "Right", show=False),
        Binding("enter", "choose", "Open", show=False),
    ]

    class Highlighted(TableMessage):
        """The cursor came to another row. `key` is None when there are no rows."""

        def __init__(self, table: VirtualTable, key: str | None) -> None:
            super().__init__(table)
            self.key = key

    class Chosen(TableMessage):
        """``enter`` or a double click on a row."""

        def __init__(self, table: VirtualTable, key: str) -> None:
            super().__init__(table)
            self.key = key

    class SortAsked(TableMessage):
        """A click on the title of a column."""

        def __init__(self, table: VirtualTable, column: str) -> None:
            super().__init__(table)
            self.column = column

    class FoldAsked(TableMessage):
        """A row that holds others (`Rows.folds`) is to fold them away, or to show them."""

        def __init__(self, table: VirtualTable, key: str, fold: bool) -> None:
            super().__init__(table)
            self.key = key
            self.fold = fold

    class EndReached(TableMessage):
        """The cursor or the scroll came near the last row: whoever has more may bring it."""

    def __init__(
        self,
        *,
        header: bool = True,
        placeholder: str = "",
        driven: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.header = header
        self.placeholder = placeholder
        self.driven = driven
        self._across = Across()
        self._cursor = TableCursor()
        self._lines = TableLines(self._across, self._pen)
        self._column: str | None = None
        self._end_said = False
        self._said = placeholder

    # What is shown

    @property
    def rows(self) -> Rows[Any]:
        """The rows that are shown."""
        return self._cursor.rows

    @property
    def columns(self) -> tuple[Column, ...]:
        """All there are, whether they found room or not."""
        return self._across.columns

    @property
    def sorted_by(self) -> tuple[tuple[str, bool], ...]:
        """The keys of columns that the rows are ordered by, and whether each descends."""
        return self._across.sorted_by

    def set_rows(
        self, rows: Rows[Any], *, sorted_by: Sequence[tuple[str, bool]] = (), prepared: Prepared | None = None
    ) -> None:
        """Show other rows: the cursor stays on its key, else at its place; what is on screen stays where it is.

        `sorted_by`: keys of columns and whether each descends, for the header. `prepared` is `prepare(rows)`
        where that was done in a worker.
        """
        key, top = self.cursor_key, self.scroll_offset.y
        top_key = self.rows.key(top) if 0 < top < len(self.rows) else None
        if self._across.take(rows.columns, tuple(sorted_by)):
            self._redraw()
        before, known = len(self.rows), prepared or prepare(rows)
        self._across.widen(known.widths)
        self._end_said = False
        self._cursor.take(rows, known.index)
        self._fit_columns()
        if top_key is not None:
            self.scroll_to(y=known.index.get(top_key, top), animate=False)
        self._forget_changed(before)
        if self.cursor_key != key:
            self.post_message(self.Highlighted(self, self.cursor_key))

    def flag(self, flags: Mapping[str, Span]) -> None:
        """Put a character before the rows of these keys, and no longer before others."""
        for at in self._lines.flag(flags):
            self._refresh_row(at)

    @property
    def cursor_key(self) -> str | None:
        """The key under the cursor; None without rows."""
        return self._cursor.key

    @property
    def cursor_row(self) -> int:
        """The place of the cursor among the rows, from 0."""
        return self._cursor.at

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, and bring it into view."""
        before = self._cursor.at
        if self._cursor.put(index):
            self._refresh_row(before)
            self._refresh_row(self._cursor.at)
            self.post_message(self.Highlighted(self, self.cursor_key))
        self.reveal_cursor()

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on the row of `key`; False if there is none."""
        index = self._cursor.place_of(key)
        if index is None:
            return False
        self.move_to(index)
        return True

    @property
    def column(self) -> str | None:
        """The key of the column that the cursor is on; None where it is on whole lines."""
        return self._column

    def move_to_column(self, key: str | None) -> None:
        """Put the cursor on the cell in the column `key`, and bring it into sight; with None on the whole line."""
        self._column = key
        if (at := self._across.number(key)) is not None:
            self._across.reveal(at, self._room)
            self._fit_columns()
        self.refresh(Region(0, 0, self.size.width, int(self.header)))
        self._refresh_row(self._cursor.at)

    def find(self, text: str, by: int) -> int | None:
        """The next row (`by` 1) or the former one (-1) that holds the words of `text`, going round at the ends."""
        return self._cursor.find(text, by)

    def reveal_cursor(self) -> None:
        """Scroll as little as needed to see the cursor."""
        at, body, top = self._cursor.at, self._body_height, self.scroll_offset.y
        if at < top:
            self.scroll_to(y=at, animate=False)
        elif body and at >= top + body:
            self.scroll_to(y=at - body + 1, animate=False)
        self._say_end()

    # Keys and mouse

    def action_move(self, by: int) -> None:
        self.move_to(self._cursor.at + by)

    def action_page(self, by: int) -> None:
        self.move_to(self._cursor.at + by * max(1, self._body_height - 1))

    def action_edge(self, last: int) -> None:
        self.move_to(len(self.rows) - 1 if last else 0)

    def action_sideways(self, by: int) -> None:
        """One column further, or a row that holds others unfolds or folds."""
        key = self.cursor_key
        if key is not None and self.rows.folds.get(key) == (by > 0) and not self._across.moved:
            self.post_message(self.FoldAsked(self, key, by < 0))
            return
        self._across.step(by, self._room)
        self._fit_columns()

    def column_at(self, x: int) -> Column | None:
        """The column drawn at `x` (cells from the left of the content), the gap behind it taken as its own."""
        return self._across.drawn_at(x)

    def action_choose(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.Chosen(self, self.cursor_key))

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is None:
            return
        if self.header and at.y == 0:
            if (column := self.column_at(at.x)) is not None:
                self.post_message(self.SortAsked(self, column.key))
            return
        row = at.y - self.header + self.scroll_offset.y
        if row < len(self.rows):
            self.move_to(row)
            if event.chain == 2:
                self.action_choose()

    def on_mouse_scroll_right(self) -> None:
        self.action_sideways(1)

    def on_mouse_scroll_left(self) -> None:
        self.action_sideways(-1)

    def on_resize(self) -> None:
        self._fit_columns()

    def on_focus(self) -> None:
        self._refresh_row(self._cursor.at)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor.at)

    def notify_style_update(self) -> None:
        self._lines.clear()
        super().notify_style_update()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._say_end()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        if not self._across.laid.shown and self.columns and self._room > 0:  # its first frame comes before `on_resize`
            self._across.lay_out(self._room)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.header and y == 0:
            strip = self._lines.header(symbols(self.app), self._column)
        else:
            strip = self._body_strip(y - self.header + self.scroll_offset.y)
        return strip.crop_extend(0, width, self.rich_style)

    def _body_strip(self, index: int) -> Strip:
        if index >= len(self.rows):
            if self.placeholder and not len(self.rows):
                pen = self._pen("table--placeholder")
                return placeholder_line(self.placeholder, index, pen, last=index == self._body_height - 1)
            return Strip.blank(self._across.laid.width, self.rich_style)
        if index == self._cursor.at:
            return self._lines.cursor(self.rows, index, self._column, focused=self.has_focus or self.driven)
        return self._lines.row(self.rows, index)

    def _pen(self, name: str) -> Pen:
        """How a line is drawn that has this component class; "": a row without the cursor."""
        base = self.get_component_rich_style(name) if name else self.rich_style
        # A reversed line shows its colours as patches of background: it goes without.
        bare = base.reverse or name in ("table--header", "table--cell", "table--placeholder")
        return Pen(base, {} if bare else self.role_styles, symbols(self.app).more, self.size.width)

    # Bookkeeping

    @property
    def _body_height(self) -> int:
        return max(0, self.scrollable_content_region.height - self.header)

    @property
    def _room(self) -> int:
        """Terminal columns for a line, without the blank in front."""
        return self.scrollable_content_region.width - 1

    def _fit_columns(self) -> None:
        """Lay the columns out in the width there is."""
        if not self.columns or self._room < 0:
            return
        if self._across.lay_out(self._room):
            self._redraw()
        laid = self._across.laid
        self.subtitle(beyond(laid, symbols(self.app)))
        self.virtual_size = Size(min(self._room, laid.width) + 1, len(self.rows) + self.header)

    def _forget_changed(self, before: int) -> None:
        """Draw the lines again that look otherwise than before. `before`: how many rows there were."""
        top = self.scroll_offset.y
        for index in self._lines.keep(self.rows, range(top, top + self._body_height)):
            if index < max(before, len(self.rows)) or (index == 0 and self.placeholder != self._said):
                self._refresh_row(index)
        self._said = self.placeholder

    def _refresh_row(self, index: int) -> None:
        y = index - self.scroll_offset.y + self.header
        if self.header <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _redraw(self) -> None:
        self._lines.clear()
        self.refresh()

    def _say_end(self) -> None:
        last = max(self._cursor.at, self.scroll_offset.y + self._body_height)
        if not self._end_said and len(self.rows) and last >= len(self.rows) - SAMPLE // 2:
            self._end_said = True
            self.post_message(self.EndReached(self))
