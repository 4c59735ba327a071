"""A pane of lines: details, panels, help. Long lines wrap; it scrolls when there are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mltui.present.text import Line
from mltui.tui.symbols import symbols
from mltui.tui.widgets.cells import clip_line, padded
from mltui.tui.widgets.roled import Roled
from mltui.tui.widgets.titled import Titled
from mltui.tui.widgets.wrapping import wrap_line


class LinesView(Titled, Roled, ScrollView, can_focus=True):
    """Lines of text with roles. Only lines that changed are drawn again when others are shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("home,g", "scroll_home", "Top", show=False),
        Binding("end,G", "scroll_end", "Bottom", show=False),
    ]

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        title: str = "",
        wrap: bool = True,
        focusable: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.can_focus = focusable
        self.wrap = wrap
        if title:
            self.entitle(title)
        self._lines: tuple[Line, ...] = tuple(lines)
        self._laid: list[Line] = []

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line], keep_scroll: bool = True) -> None:
        """Show other lines. `keep_scroll` where they are a newer state of the same thing."""
        self._lines = tuple(lines)
        if not keep_scroll:
            self.scroll_to(y=0, animate=False)
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._lines and not self._laid:  # the very first frame comes before the first resize
            self._laid = self._wrapped(width)
        at = y + self.scroll_offset.y
        base = self.rich_style
        if at >= len(self._laid):
            return Strip.blank(width, base)
        line = self.part_of(self._laid[at], width - 2, symbols(self.app).more)
        return padded(line, width, base, self.role_styles)

    def part_of(self, line: Line, width: int, more: str) -> Line:
        """What of a line is in sight, in `width` columns."""
        return clip_line(line, width, more)

    def wide(self) -> int:
        """Columns of all lines, where it can be scrolled sideways."""
        return self.scrollable_content_region.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are, when the style says ``height: auto``."""
        return len(self._wrapped(width))

    def _wrapped(self, width: int) -> list[Line]:
        if not self.wrap or width <= 2:
            return list(self._lines)
        return [part for line in self._lines for part in wrap_line(line, width - 2)]

    def _lay_out(self) -> None:
        before, self._laid = self._laid, self._wrapped(self.scrollable_content_region.width)
        size = Size(0 if self.wrap else self.wide(), len(self._laid))
        if size != self.virtual_size:
            self.virtual_size = size
            if self.styles.is_auto_height:
                self.refresh(layout=True)
        top = self.scroll_offset.y
        for y in range(self.size.height):
            if _at(before, top + y) != _at(self._laid, top + y):
                self.refresh(Region(0, y, self.size.width, 1))


def _at(lines: list[Line], index: int) -> Line | None:
    return lines[index] if index < len(lines) else None
