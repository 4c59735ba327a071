"""History: commits, and what came out of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.reactive import reactive

from mltui.errors import SourceError
from mltui.model.git import Commit
from mltui.model.metric import PrimaryMetric
from mltui.present.history import commit_detail, commit_rows
from mltui.present.rows import Rows
from mltui.present.text import Line, safe
from mltui.tui.places.base import Parts
from mltui.tui.places.master import MasterDetail
from mltui.tui.places.parts import (
    HistoryPart,
    ModelsPart,
    PipelinePart,
    RunsPart,
    says,
    scene_of,
    still_there,
    stood_in_the_way,
    traces_of,
    value,
)


class HistoryPlace(MasterDetail):
    """What happened, commit by commit; the join with runs, datasets and models."""

    number: ClassVar[int] = 2
    title: ClassVar[str] = "History"
    placeholder: ClassVar[str] = "reading the history"
    pieces: ClassVar[str] = "history"

    history: reactive[HistoryPart] = reactive(None, init=False, repaint=False)
    runs: reactive[RunsPart] = reactive(None, init=False, repaint=False)
    pipeline: reactive[PipelinePart] = reactive(None, init=False, repaint=False)
    models: reactive[ModelsPart] = reactive(None, init=False, repaint=False)
    primary: reactive[PrimaryMetric | None] = reactive(None, init=False, repaint=False)
    now: reactive[int] = reactive(0, init=False, repaint=False)

    @classmethod
    def missing(cls, parts: Parts) -> tuple[Line, ...]:
        part = parts.get("history")
        if part is None:
            return ()
        if part.value is not None:
            return () if part.value.commits else says("No commit yet.", "git commit", "makes the first one.")
        return stood_in_the_way(part) or says("No git repository here.", "git init", "makes one.")

    def rows(self) -> Rows[Commit] | None:
        if (known := value(self.history)) is None:
            return None
        self._traces = traces_of(self.runs, self.pipeline, self.models)
        self._commits = {commit.sha: commit for commit in known.commits}
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        return commit_rows(known.commits, self._traces, scene)

    def detail(self, key: str) -> tuple[str, Sequence[Line]]:
        from mltui.sources.git import commit_detail as read

        commit = still_there(self._commits, key)
        try:
            whole = read(self.workspace.project, key)
        except SourceError:
            whole = None  # the detail says that the files could not be read
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        return safe(commit.subject) or key, commit_detail(commit, whole, self._traces.of(key), scene)

    def note(self) -> str:
        known = value(self.history)
        return "older ones as you scroll" if known and not known.complete else ""
