"""The page `charts` of the Runs place."""

from __future__ import annotations

from textual.app import ComposeResult

from mltui.model.runs import Run
from mltui.present.text import line, safe
from mltui.tui.places.runs.page import Page
from mltui.tui.widgets.lines import LinesView


class ChartsPage(Page):
    """Charts of the chosen runs."""

    def compose(self) -> ComposeResult:
        yield LinesView(title="Charts", classes="panel")

    def show_runs(self, runs: tuple[Run, ...]) -> None:
        self.query_one(LinesView).show([line(safe(run.name or run.run_id)) for run in runs])
