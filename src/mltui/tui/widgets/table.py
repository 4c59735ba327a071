"""A table of any length: only the rows on screen are made and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mltui.present.rows import Column, Row, Rows
from mltui.present.text import Span
from mltui.tui import roles
from mltui.tui.symbols import symbols
from mltui.tui.widgets.columns import Fit, fit, fit_from, left_of, number_at, revealing, right_of
from mltui.tui.widgets.prepared import SAMPLE, Prepared, prepare
from mltui.tui.widgets.tableline import Pen, beyond, header_labels, ordered_widths, placeholder_line, table_line
from mltui.tui.widgets.tablemessage import TableMessage
from mltui.tui.widgets.titled import Titled

if TYPE_CHECKING:
    from textual import events


class VirtualTable(Titled, ScrollView, can_focus=True):
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
        self.columns: tuple[Column, ...] = ()
        self.rows: Rows[Any] = Rows((), (), str)
        self.sorted_by: tuple[tuple[str, bool], ...] = ()
        self._flags: Mapping[str, Span] = {}
        self._index: dict[str, int] = {}
        self._widths: list[int] = []
        self._fit = Fit((), 0, 0)
        self._from: str | None = None
        self._column: str | None = None
        self._cursor = 0
        self._end_said = False
        self._said = placeholder
        self._strips: dict[int, tuple[Row, Strip]] = {}
        self._roles: dict[str, Style] = {}

    # What is shown

    def set_rows(
        self, rows: Rows[Any], *, sorted_by: Sequence[tuple[str, bool]] = (), prepared: Prepared | None = None
    ) -> None:
        """Show other rows: the cursor stays on its key, else at its place; what is on screen stays where it is.

        `sorted_by`: keys of columns and whether each descends, for the header. `prepared` is `prepare(rows)`
        where that was done in a worker.
        """
        key, top = self.cursor_key, self.scroll_offset.y
        top_key = self.rows.key(top) if 0 < top < len(self.rows) else None
        if rows.columns != self.columns:
            self._widths = [0] * len(rows.columns)
            self._fit = Fit((), 0, 0)  # one that is hidden lays nothing out until there is room
        if rows.columns != self.columns or tuple(sorted_by) != self.sorted_by:
            self.columns, self.sorted_by = rows.columns, tuple(sorted_by)
            self._redraw()
        before, self.rows, known = len(self.rows), rows, prepared or prepare(rows)
        self._index = known.index
        # Widths only grow, so that a refresh moves nothing.
        labels = ordered_widths(self.columns, self.sorted_by)
        self._widths = [max(each) for each in zip(self._widths, known.widths, labels, strict=True)]
        self._end_said = False
        at = self._index.get(key, self._cursor) if key is not None else 0
        self._cursor = max(0, min(at, len(rows) - 1))
        self._fit_columns()
        if top_key is not None:
            self.scroll_to(y=self._index.get(top_key, top), animate=False)
        self._forget_changed(before)
        if self.cursor_key != key:
            self.post_message(self.Highlighted(self, self.cursor_key))

    def flag(self, flags: Mapping[str, Span]) -> None:
        """Put a character before the rows of these keys, and no longer before others."""
        former, self._flags = self._flags, dict(flags)
        drawn = [(at, row.key) for at, (row, _) in self._strips.items()]  # of 100,000 flags few are of rows on screen
        for at, key in drawn:
            if former.get(key) != flags.get(key):
                del self._strips[at]
                self._refresh_row(at)

    @property
    def cursor_key(self) -> str | None:
        """The key under the cursor; None without rows."""
        return self.rows.key(self._cursor) if self._cursor < len(self.rows) else None

    @property
    def cursor_row(self) -> int:
        """The place of the cursor among the rows, from 0."""
        return self._cursor

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, and bring it into view."""
        index = max(0, min(index, len(self.rows) - 1))
        if index != self._cursor and len(self.rows):
            before, self._cursor = self._cursor, index
            self._refresh_row(before)
            self._refresh_row(index)
            self.post_message(self.Highlighted(self, self.cursor_key))
        self.reveal_cursor()

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on the row of `key`; False if there is none."""
        index = self._index.get(key)
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
        if (at := self._numbered(key)) is not None:
            first = revealing(self.columns, self._widths, self._room, self._fit, self._first, at=at)
            self._from = None if first is None else self.columns[first].key
            self._fit_columns()
        self.refresh(Region(0, 0, self.size.width, int(self.header)))
        self._refresh_row(self._cursor)

    def find(self, text: str, by: int) -> int | None:
        """The next row (`by` 1) or the former one (-1) that holds the words of `text`, going round at the ends."""
        holding = set(self.rows.matching(text).keys())
        count = len(self.rows)
        steps = ((self._cursor + by * step) % count for step in range(1, count + 1))
        return next((at for at in steps if self.rows.key(at) in holding), None)

    def reveal_cursor(self) -> None:
        """Scroll as little as needed to see the cursor."""
        body, top = self._body_height, self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False)
        elif body and self._cursor >= top + body:
            self.scroll_to(y=self._cursor - body + 1, animate=False)
        self._say_end()

    # Keys and mouse

    def action_move(self, by: int) -> None:
        self.move_to(self._cursor + by)

    def action_page(self, by: int) -> None:
        self.move_to(self._cursor + by * max(1, self._body_height - 1))

    def action_edge(self, last: int) -> None:
        self.move_to(len(self.rows) - 1 if last else 0)

    def action_sideways(self, by: int) -> None:
        """One column further: right until the last one is in sight, left until all are laid out by importance again."""
        key = self.cursor_key
        if key is not None and self.rows.folds.get(key) == (by > 0) and self._from is None:
            self.post_message(self.FoldAsked(self, key, by < 0))
            return
        first = self._first
        if by > 0:
            first = right_of(self.columns, self._widths, self._room, self._fit, first)
        else:
            first = left_of(self.columns, first)
        self._from = None if first is None else self.columns[first].key
        self._fit_columns()

    def column_at(self, x: int) -> Column | None:
        """The column drawn at `x` (cells from the left of the content), the gap behind it taken as its own."""
        at = number_at(self._fit, x - 1)
        return None if at is None else self.columns[at]

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
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._redraw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._say_end()

    # Drawing

    def render_line(self, y: int) -> Strip:
        if not self._roles:
            self._roles = roles.styles(self.app)
        width = self.size.width
        if self.header and y == 0:
            strip = self._header_strip()
        else:
            strip = self._body_strip(y - self.header + self.scroll_offset.y)
        return strip.crop_extend(0, width, self.rich_style)

    def _body_strip(self, index: int) -> Strip:
        if index >= len(self.rows):
            if self.placeholder and not len(self.rows):
                pen = self._pen(self.get_component_rich_style("table--placeholder"), {})
                return placeholder_line(self.placeholder, index, pen, last=index == self._body_height - 1)
            return Strip.blank(self._fit.width, self.rich_style)
        known = self._strips.get(index)
        row = known[0] if known else self.rows.row(index)
        if index == self._cursor:
            self._strips[index] = (row, known[1] if known else self._row_strip(row, self.rich_style))
            return self._cursor_strip(row)
        if known:
            return known[1]
        strip = self._row_strip(row, self.rich_style)
        self._strips[index] = (row, strip)
        return strip

    def _cursor_strip(self, row: Row) -> Strip:
        focused = self.has_focus or self.driven
        if not focused or (at := self._numbered(self._column)) is None:
            name = "table--cursor" if focused else "table--cursor-blurred"
            return self._row_strip(row, self.get_component_rich_style(name))
        line, cell = (self.get_component_rich_style(name) for name in ("table--cursor-blurred", "table--cell"))
        return self._row_strip(row, line, (at, self._pen(cell, {})))

    def _row_strip(self, row: Row, base: Style, cell: tuple[int, Pen] | None = None) -> Strip:
        # A reversed line shows its colours as patches of background: it goes without.
        pen = self._pen(base, {} if base.reverse else self._roles)
        return table_line(row.cells, self.columns, self._fit, pen, self._flags.get(row.key), under=cell)

    def _header_strip(self) -> Strip:
        base = self.get_component_rich_style("table--header")
        labels = header_labels(self.columns, self.sorted_by, symbols(self.app), self._column)
        columns = [replace(each, tail=each.tail or each.terse) for each in self.columns]
        return table_line(labels, columns, self._fit, self._pen(base, {}))

    def _pen(self, base: Style, colours: dict[str, Style]) -> Pen:
        return Pen(base, colours, symbols(self.app).more, self.size.width)

    # Bookkeeping

    @property
    def _body_height(self) -> int:
        return max(0, self.scrollable_content_region.height - self.header)

    @property
    def _room(self) -> int:
        """Terminal columns for a line, without the blank in front."""
        return self.scrollable_content_region.width - 1

    @property
    def _first(self) -> int | None:
        """The number of the column looked at beside the names; None where columns are laid out by importance."""
        return self._numbered(self._from)

    def _numbered(self, key: str | None) -> int | None:
        return next((at for at, column in enumerate(self.columns) if column.key == key), None)

    def _fit_columns(self) -> None:
        """Lay the columns out in the width there is."""
        if not self.columns or self._room < 0:
            return
        laid = fit(self.columns, self._widths, self._room)
        if laid.hidden and (first := self._first) is not None:
            laid = fit_from(self.columns, self._widths, self._room, first)
        else:
            self._from = None
        if laid != self._fit:
            self._fit = laid
            self._redraw()
        self.subtitle(beyond(laid, symbols(self.app)))
        self.virtual_size = Size(min(self._room, laid.width) + 1, len(self.rows) + self.header)

    def _forget_changed(self, before: int) -> None:
        """Keep the strips of rows that look as before; draw the others again. `before`: how many there were."""
        top = self.scroll_offset.y
        kept: dict[int, tuple[Row, Strip]] = {}
        for y in range(self._body_height):
            index = top + y
            old = self._strips.get(index)
            if index < len(self.rows) and old and old[0].cells == self.rows.row(index).cells:
                kept[index] = old
            elif index < max(before, len(self.rows)) or (index == 0 and self.placeholder != self._said):
                self._refresh_row(index)
        self._strips, self._said = kept, self.placeholder

    def _refresh_row(self, index: int) -> None:
        y = index - self.scroll_offset.y + self.header
        if self.header <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _redraw(self) -> None:
        self._strips.clear()
        self._roles = {}
        self.refresh()

    def _say_end(self) -> None:
        last = max(self._cursor, self.scroll_offset.y + self._body_height)
        if not self._end_said and len(self.rows) and last >= len(self.rows) - SAMPLE // 2:
            self._end_said = True
            self.post_message(self.EndReached(self))
