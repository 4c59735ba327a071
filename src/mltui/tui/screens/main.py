"""The main screen: header, places, footer; it receives the parts and hands them on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from textual.app import ComposeResult
from textual.containers import Container
from textual.reactive import reactive

from mltui.model.metric import PrimaryMetric, primary_metric
from mltui.model.part import Part, Problem
from mltui.model.runs import RunTable, Store
from mltui.present.as_of import as_of_words, loud_words
from mltui.present.text import Span, line, safe
from mltui.sources.port import now_ms
from mltui.tui.at_head import at_head
from mltui.tui.collector import tidy, trim
from mltui.tui.feeds import LATE, PARTS, Feeds
from mltui.tui.first import first_lines
from mltui.tui.keeping import Keeping
from mltui.tui.loaded import Loaded
from mltui.tui.places.base import Parts, Place
from mltui.tui.screens.as_of_parts import Timed
from mltui.tui.screens.navigation import PlacesScreen
from mltui.tui.symbols import symbols
from mltui.tui.trail import Spot
from mltui.tui.widgets.bar import Bar, Piece
from mltui.tui.widgets.footer import FooterBar
from mltui.tui.widgets.header import each_once, header_pieces
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.placebar import PlaceBar, all_tabs

if TYPE_CHECKING:
    from mltui.model.as_of import AsOf
    from mltui.sources.workspace import Workspace
    from mltui.tui.pulse import Pulse
    from mltui.tui.widgets.filterbar import FilterBar

#: Ages on screen move once a minute; nothing else does by itself (seconds).
MINUTE = 60.0
#: So long after the start most of it is read, and what that took goes back to the system (seconds).
SETTLED = 8.0
#: Said below the smallest size that shows anything of use.
SMALL = "mltui needs 40 columns and 10 lines"
#: What was read ahead of the screen is drawn in about this time; then the rest is read (seconds).
AHEAD_DRAWN = 0.1
#: The newest runs are listed in a worker and drawn in about this time after they came (seconds).
DRAWING = 0.12
#: So many commits of another time are read before somebody scrolls.
SCREENFUL = 100


class MainScreen(PlacesScreen):
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
    lineage: reactive[Part[Any] | None] = reactive(None, init=False, repaint=False)
    primary: reactive[PrimaryMetric | None] = reactive(None, init=False, repaint=False)
    now: reactive[int] = reactive(0, init=False, repaint=False)

    def __init__(self, feeds: Feeds, kinds: Sequence[type[Place]] = (), start: Spot | None = None) -> None:
        super().__init__(start)
        self.feeds = feeds
        self.workspace = workspace = feeds.workspace
        self._given_kinds = tuple(kinds)
        self._answered: Part[Any] | None = None
        self._sequences: dict[str, int] = {}
        self._timed = Timed(self, lambda part: self._take(part.name, part), self._looked_elsewhere)
        self._pulse: Pulse | None = None
        self._keeping = Keeping(self)
        self._asleep = False
        self._untidy = False
        self._remembered = workspace.remembered
        self._guess_stands = False  # all that a primary metric is guessed by was there
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
        self.query_one("#places", PlaceBar).show_tabs(all_tabs(), self._number)
        if self._remembered is None:  # a frame that has nothing to tell would hold up the first that has
            self.call_later(self._furnish)
        else:
            self.call_after_refresh(self._furnish)

    async def _furnish(self) -> None:
        from mltui.tui.places.registry import all_places
        from mltui.tui.pulse import Pulse
        from mltui.tui.widgets.filterbar import FilterBar

        self.use_places(self._given_kinds or await asyncio.to_thread(all_places))
        self._recall()
        await self.mount(FilterBar(id="filter"), before="#footer")
        await self._bring(self._start or Spot(self._number, None))
        await self.query_one("#first").remove()
        self.feeds.deliver(lambda part: self.post_message(Loaded(part)))
        self._pulse = Pulse(self.workspace, self.feeds)
        # after the next frame, and not before it: that one is still the place without what is in it
        self.call_after_refresh(self.call_after_refresh, self._read)
        self.set_interval(MINUTE, self._tick)
        self.set_timer(SETTLED, lambda: threading.Thread(target=trim, daemon=True).start())
        self.app.app_resume_signal.subscribe(self, lambda _: self.feeds.kick())

    def _read(self) -> None:
        """Begin to read once what is known is drawn: the threads that read share the interpreter with the drawing."""
        if self.feeds.begun:
            self.set_timer(AHEAD_DRAWN, self._read_all)
        else:
            self._read_all()

    def _read_all(self) -> None:
        if self._asleep or self._pulse is None:
            return
        self.feeds.start()
        self._pulse.start()

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
        self._asleep = True
        self.feeds.stop()
        if self._pulse:
            self._pulse.stop()
        self._keeping.stop()

    # Parts come in

    def on_loaded(self, message: Loaded) -> None:
        """A part arrived: drop it if it is late, else hand it on."""
        message.stop()
        part = message.part
        if part.sequence > self._sequences.get(part.name, 0):
            self._sequences[part.name] = part.sequence
            self._timed.take(part)
            self._untidy = True
            if self._pulse and part.name == "pipeline":
                self._pulse.look_at(part.value)
            self._keeping.soon()
            self._join(part)

    def _join(self, part: Part[Any]) -> None:
        """What joins the parts is read again when one of them moved, if anybody wanted it so far."""
        if part.name not in LATE:
            self.feeds.kick(*LATE)

    def _take(self, name: str, part: Part[Any]) -> None:
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
            self.set_timer(DRAWING, self.feeds.go_on)
        if name == "history" and self._timed.then is not None:
            self._reach_back(part)
        self.mark_empty()
        self.query_one("#header", Bar).show(self._header())
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

    def want(self, name: str) -> None:
        """Have a part read now, paused or not, and from now on if it is one that is not read unasked."""
        self.feeds.start((name,))
        self.feeds.look(name)

    def _find_primary(self) -> None:
        """A guess stays while some run has that metric: columns, order and charts are not to change because a run came
        or went. What was remembered, and one part before the other is read, make none that stays."""
        config = self.workspace.config
        pipeline = self.pipeline.value if self.pipeline else None
        table = self.runs.value if self.runs else None
        runs = table.runs if table else ()
        if self._guess_stands and self.primary and any(self.primary.key in run.metrics for run in runs):
            return
        self.primary = primary_metric(config.primary, config.goals, pipeline.metric_keys if pipeline else (), runs)
        self._guess_stands = bool(runs) and self._sequences.keys() >= {"runs", "pipeline"}

    def _tick(self) -> None:
        self.now = self.moment()
        if self._untidy:
            self._untidy = False
            tidy()

    # Another time

    def ask_as_of(self, offered: str) -> None:
        """`t`: ask which time to look at; with nothing typed it is now. `offered` is what the cursor is on."""
        from mltui.tui.screens.as_of import AsOfDialog

        then = self._timed.then
        unknown = [each.summary for each in then.problems()] if then else []
        offered = offered if then is None else ""
        dialog = AsOfDialog(self.feeds.workspace, self.look_as_of, offered=offered, now=then is None, unknown=unknown)
        self.app.push_screen(dialog)

    def look_as_of(self, as_of: AsOf | None) -> None:
        """Show another time in all places, or now again."""
        if as_of is None:
            self._timed.back()
            return
        note = f"; {as_of.note}" if as_of.note else ""
        self.say(f"reading what there was as of {as_of_words(as_of)}{note}", "dim")
        self._timed.go_to(self.feeds.workspace, as_of)

    def _looked_elsewhere(self) -> None:
        """From now on places, commands and their screens read through another workspace."""
        then = self._timed.then
        self.workspace = cast("Workspace", then) if then else self.feeds.workspace
        self.app.workspace = self.workspace  # type: ignore[attr-defined]
        self.now = self.moment()
        self.say("" if then else "this is now", "dim")
        self._show_time()

    def _show_time(self) -> None:
        """The loud line below the first one, and below it what is not known of then."""
        then = self._timed.then
        loud, unknown = self.query_one("#as-of", Bar), self.query_one("#as-of-unknown", Bar)
        loud.display = then is not None
        said = "; ".join(each.summary for each in then.problems()) if then else ""
        unknown.display = bool(said)
        if then is not None:
            loud.show([Piece(line(loud_words(then.as_of)))])
            unknown.show([Piece(line(Span(f"not known of then: {safe(said)}", "note")))])

    def moment(self) -> int:
        """The moment ages are counted from, epoch ms."""
        then = self._timed.then
        return now_ms() if then is None else then.as_of.at

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
        read_at = max((part.read_at for part in parts if part), default=0)
        memory = self._remembered
        return header_pieces(
            self.workspace.project.name,
            self.git or (memory.git if memory else None),
            self.stores or (memory.stores if memory else None),
            problems=len(self.problems()),
            read_at=read_at,  # the first frame's lines say of when they are
            symbols=symbols(self.app),
            paused=self.feeds.paused,
            experiments=len(self.experiments.value or ()) if self.experiments else 0,
            then=self.workspace.as_of is not None,
        )
