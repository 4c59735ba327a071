"""The page `log` of the Runs place: the log of a run from its end, which goes on growing while one looks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from mltui.errors import SourceError
from mltui.model.runs import Run
from mltui.present.text import Span, line, safe
from mltui.tui.asking import Asker
from mltui.tui.places.base import Place
from mltui.tui.places.logged import ShowsLog
from mltui.tui.places.outside import Outside
from mltui.tui.places.runs.page import Page
from mltui.tui.widgets.logview import LogView
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.logs import LogFile
    from mltui.sources.mlflow.artifacts import Artifacts

#: Where a log comes from whose name tells nothing.
QUEUE = "DVC's queue"
#: A log that only a server has is read whole, up to this size (bytes).
SERVED = 4 << 20


class LogPage(Page, ShowsLog):
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
        self._served: LogFile | None = None
        self._asker = Asker()

    def compose(self) -> ComposeResult:
        yield LogView(classes="panel")

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)

    # Which run

    def show_runs(self, runs: tuple[Run, ...]) -> None:
        run = runs[0] if runs else None
        if self._run is None or run is None or run.run_id != self._run.run_id:
            self._run, self._files, self._at, self._artifacts, self._served = run, (), 0, None, None
            self.view.close([line(Span("looking for its log", "dim"))] if run else [], *self._names())
            if run is not None:
                begin(self, self._find, run, group="log")
        elif self._files:
            self._open()

    def put_away(self) -> None:
        self.view.rest()

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
        self.view.close([line("No log of this run was found."), *where], *self._names())

    def _found(self, run: Run) -> tuple[LogFile, ...]:
        """In a thread: the run as a whole, for a table's row may lack the tags that name a job."""
        reader = self.workspace.reader(wait=False) if run.kind == "run" and not run.problem else None
        whole = reader.run(run.run_id) if reader is not None else run
        self._artifacts = self.workspace.artifacts.of(whole, reader.store) if reader is not None else None
        self._looked = self.workspace.logs.looked(whole)
        return self.workspace.logs.of(whole, self._artifacts)

    # Which file

    def has_other_files(self) -> bool:
        return len(self._files) > 1

    def action_other(self, by: int) -> None:
        if self.has_other_files():
            self._at = (self._at + by) % len(self._files)
            self._open()

    def _open(self) -> None:
        from mltui.sources.logs import IndexedLog

        file = self._files[self._at]
        if file.path:
            self.view.open(IndexedLog(file.path), *self._names())
        elif self._served != file:
            begin(self, self._read_served, file, group="log")

    def look(self) -> None:
        """See whether something was written, and show it."""
        self.view.look()

    async def _read_served(self, file: LogFile) -> None:
        from mltui.sources.logs import HeldLog

        artifacts, artifact = self._artifacts, file.artifact
        if artifacts is None or artifact is None:
            return
        try:
            excerpt = await self._asker.ask(lambda: artifacts.read(artifact.path, artifact.size, SERVED))
        except SourceError as error:
            self._show_problem(error)
            return
        self._served = file
        cut = "  only its beginning" if excerpt.cut else ""
        log = HeldLog(excerpt.data, excerpt.size or len(excerpt.data), None)
        self.view.open(log, *self._names(), note=f"asked of the server once{cut}")

    def _names(self) -> tuple[str, ...]:
        """``calm-hare``, ``2 of 4``, ``train.log``."""
        if self._run is None:
            return ()
        file = self._files[self._at] if self._files else None
        return (
            self._run.name or self._run.run_id,
            f"{self._at + 1} of {len(self._files)}" if len(self._files) > 1 else "",
            _named(file) if file else "",
        )

    def _show_problem(self, error: SourceError) -> None:
        self.view.close([line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "note"))], *self._names())

    def saved_as(self, path: str) -> str:
        return Path(path).name

    def outside(self) -> Outside | None:
        file = self._files[self._at] if self._files else None
        return Outside(file.path, True) if file and file.path else None


def _named(file: LogFile) -> str:
    if file.origin == QUEUE:  # it calls the file by a commit that says nothing to anybody
        return file.origin
    return _short(file.artifact.path if file.artifact else file.path)


def _short(path: str) -> str:
    """The end of a path, where its name is."""
    names = path.split("/")
    return path if len(names) < 4 else "/".join(names[-2:])
