"""The page `log` of the Runs place: the end of the log of a run, which goes on growing while one looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer

from mltui.errors import SourceError
from mltui.model.runs import Run
from mltui.present.layout import GAP, joined_words
from mltui.present.log_text import LogText
from mltui.present.marks import stamp
from mltui.present.text import Line, Span, line, safe, size
from mltui.tui.asking import Asker
from mltui.tui.places.base import Place
from mltui.tui.places.outside import Outside
from mltui.tui.places.runs.page import Page
from mltui.tui.symbols import symbols
from mltui.tui.widgets.lines import LinesView
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.logs import LogFile, Tail
    from mltui.sources.logs.tail import Chunk
    from mltui.sources.mlflow.artifacts import Artifacts

#: How often a log that is shown is looked at (seconds).
TICK = 1.0
#: A log that only a server has is read whole, up to this size (bytes).
SERVED = 4 << 20


class LogPage(Page):
    """Log of the run under the cursor. ``left`` and ``right`` go through its files; at the end it follows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "other(-1)", "Former log", show=False),
        Binding("right", "other(1)", "Next log", show=False),
    ]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._run: Run | None = None
        self._files: tuple[LogFile, ...] = ()
        self._looked: tuple[str, ...] = ()
        self._artifacts: Artifacts | None = None
        self._at = 0
        self._tail: Tail | None = None
        self._text = LogText()
        self._last: Chunk | None = None
        self._said = self._state = ""
        self._asker = Asker()
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self._text.symbols = symbols(self.app)

    def compose(self) -> ComposeResult:
        yield LinesView(title="Log", classes="panel")

    @property
    def view(self) -> LinesView:
        return self.query_one(LinesView)

    # Which run

    def show_runs(self, runs: tuple[Run, ...]) -> None:
        run = runs[0] if runs else None
        if self._run is None or run is None or run.run_id != self._run.run_id:
            self._run, self._files, self._at, self._artifacts = run, (), 0, None
            self._begin()
            self._entitle("")
            self.view.show([line(Span("looking for its log", "dim"))] if run else [], keep_scroll=False)
            if run is not None:
                begin(self, self._find, run, group="log")
        if self._timer is None and self._tail is not None:
            self._timer = self.set_interval(TICK, self.look)

    def put_away(self) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    async def _find(self, run: Run) -> None:
        try:
            self._files = await self._asker.ask(lambda: self._found(run))
        except SourceError as error:
            self._show_problem(error)
            return
        if self._files:
            self.post_message(Place.KeysMoved())  # there is something to open now
            self._open()
            return
        where = [line(Span(f"looked for: {safe(each)}", "note")) for each in self._looked]
        self.view.show([line("No log of this run was found."), *where], keep_scroll=False)

    def _found(self, run: Run) -> tuple[LogFile, ...]:
        """In a thread: the run as a whole, for a table's row may lack the tags that name a job."""
        reader = self.workspace.reader(wait=False) if run.kind == "run" and not run.problem else None
        whole = reader.run(run.run_id) if reader is not None else run
        self._artifacts = self.workspace.artifacts.of(whole, reader.store) if reader is not None else None
        self._looked = self.workspace.logs.looked(whole)
        return self.workspace.logs.of(whole, self._artifacts)

    # Which file

    def action_other(self, by: int) -> None:
        if len(self._files) > 1:
            self._at = (self._at + by) % len(self._files)
            self._begin()
            self._open()

    def _begin(self) -> None:
        self._stop()
        self._tail, self._last, self._said = None, None, ""
        self._text.clear()

    def _open(self) -> None:
        from mltui.sources.logs import Tail

        file = self._files[self._at]
        if file.path:
            self._tail = Tail(file.path)
            self._timer = self.set_interval(TICK, self.look)
            self.look()
        else:
            begin(self, self._read_served, file, group="log")

    def look(self) -> None:
        """See whether something was written, and show it."""
        if self._tail is not None:
            begin(self, self._read, self._tail, group="log")

    async def _read(self, tail: Tail) -> None:
        try:
            chunk = await self._asker.ask(tail.read)
        except SourceError as error:
            self._show_problem(error)
            return
        if chunk is not None and tail is self._tail:
            self._grow(chunk)

    async def _read_served(self, file: LogFile) -> None:
        artifacts, artifact = self._artifacts, file.artifact
        if artifacts is None or artifact is None:
            return
        try:
            excerpt = await self._asker.ask(lambda: artifacts.read(artifact.path, artifact.size, SERVED))
        except SourceError as error:
            self._show_problem(error)
            return
        self._text.feed(excerpt.data)
        cut = "  only its beginning" if excerpt.cut else ""
        self._entitle(f"{size(excerpt.size)}  asked of the server once{cut}")
        self.view.show(self._text.lines, keep_scroll=False)

    # Drawing

    def _grow(self, chunk: Chunk) -> None:
        view = self.view
        first = self._last is None
        following = first or view.scroll_offset.y >= view.max_scroll_y
        if chunk.again:
            self._text.clear()
            self._said = {"rotated": "a new file of that name", "truncated": "it was emptied"}.get(chunk.why, "")
        self._text.feed(chunk.data)
        self._last = chunk
        self._entitle(f"{size(chunk.size)}  {stamp(chunk.written)}")
        view.show([*self._before(chunk), *self._text.lines])
        if following:
            view.scroll_end(animate=False)

    def _before(self, chunk: Chunk) -> list[Line]:
        """That the log begins earlier than what is shown."""
        left_out = f"{size(chunk.before)} before this are not shown" if chunk.again and chunk.before else ""
        words = [each for each in (self._said, left_out) if each]
        if self._text.dropped:
            words.append(f"{self._text.dropped:,} earlier lines are not shown")
        return [line(Span("; ".join(words), "note"))] if words else []

    def _entitle(self, state: str) -> None:
        """``Log  calm-hare  2 of 4  train.log  8 kB  2026-11-23 12:00``: when it was written."""
        self._state = state
        signs = symbols(self.app)
        file = self._files[self._at] if self._files else None
        words = [
            "Log",
            safe(self._run.name or self._run.run_id, signs) if self._run else "",
            f"{self._at + 1} of {len(self._files)}" if len(self._files) > 1 else "",
            safe(_short(file.artifact.path if file.artifact else file.path), signs) if file else "",
            *state.split(GAP),
        ]
        self.view.entitle(joined_words(words, (1, 3), self.view.title_room, signs.more))

    def on_resize(self) -> None:
        self.call_after_refresh(lambda: self._entitle(self._state))

    def _show_problem(self, error: SourceError) -> None:
        self.view.show([line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "note"))])

    def outside(self) -> Outside | None:
        file = self._files[self._at] if self._files else None
        return Outside(file.path, True) if file and file.path else None


def _short(path: str) -> str:
    """The end of a path, where its name is."""
    names = path.split("/")
    return path if len(names) < 4 else "/".join(names[-2:])
