"""The right side of the Data place: the timeline of a dataset, and below it the moment or the change looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Container

from mltui.model.timeline import Moment
from mltui.present.rows import Rows
from mltui.present.text import Line
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.prepared import Prepared
from mltui.tui.widgets.table import VirtualTable


class DataPane(Container):
    """A list to move in above what it tells: lines about one moment, or the files that two versions differ in."""

    def compose(self) -> ComposeResult:
        yield VirtualTable(placeholder="", id="timeline")
        yield LinesView(id="detail")
        yield VirtualTable(placeholder="no file differs", id="files")

    @property
    def timeline(self) -> VirtualTable:
        return self.query_one("#timeline", VirtualTable)

    @property
    def lines(self) -> LinesView:
        return self.query_one("#detail", LinesView)

    @property
    def files(self) -> VirtualTable:
        return self.query_one("#files", VirtualTable)

    def on_mount(self) -> None:
        self.files.display = False

    @property
    def below(self) -> LinesView | VirtualTable:
        """What stands below the timeline now."""
        return self.files if self.files.display else self.lines

    @property
    def moment(self) -> Moment | None:
        """What the cursor of the timeline is on."""
        table = self.timeline
        return table.rows.item(table.cursor_row) if table.cursor_key is not None else None

    def show_lines(self, title: str, lines: Sequence[Line], *, same: bool) -> None:
        """Lines below the timeline; `same` where they are a newer state of what was there."""
        self._bring(files=False)
        self.lines.entitle(title)
        self.lines.show(lines, keep_scroll=same)

    def show_files(self, title: str, rows: Rows[Any], prepared: Prepared | None = None) -> None:
        """Files below the timeline."""
        self._bring(files=True)
        self.files.entitle(title)
        self.files.set_rows(rows, prepared=prepared)

    def _bring(self, *, files: bool) -> None:
        """The focus stays below if it was there."""
        if files != self.files.display:
            had_focus = self.below.has_focus
            self.files.display, self.lines.display = files, not files
            if had_focus:
                self.below.focus(scroll_visible=False)
