"""The charts of the chosen runs: read and drawn off the drawing thread, and again while one of them is running."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget

from mltui.errors import SourceError
from mltui.model.runs import Run
from mltui.present.plot import ROLES
from mltui.present.plot_legend import letter
from mltui.present.text import Line, Span, line, safe
from mltui.tui.asking import Asker
from mltui.tui.places.base import Place
from mltui.tui.places.runs.charts_said import charts_of, headline, look_words, nothing_drawn, rows_of
from mltui.tui.places.runs.page import Page
from mltui.tui.roles import curve_colours
from mltui.tui.symbols import symbols
from mltui.tui.widgets.charts.board import ChartBoard
from mltui.tui.widgets.charts.desk import Desk, Subject
from mltui.tui.widgets.charts.families import Family
from mltui.tui.widgets.charts.frame import ChartFrame
from mltui.tui.widgets.charts.look import Kind, Look
from mltui.tui.widgets.charts.picture import Sketch
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

#: Reading that takes longer is said (seconds).
SLOW = 0.4
#: The legend takes at most this share of the page.
LEGEND = 0.25
#: So many of the chosen runs are drawn, the first ones: there are letters for 52 curves, and each run is read.
MOST = 50
#: While a shown run is running its store is asked this often whether it moved (seconds): what was written is read and
#: drawn within a second, and nobody writes faster than one can look.
LIVE = 0.4


class DrawnCharts(Page):
    """Charts of the chosen runs: all metrics in a grid, or one of them."""

    several = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._look = Look()
        self._runs: tuple[Run, ...] = ()
        self._chosen = 0  # how many runs were chosen, of which `_runs` are the first
        self._subject: Subject | None = None
        self._desk: Desk | None = None
        self._asker = Asker()
        self._mark: object = None
        self._timer: Timer | None = None
        self._away = True
        self._moved_on = False
        self._told_reads = 0
        self._footed = ""  # the kind of charts whose keys the last line names

    def compose(self) -> ComposeResult:
        with ChartFrame(classes="panel"):
            yield LinesView(id="charts-look", wrap=False, focusable=False)
            yield ChartBoard(id="charts-board")
            yield LinesView(id="charts-legend", wrap=False, focusable=False)

    def on_mount(self) -> None:
        self._look = remembered(self.app)
        self._timer = self.set_interval(LIVE, self._tick, pause=True)
        # another one tells other numbers of curves apart
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())

    def on_unmount(self) -> None:
        self.app.theme_changed_signal.unsubscribe(self)

    @property
    def board(self) -> ChartBoard:
        return self.query_one(ChartBoard)

    # Which runs

    def show_runs(self, runs: tuple[Run, ...]) -> None:
        came, self._away = self._away, False
        self._chosen = len(runs)
        former, self._runs = self._runs, runs[:MOST]
        same = [run.run_id for run in self._runs] == [run.run_id for run in former]
        if not same:
            self._look = self._look.whole()
            self.board.point(self._look)
        if same and not came and self._subject is not None and self._subject.running:
            self._moved_on = True  # rows come as often as somebody writes: the next look is soon enough
        else:
            begin(self, self._survey, group="charts-survey")

    def put_away(self) -> None:
        self._away = True
        if self._timer is not None:
            self._timer.pause()

    def enter(self) -> None:
        self.board.focus(scroll_visible=False)

    def leave(self) -> bool:
        if self.board.single:
            self.board.show_single(False)
            return True
        return False

    def in_front(self) -> bool:
        """Whether anybody sees the page."""
        return not self._away and all(node.display for node in self.ancestors_with_self if isinstance(node, Widget))

    async def _survey(self) -> None:
        runs, look, first = self._runs, self._look, self.first
        self._moved_on = False
        if self._desk is None:
            self._desk = Desk(lambda: self.workspace.reader(wait=False))
        desk = self._desk
        waits = self.set_timer(SLOW, self._say_reading)
        try:
            subject = await self._asker.ask(lambda: desk.survey(runs, look, first))
        except SourceError as error:
            self._say((line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "note"))))
            return
        finally:
            waits.stop()
            self._tell_reads(desk)
        self._subject = subject
        self._hang()
        assert self._timer is not None
        (self._timer.resume if subject.running else self._timer.pause)()

    def _hang(self) -> None:
        """Tell the board which charts there are."""
        subject, look = self._subject, self._look
        assert subject is not None
        self.query_one(ChartFrame).entitle(headline(subject, look, self._chosen, len(self._runs)))
        if charts := self._charts():
            self.board.hang([chart.title for chart in charts], most=rows_of(charts, subject, look))
            self._describe()
            self._draw()
        else:
            self._say((line(Span(nothing_drawn(subject, self._runs, look), "dim")),))
        self._name_keys()
        self.post_message(self.Signed())

    def signs(self) -> Mapping[str, Span]:
        """The letters of the curves, where there are several runs."""
        runs = self._subject.runs if self._subject is not None else ()
        letters = {run.run_id: Span(letter(at), f"series{at % ROLES}") for at, run in enumerate(runs)}
        return letters if len(letters) > 1 else {}

    def _name_keys(self) -> None:
        """The last line names the keys of the kind of chart that is selected."""
        if self.kind != self._footed:
            self._footed = self.kind
            self.post_message(Place.KeysMoved())

    @property
    def _more(self) -> bool:
        """Whether more runs are chosen than are drawn."""
        return self._chosen > len(self._runs)

    def _charts(self) -> tuple[Family, ...]:
        """What hangs on the board."""
        return charts_of(self._subject, self._look)

    def _say_reading(self) -> None:
        """Until it is known what these runs logged; charts of other runs stay while there are some."""
        if self._charts():
            self._describe(reading=True)
        else:
            self._say((line(Span("reading", "dim")),))

    def _say(self, said: tuple[Line, ...]) -> None:
        self.board.hang((), said)
        self.query_one("#charts-look", LinesView).show(())
        self.query_one("#charts-legend", LinesView).show(())

    # Drawing: the newest wish counts, and of it first what is selected

    @on(ChartBoard.Moved)
    def _moved(self, message: ChartBoard.Moved) -> None:
        message.stop()
        self._draw()

    def _draw(self) -> None:
        if self._subject is not None and self._charts() and self.in_front():
            begin(self, self._draw_all, group="charts")

    async def _draw_all(self) -> None:
        subject, desk, look, charts = self._subject, self._desk, self._look, self._charts()
        assert subject is not None
        assert desk is not None
        width, height = self.board.size_of()
        rows = max(1, int(self.size.height * LEGEND))
        wide, colours = max(10, self.size.width - 4), curve_colours(self.app)
        sketch = Sketch(width, height, wide, rows, symbols(self.app), colours)
        waits = self.set_timer(SLOW, partial(self._describe, reading=True))
        try:
            for at in self.board.on_screen():
                if at >= len(charts):
                    continue
                picture = await self._asker.ask(partial(desk.picture, subject, charts[at], look, sketch))
                if not self.board.take(at, picture):
                    return
                if at == self.board.selected:
                    self._legend(picture.legend_at(self.board.cursor))
                    self._describe()
        finally:
            waits.stop()
            self._tell_reads(desk)
        self._describe()
        self._name_keys()

    def _tell_reads(self, desk: Desk) -> None:
        """A million points take their memory while they are read, and no feed brings them."""
        if desk.reads != self._told_reads:
            self._told_reads = desk.reads
            self.post_message(Place.ReadAside())

    def _legend(self, lines: tuple[Line, ...]) -> None:
        """Room for it is taken as it is needed, and given back with other runs: charts must not jump."""
        view = self.query_one("#charts-legend", LinesView)
        if view.size.height != len(lines):
            view.styles.height = len(lines)
        view.show(lines)

    def _describe(self, *, reading: bool = False) -> None:
        """The line above the charts: what is on, and whether what is to be shown is still being read."""
        picture = self.board.picture
        charts = self._charts()
        at = self.board.selected
        several = len(charts) > 1 and not self.board.single and picture is not None and picture.legend
        whose = safe(charts[at].title) if several and at < len(charts) else ""  # of which the legend has values
        words = [f"the first {MOST} in the table's order"] if self._more else []
        words += look_words(self._look, picture, whose, self.board.cursor)
        words += ["reading"] if reading else []
        dot = f" {symbols(self.app).dot} "
        self.query_one("#charts-look", LinesView).show((line(Span(dot.join(words), "dim")),))

    @property
    def kind(self) -> Kind | Literal[""]:
        """What kind of chart the selected one is; "" while there are none."""
        picture = self.board.picture
        return "" if not self._charts() else self._look.kind if picture is None else picture.kind

    # Live

    def _tick(self) -> None:
        feeds = getattr(self.screen, "feeds", None)
        if not self.in_front() or (feeds is not None and feeds.paused) or self._busy():
            return
        if self._moved_on:
            begin(self, self._survey, group="charts-survey")
        else:
            begin(self, self._look_again, group="charts-live")

    def _busy(self) -> bool:
        return any(
            each.node is self and each.group.startswith("charts") and not each.is_finished for each in self.workers
        )

    async def _look_again(self) -> None:
        assert self._desk is not None
        try:
            mark = await self._asker.ask(self._desk.mark)
        except SourceError:
            return  # the store's own part says it; here the next look may do better
        if mark != self._mark:
            self._mark = mark
            self._draw()


def remembered(app: Any) -> Look:
    """How charts were looked at the last time while this app runs."""
    found = getattr(app, "looks", {}).get("charts")
    return found if isinstance(found, Look) else Look()


def remember(app: Any, look: Look) -> None:
    """Keep it for the next screen; where on the axis one was is of these runs only."""
    looks = getattr(app, "looks", None)
    if looks is not None:
        looks["charts"] = look.whole()
