"""Where the panels of the Overview stand: two side by side where there is room."""

from __future__ import annotations

from textual.geometry import Size
from textual.widget import Widget

from mltui.present.arrange import WIDE, arrange
from mltui.present.panels import held, wishes
from mltui.tui.places.overview_drawn import Drawn


class Shelves:
    """While one looks no panel becomes less high, as what lies below would jump, until this is to `forget` it."""

    def __init__(self) -> None:
        self._heights: dict[str, int] = {}

    def forget(self) -> None:
        """On the way back, or at another size: all are laid out anew."""
        self._heights.clear()

    def lay_out(self, panels: Widget, drawn: Drawn, size: Size, *, trended: bool) -> None:
        """Give every one of `panels` its place within `size`. `trended`: the history has a trend to show."""
        wanted = held(wishes(drawn.view, drawn.commits, size.width, drawn.coming, trended=trended), self._heights)
        self._heights = {wish.key: wish.height for wish in wanted}
        shelves = arrange(wanted, size.width, size.height)
        across = 2 if size.width >= WIDE else 1
        panels.styles.grid_size_columns = across
        panels.styles.grid_rows = " ".join(str(shelf.height) for shelf in shelves)
        spans = {key: across if len(shelf.keys) == 1 else 1 for shelf in shelves for key in shelf.keys}
        for panel in panels.children:
            key = panel.id or ""
            panel.display = key in spans
            if key in spans:
                panel.styles.column_span = spans[key]
