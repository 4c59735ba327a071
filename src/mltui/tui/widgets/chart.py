"""A line chart as large as its pane, drawn in a worker: plotext takes longer than a key may wait."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import get_current_worker

from mltui.present.chart import Curve, line_chart
from mltui.present.text import Line
from mltui.tui.symbols import symbols
from mltui.tui.widgets.lines import LinesView

if TYPE_CHECKING:
    from textual import events

    from mltui.model.trend import Trend

#: The first chart brings plotext, a hundred modules during which nothing else is quick: what came with it is drawn in
#: about this time before that (seconds).
DRAWN = 0.1


class ChartView(LinesView):
    """One curve, or a metric over the history. What is on screen already is not drawn again; ``enter`` opens it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Open", show=False)]

    class Ready(Message):
        """The lines of a chart came out of a worker; `asked` is what they were asked for."""

        def __init__(self, lines: Sequence[Line], asked: tuple[object, ...]) -> None:
            self.lines = lines
            self.asked = asked
            super().__init__()

    class Opened(Message):
        """Somebody wants to see more of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(wrap=False, **kwargs)
        self._shown: Curve | Trend | None = None
        self._ends = ("", "")
        self._asked: tuple[object, ...] = ()

    def draw(self, curve: Curve | None, ends: tuple[str, str]) -> None:
        """Show `curve` with these labels at the ends of its x axis; None for nothing."""
        self._shown, self._ends = curve, ends
        self.call_after_refresh(self._draw)

    def draw_trend(self, trend: Trend) -> None:
        """Show a metric over the history."""
        self._shown, self._ends = trend, ("", "")
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        super().on_resize()
        self._draw()

    def _draw(self) -> None:
        width, height = self.size.width - 2, self.size.height
        asked = (self._shown, self._ends, width, height)
        if asked == self._asked:
            return
        self._asked = asked
        if (shown := self._shown) is None:
            self.show(())
        else:
            signs, ends = symbols(self.app), self._ends

            def lines() -> Sequence[Line]:
                if isinstance(shown, Curve):
                    return line_chart(shown, width, height, signs, ends)
                from mltui.present.trend_chart import draw_trend  # only where there is a history to draw

                return draw_trend(shown, width, height, signs)[0]

            self.run_worker(lambda: self._plot(lines, asked), thread=True, exclusive=True)

    def _plot(self, lines: Callable[[], Sequence[Line]], asked: tuple[object, ...]) -> None:
        if "plotext" not in sys.modules:
            time.sleep(DRAWN)
        if not get_current_worker().is_cancelled:
            ready = lines()
            if not get_current_worker().is_cancelled:
                self.post_message(self.Ready(ready, asked))

    @on(Ready)
    def _show(self, message: Ready) -> None:
        message.stop()
        if message.asked is self._asked:  # a newer one may have been asked for after the worker looked
            self.show(message.lines)

    def action_open(self) -> None:
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2:
            self.action_open()
