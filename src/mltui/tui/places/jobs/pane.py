"""The right side of the Jobs place: the detail of a job, or its log."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from mltui.model.job import Job
from mltui.model.key_names import key_of
from mltui.present.text import line, safe
from mltui.sources.logs.indexed import IndexedLog
from mltui.tui.symbols import symbols
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.logview import LogView

LOG: Final = "log"


class JobPane(Container):
    """The detail or the log; the lower border names both with their key."""

    front = ""

    def compose(self) -> ComposeResult:
        yield LinesView(id="detail")
        log = LogView(id=LOG, classes="page")
        log.display = False
        yield log

    def on_mount(self) -> None:
        self._name_pages()

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)

    def turn_to(self, page: str) -> None:
        """Bring the log to the front, or with "" the detail."""
        self.front = page
        self.query_one("#detail").display = page != LOG
        self.view.display = page == LOG
        self._name_pages()

    def show_log(self, job: Job | None) -> None:
        """Show the log of this job while the log is in front; None: nobody looks at it."""
        if job is None:
            self.view.rest()
        elif job.state == "queued":
            self.view.close((line("It waits for its turn: nothing was printed yet."),))
        else:
            self.view.open(IndexedLog(job.log), job.spec.title)

    def enter(self) -> None:
        """Give the focus to what is in front."""
        (self.view if self.front == LOG else self.query_one("#detail")).focus(scroll_visible=False)

    def _name_pages(self) -> None:
        dot = symbols(self.app).dot
        log = key_of("page.log")
        words = f" {log} detail {dot} [log] " if self.front == LOG else f" [detail] {dot} {log} log "
        for child in self.children:
            child.border_subtitle = Content(safe(words))
