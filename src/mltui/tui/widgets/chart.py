"""A line chart as large as its pane, drawn in a worker: plotext takes longer than a key may wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import on
from textual.message import Message
from textual.worker import get_current_worker

from mltui.present.chart import Curve, line_chart
from mltui.present.text import Line
from mltui.tui.symbols import symbols
from mltui.tui.widgets.lines import LinesView


class ChartView(LinesView):
    """One curve. `draw` may be called as often as one likes: what is on screen already is not drawn again."""

    class Ready(Message):
        """The lines of a chart came out of a worker; `asked` is what they were asked for."""

        def __init__(self, lines: Sequence[Line], asked: tuple[object, ...]) -> None:
            self.lines = lines
            self.asked = asked
            super().__init__()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(wrap=False, focusable=False, **kwargs)
        self._curve: Curve | None = None
        self._ends = ("", "")
        self._asked: tuple[object, ...] = ()

    def draw(self, curve: Curve | None, ends: tuple[str, str]) -> None:
        """Show `curve` with these labels at the ends of its x axis; None for nothing."""
        self._curve, self._ends = curve, ends
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        super().on_resize()
        self._draw()

    def _draw(self) -> None:
        width, height = self.size.width - 2, self.size.height
        asked = (self._curve, self._ends, width, height)
        if asked == self._asked:
            return
        self._asked = asked
        if (curve := self._curve) is None:
            self.show(())
        else:
            signs, ends = symbols(self.app), self._ends
            self.run_worker(
                lambda: self._plot(line_chart(curve, width, height, signs, ends), asked), thread=True, exclusive=True
            )

    def _plot(self, lines: Sequence[Line], asked: tuple[object, ...]) -> None:
        if not get_current_worker().is_cancelled:
            self.post_message(self.Ready(lines, asked))

    @on(Ready)
    def _show(self, message: Ready) -> None:
        message.stop()
        if message.asked is self._asked:  # a newer one may have been asked for after the worker looked
            self.show(message.lines)
