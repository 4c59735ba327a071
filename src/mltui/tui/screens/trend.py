"""A metric over the commits of HEAD's line, over the main screen: a cursor that goes from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from mltui.errors import MltuiError
from mltui.model.trend import Regression, Trend
from mltui.present import trend_chart, trend_text
from mltui.present.plot import Area
from mltui.present.plot_cursor import ruled
from mltui.present.text import Line, Span, line, safe
from mltui.tui.asking import Asker
from mltui.tui.clipboard import copy
from mltui.tui.commands.chooser_keys import TREND
from mltui.tui.screens.chooser import Chooser, Option
from mltui.tui.screens.dialog import Dialog
from mltui.tui.screens.trend_cursor import TrendCursor
from mltui.tui.screens.trend_told import TrendTold
from mltui.tui.symbols import symbols
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

if TYPE_CHECKING:
    from textual import events

    from mltui.tui.screens.main import MainScreen

#: Commits that a large step of the cursor passes.
FAR = 10


class TrendScreen(Dialog[str | None]):
    """Gives the commit that somebody wants to see in History, or None. Read again when runs or history move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,T", "close", "Leave", show=False),
        Binding("left,h,k,up", "step(-1)", "Older commit", show=False),
        Binding("right,j,down", "step(1)", "Newer commit", show=False),
        Binding("shift+left,pageup,ctrl+b", f"step(-{FAR})", "Older", show=False),
        Binding("shift+right,pagedown,ctrl+f", f"step({FAR})", "Newer", show=False),
        Binding("home,g", "end(0)", "Oldest", show=False),
        Binding("end,G", "end(-1)", "Newest", show=False),
        Binding("n", "regression(1)", "Next regression", show=False),
        Binding("N", "regression(-1)", "Former regression", show=False),
        Binding("enter", "open", "To the commit", show=False),
        Binding("d", "differ", "Why they differ", show=False),
        Binding("t", "as_of", "As of this commit", show=False),
        Binding("m", "metric", "Another metric", show=False),
        Binding("b", "merged", "What merges brought in", show=False),
        Binding("y", "copy_commit", "Copy the commit", show=False),
        Binding("Y", "copy_all", "Copy as Markdown", show=False),
        Binding("question_mark", "tell_keys", "Help", show=False),
    ]
    TOLD = TREND

    def __init__(self, main: MainScreen, metric: str) -> None:
        super().__init__()
        self._main, self._metric, self._merged = main, metric, False
        self._reader, self._painter = Asker(), Asker()
        self._cursor, self._told = TrendCursor(), TrendTold()
        self._waits = False  # for the join
        self._lines: list[Line] = []
        self._area: Area | None = None

    def keys(self) -> Sequence[tuple[str, str]]:
        return (
            ("esc", "leave"),
            ("left right", "commit"),
            *((("n N", "regression"),) if self._cursor.regressions else ()),
            ("enter", "to the commit"),
            ("d", "why different"),
            ("m", "metric"),
            ("t", "as of"),
            ("b", "first parents only" if self._merged else "merged commits too"),
            ("y", "copy commit"),
            ("Y", "copy as Markdown"),
        )

    def content(self) -> ComposeResult:
        with Vertical(classes="trending"):
            yield LinesView((line(Span("reading the history", "dim")),), id="trend-title", wrap=False, focusable=False)
            yield LinesView(id="trend-chart", wrap=False, focusable=False)
            yield LinesView(id="trend-notes", focusable=False)
            yield LinesView(id="trend-at", focusable=False)

    def on_mount(self) -> None:
        self._main.moved_signal.subscribe(self, self._part_moved)
        self._moved()

    def on_unmount(self) -> None:
        self._main.moved_signal.unsubscribe(self)

    def on_resize(self, _: events.Resize) -> None:
        self._paint_soon()

    # Reading

    def _part_moved(self, name: str) -> None:
        if name in ("runs", "history", "lineage"):
            self._moved()

    def _moved(self) -> None:
        begin(self, self._read, group="reading")

    async def _read(self) -> None:
        main, metric, merged = self._main, self._metric, self._merged
        table = main.runs.value if main.runs else None
        keys = table.metric_keys if table else ()
        here = table is None or not table.lacks("metrics", metric)
        runs = (table.runs if table else ()) if here else None
        try:
            found = await self._reader.ask(
                lambda: main.workspace.trend.load(metric, runs, keys, merged=merged, join=False)
            )
        except MltuiError as error:
            self._cursor.clear()
            self._view("title").show((line(Span(safe(error.summary), "warn")), line(Span(safe(error.hint)))))
            for name in ("chart", "notes", "at"):
                self._view(name).show(())
            return
        self._cursor.take(found)
        if not found.joined and not self._waits:
            self._waits = True
            main.want("lineage")  # it comes here when it was read: runs may stand elsewhere then
        self._paint_soon()
        self._tell()

    # Showing

    def _view(self, name: str) -> LinesView:
        return self.query_one(f"#trend-{name}", LinesView)

    def _paint_soon(self) -> None:
        """Draw the chart in the room it has, once that is known."""
        if (found := self._cursor.trend) is not None:
            self._head(found)
            self.call_after_refresh(lambda: begin(self, self._paint, group="painting"))

    def _head(self, found: Trend) -> None:
        signs = symbols(self.app)
        self._view("title").show((trend_text.title(found, signs),))
        legend = trend_chart.legend(found, signs, self._area.columns if self._area else 0)
        notes = trend_text.notes(found, signs, "" if self._merged else "b", joined=True)
        self._view("notes").show((*((legend,) if legend else ()), *notes, *trend_text.verdict(found, signs)))
        self.show_keys()

    async def _paint(self) -> None:
        found, view = self._cursor.trend, self._view("chart")
        width, height, signs = view.size.width - 2, view.size.height, symbols(self.app)
        if found is None or width < 1 or height < 1:
            return
        drawn = await self._painter.ask(lambda: trend_chart.draw_trend(found, width, height, signs))
        if self._cursor.trend is found:  # else it could not be read again, or another metric is asked for
            self._lines, self._area = drawn
            self._cross()

    def _cross(self) -> None:
        """The cursor over what is drawn."""
        shown = self._lines
        if self._area is not None and self._cursor.at is not None:
            column = trend_chart.column_of(self._area, self._cursor.at)
            shown = ruled(shown, self._area, column, symbols(self.app))
        self._view("chart").show(shown)

    def _tell(self) -> None:
        """Below the chart: what is known of the commit under the cursor."""
        found, at = self._cursor.trend, self._cursor.at
        if found is None or at is None:
            self._view("at").show(())
            return
        sha, each = self._cursor.sha, self._cursor.regression
        self._view("at").show(self._told.lines(found, at, each, symbols(self.app)), keep_scroll=False)
        if self._told.lacks(sha, each):
            begin(self, self._look_up, found, sha, each, group="telling")

    async def _look_up(self, found: Trend, sha: str, each: Regression | None) -> None:
        await self._told.look_up(self._main.workspace.trend, found, sha, each)
        self._tell()

    # Keys

    def _went(self, elsewhere: bool) -> None:
        if elsewhere:
            self._cross()
            self._tell()

    def action_step(self, by: int) -> None:
        self._went(self._cursor.step(by))

    def action_end(self, at: int) -> None:
        self._went(self._cursor.end(at))

    def action_regression(self, by: int) -> None:
        """To the next older one, round at the ends."""
        if self._cursor.regressions:
            self._went(self._cursor.to_regression(by))
        else:
            self._say("no regression here", "warn")

    def action_open(self) -> None:
        if self._cursor.sha:
            self.dismiss(self._cursor.sha)

    def action_differ(self) -> None:
        """The last good and the first bad commit; elsewhere the commit under the cursor and the one measured before."""
        if not self._cursor.sha:
            return
        if (pair := self._cursor.pair()) is None:
            self._say("there is no commit before it here", "warn")
            return
        from mltui.sources.sides.named import commit
        from mltui.tui.screens.difference import DifferenceScreen

        self.app.push_screen(DifferenceScreen(self._main, commit(pair[0]), commit(pair[1])))

    def action_as_of(self) -> None:
        """Look at the time of the commit under the cursor: asked below, where all places show it."""
        self.dismiss(None)
        self._main.ask_as_of(self._cursor.sha[:7])

    def action_close(self) -> None:
        self.dismiss(None)

    def action_merged(self) -> None:
        self._merged = not self._merged
        self._moved()

    def action_metric(self) -> None:
        begin(self, self._choose, group="chooser")  # what is typed meanwhile is for the list

    async def _choose(self) -> None:
        main = self._main
        try:
            files = await self._reader.ask(main.workspace.trend.keys)
        except MltuiError:
            files = {}
        inside = [f"{path}:{key}" for path, keys in sorted(files.items()) for key in sorted(keys)]
        options = [
            Option(key, key, chosen=key == self._metric) for key in dict.fromkeys((*main.metric_keys(), *inside))
        ]

        def taken(keys: tuple[str, ...] | None) -> None:
            if keys is not None and keys[0] != self._metric:
                self._metric = keys[0]
                self._cursor.clear()
                self._moved()

        self.app.push_screen(Chooser("Trend of", options), taken)

    def action_copy_commit(self) -> None:
        if sha := self._cursor.sha:
            copy(self, self._main.workspace, sha, sha, self._say)

    def action_copy_all(self) -> None:
        if (found := self._cursor.trend) is None:
            return
        told, changed = f"the trend of {safe(self._metric)} as Markdown", self._told.changed(found)
        copy(self, self._main.workspace, trend_text.as_markdown(found, changed, symbols(self.app)), told, self._say)

    def _say(self, word: str, role: str) -> None:
        self.say_last(word, role)


def open_trend(main: MainScreen, metric: str) -> None:
    """Over the main screen; `enter` goes on to the commit in History."""

    def taken(sha: str | None) -> None:
        if sha is not None:
            main.visit(2, sha)

    main.app.push_screen(TrendScreen(main, metric), taken)
