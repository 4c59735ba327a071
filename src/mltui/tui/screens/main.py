"""The main screen: header, places, footer; it receives the parts and hands them on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container
from textual.reactive import reactive
from textual.signal import Signal

from mltui.model.metric import PrimaryMetric
from mltui.model.part import Part, Problem
from mltui.model.runs import RunTable, Store
from mltui.present.jobs_running import running_line
from mltui.present.text import line
from mltui.sources.port import now_ms
from mltui.tui.at_head import at_head
from mltui.tui.feeds import LATE, PARTS, Feeds
from mltui.tui.first import first_lines
from mltui.tui.going import Going
from mltui.tui.hashing import HashNow
from mltui.tui.keeping import Keeping
from mltui.tui.loaded import Loaded
from mltui.tui.places.base import Parts, Place
from mltui.tui.primary import Guess
from mltui.tui.screens.timed import TimedScreen
from mltui.tui.starting import Starting
from mltui.tui.symbols import symbols
from mltui.tui.telling import Telling
from mltui.tui.tidying import Tidying
from mltui.tui.trail import Spot
from mltui.tui.widgets.bar import Bar
from mltui.tui.widgets.footer import FooterBar
from mltui.tui.widgets.header import each_once, header_pieces
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.placebar import PlaceBar, all_tabs

if TYPE_CHECKING:
    from mltui.tui.widgets.filterbar import FilterBar

#: Ages on screen move once a minute; nothing else does by itself (seconds).
MINUTE = 60.0
#: Said below the smallest size that shows anything of use.
SMALL = "mltui needs 40 columns and 10 lines"
#: So many commits of another time are read before somebody scrolls.
SCREENFUL = 100


class MainScreen(TimedScreen):
    """One project in its seven places.

    The reactives are the parts by name (``PARTS``), the primary metric and the moment ages are counted from; each is
    bound to every place that declares one of that name.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low"), (30, "-high")]  # noqa: RUF012

    git: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    history: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    pipeline: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    experiments: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    stores: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    runs: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    models: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    jobs: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    journal: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    lineage: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    primary: reactive[PrimaryMetric | None] = reactive(None, init=False, repaint=False)

    def __init__(self, feeds: Feeds, start: Spot | None = None) -> None:
        super().__init__(feeds, start)
        self._answered: Part[Any] | None = None
        self._sequences: dict[str, int] = {}
        self._starting = Starting(self)
        self._keeping = Keeping(self)
        self._going = Going(self, lambda: self.query_one("#header", Bar).show(self._header()))
        self.hash_now = HashNow(self)
        self._tidying = Tidying(self)
        self._telling = Telling(self)
        self._remembered = feeds.workspace.remembered
        self._guess = Guess()
        #: Names a part that moved, to screens over this one. They unsubscribe: what watches a reactive is held by it.
        self.moved_signal: Signal[str] = Signal(self, "moved")
        self.set_reactive(MainScreen.now, now_ms())

    # The first frame: plain lines with what was known last time; all else comes after it

    def compose(self) -> ComposeResult:
        yield Bar(self._header(), id="header")
        for id in ("as-of", "as-of-unknown"):
            bar = Bar(id=id)
            bar.display = False
            yield bar
        yield PlaceBar(id="places")
        with Container(id="body"):
            yield LinesView(first_lines(self._remembered, symbols(self.app)), id="first", focusable=False)
        yield FooterBar(id="footer")
        yield LinesView((line(SMALL),), id="small", focusable=False)

    def on_mount(self) -> None:
        for name in ("runs", "experiments", "primary", "history", "lineage"):
            self.watch(self, name, partial(self.moved_signal.publish, name), init=False)
        self.query_one("#places", PlaceBar).show_tabs(all_tabs(), self._number)
        if self._remembered is None:  # a frame that has nothing to tell would hold up the first that has
            self.call_later(self._furnish)
        else:
            self.call_after_refresh(self._furnish)

    async def _furnish(self) -> None:
        from mltui.tui.widgets.filterbar import FilterBar

        if self._gone():
            return
        self._furnished = True
        self._recall()
        await self.mount(FilterBar(id="filter"), before="#footer")
        await self._bring(self._start or Spot(self._number, None))
        if self._gone():
            return
        await self.query_one("#first").remove()
        self.feeds.deliver(lambda part: self.post_message(Loaded(part)))
        self._starting.begin()
        self.set_interval(MINUTE, self._tick)
        self.app.app_resume_signal.subscribe(self, lambda _: self.feeds.kick())

    def _gone(self) -> bool:
        """Whether somebody quit meanwhile."""
        return not self.is_attached

    def _recall(self) -> None:
        """Show what was known last time until it is read anew."""
        if (memory := self._remembered) is None:
            return
        for part in (memory.git, memory.pipeline, memory.stores, memory.models):
            if part.value is not None and getattr(self, part.name) is None:
                self._timed.take(part)
        if memory.newest.value and self.runs is None:
            self._timed.take(Part("runs", RunTable(memory.newest.value, False, ()), None, memory.newest.read_at))

    def on_unmount(self) -> None:
        self.sleep()

    def sleep(self) -> None:
        """Read nothing any more; for good."""
        self.app.app_resume_signal.unsubscribe(self)  # Textual's signals keep who subscribed
        self._starting.stop()
        self._keeping.stop()
        self._tidying.stop()
        self.hash_now.stop()

    # Parts come in

    def on_loaded(self, message: Loaded) -> None:
        """A part arrived: drop it if it is late, else hand it on."""
        message.stop()
        part = message.part
        if part.sequence > self._sequences.get(part.name, 0):
            self._sequences[part.name] = part.sequence
            self._timed.take(part)
            self._telling.came(part)
            self._tidying.soon()
            if part.name == "pipeline":
                self._starting.pipeline_came(part.value)
            self._keeping.soon()
            self._join(part)

    def _join(self, part: Part[Any]) -> None:
        """What joins the parts is read again when one of them moved, if anybody wanted it so far."""
        if part.name not in LATE:
            self.feeds.kick(*LATE)

    def take(self, name: str, part: Part[Any]) -> None:
        self.now = self.moment()
        if name == "pipeline":
            self._answered = part
        else:
            setattr(self, name, part)
        if name in ("git", "pipeline"):
            self.pipeline = at_head(self._answered, self.git)
        if name in ("runs", "pipeline"):
            self._find_primary()
        if name == "runs":
            self._starting.runs_came()
        if name == "history" and self._timed.then is not None:
            self._reach_back(part)
        self.mark_empty()
        self.query_one("#header", Bar).show(self._header())
        if name == "jobs":
            self._going.jobs_came(part.value or ())
        if self._timed.then is not None:
            self._show_time()
        self.refresh_bars()

    def on_place_more_wanted(self, message: Place.MoreWanted) -> None:
        """Somebody scrolled near the end: bring the next piece, if there is one."""
        message.stop()
        part = getattr(self, message.name)
        if part and part.value is not None and not part.value.complete:
            self.feeds.more(message.name)

    def on_place_keys_wanted(self, message: Place.KeysWanted) -> None:
        """Somebody asked for a column, an order, a group or a lineage: read it now, paused or not."""
        message.stop()
        self.want(message.name)

    def on_place_read_aside(self, message: Place.ReadAside) -> None:
        """What took memory for that is no longer needed."""
        message.stop()
        self._tidying.soon()

    def want(self, name: str) -> None:
        """Have a part read now, paused or not, and from now on if it is one that is not read unasked."""
        self.feeds.start((name,))
        self.feeds.look(name)

    def _find_primary(self) -> None:
        table = self.runs.value if self.runs else None
        pipeline = self.pipeline.value if self.pipeline else None
        config, read = self.workspace.config, self._sequences.keys()
        self.primary = self._guess.again(self.primary, config, table, pipeline, read=read)

    def _tick(self) -> None:
        self.now = self.moment()
        self._tidying.each_minute()

    # Another time

    def _reach_back(self, part: Part[Any]) -> None:
        """What was read of the history may be newer than then: read on until there is a screenful."""
        if part.value is not None and not part.value.complete and len(part.value.commits) < SCREENFUL:
            self.feeds.more("history")

    # What commands ask of the screen

    def parts(self) -> Parts:
        return {name: getattr(self, name) for name in PARTS}

    @property
    def filter_bar(self) -> FilterBar:
        """The line in which a filter is typed."""
        from mltui.tui.widgets.filterbar import FilterBar

        return self.query_one(FilterBar)

    def problems(self) -> list[Problem]:
        """Everything that could not be read."""
        found = list(self.workspace.config.problems)
        for part in self.parts().values():
            if part and part.problem and not part.problem.absent:
                found.append(part.problem)
            found.extend(getattr(part.value, "problems", ()) if part else ())
        found += [Problem("mlflow", each.problem, each.hint, each.uri) for each in self.store_list() if each.problem]
        return each_once([problem for problem in found if not problem.absent])

    def toggle_all_experiments(self) -> None:
        """`*`: the runs of every experiment, or of those in scope again. For this session only."""
        from mltui.actions.user_state import choices
        from mltui.tui.screens.choices import reopen

        everything = self.workspace.config.experiments == ("*",)
        scope = choices(self.workspace.project).experiments if everything else ("*",)
        reopen(self, {"experiments": scope}, {})

    def pause(self) -> None:
        """Stop refreshing, or go on."""
        self.feeds.paused = not self.feeds.paused
        if not self.feeds.paused:
            self.feeds.kick()
        self.query_one("#header", Bar).show(self._header())

    def read_again(self) -> None:
        """Read everything again, paused or not."""
        self.feeds.kick(force=True)
        self.say("reading again", "dim")

    def store_list(self) -> tuple[Store, ...]:
        """The stores found."""
        return (self.stores.value or ()) if self.stores else ()

    def active_store(self) -> Store | None:
        """The store that is looked at."""
        return next((store for store in self.store_list() if store.active), None)

    def metric_keys(self) -> list[str]:
        """Every metric one could look at: those of runs first, then those of DVC's metrics files."""
        table = self.runs.value if self.runs else None
        pipeline = self.pipeline.value if self.pipeline else None
        keys = [*(table.metric_keys if table else ()), *(pipeline.metric_keys if pipeline else ())]
        return list(dict.fromkeys(keys))

    def mode(self) -> str:
        if self.workspace.as_of is not None:
            return "as of"
        return "read-only" if self.workspace.config.read_only else "read-write"

    def _header(self) -> list[Any]:
        parts = [getattr(self, name) for name in PARTS]
        read = [part.read_at for part in parts if part]
        read_at = max((at for at in read if at <= now_ms()), default=min(read, default=0))  # a clock may have gone back
        memory = self._remembered
        return header_pieces(
            self.workspace.project.name,
            self.git or (memory.git if memory else None),
            self.stores or (memory.stores if memory else None),
            problems=self.problems(),
            read_at=read_at,  # the first frame's lines say of when they are
            symbols=symbols(self.app),
            paused=self.feeds.paused,
            experiments=len(self.experiments.value or ()) if self.experiments else 0,
            then=self.workspace.as_of is not None,
            job=running_line((self.jobs.value or ()) if self.jobs else (), self.moment(), symbols(self.app)),
        )
