"""Jobs: what mltui itself started."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.reactive import reactive

from mltui.errors import MltuiError
from mltui.model.dvc import DvcExperiment, Stage
from mltui.model.job import Job
from mltui.model.made import Made
from mltui.model.metric import PrimaryMetric
from mltui.model.runs import JOB_TAG, RunTable
from mltui.present.job_detail import job_detail
from mltui.present.jobs import JobScene, job_rows, made_by
from mltui.present.rows import Rows
from mltui.present.text import Line, safe
from mltui.sources.port import now_ms
from mltui.tui.asking import Asker
from mltui.tui.feeds import LATE
from mltui.tui.places.base import Place, bound
from mltui.tui.places.jobs.pane import LOG, JobPane
from mltui.tui.places.logged import ShowsLog
from mltui.tui.places.master import MasterDetail
from mltui.tui.places.outside import Outside
from mltui.tui.places.parts import (
    ExperimentsPart,
    JobsPart,
    ModelsPart,
    PipelinePart,
    RunsPart,
    runs_of,
    scene_of,
    value,
)
from mltui.tui.places.registry import JOBS, Known
from mltui.tui.places.seconds import EverySecond
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.working import begin


@dataclass(frozen=True, slots=True)
class _Known:
    """What a job made, and what that stands on. The table of runs is held: its address may be another one's later."""

    job: str
    standing: Hashable
    runs: RunTable | None
    made: Made

    def stands(self, job: str, standing: Hashable, runs: RunTable | None) -> bool:
        return self.job == job and self.standing == standing and self.runs is runs


def _stages(pipeline: PipelinePart) -> Sequence[Stage]:
    known = value(pipeline)
    return known.stages if known is not None else ()


class JobsPlace(MasterDetail[Job], EverySecond, ShowsLog):
    """What is running, and what came of it?"""

    known: ClassVar[Known] = JOBS
    placeholder: ClassVar[str] = "reading jobs"
    told_only: ClassVar[frozenset[str]] = frozenset((*LATE, "pipeline"))
    first_keys: ClassVar[Sequence[str]] = (
        *("leave", "stop", "log.search", "log.wrap", "log.save", "page.log", "experiment", "retrain", "undo"),
        "filter",
    )

    jobs: reactive[JobsPart] = bound(None)
    runs: reactive[RunsPart] = bound(None)
    models: reactive[ModelsPart] = bound(None)
    experiments: reactive[ExperimentsPart] = bound(None)
    pipeline: reactive[PipelinePart] = bound(None)
    primary: reactive[PrimaryMetric | None] = bound(None)
    now: reactive[int] = bound(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._fetcher, self._fetching = Asker(), False
        self._made: _Known | None = None  #: of the job looked at last

    # Rows and detail

    def content(self) -> ComposeResult:
        yield VirtualTable(placeholder=self.placeholder, id="master")
        yield JobPane(id="side")

    @property
    def side(self) -> JobPane:
        return self.query_one(JobPane)

    def enter_side(self) -> None:
        self.side.enter()

    def rows(self) -> Rows[Job] | None:
        return None if value(self.jobs) is None else job_rows(self._view())

    def detail(self, item: Job) -> tuple[str, Sequence[Line]]:
        known = self._made.made if self._made is not None and self._made.job == item.id else None
        return safe(item.spec.title, self.symbols), job_detail(item, self._view(), known)

    def whole_detail(self, item: Job) -> tuple[str, Sequence[Line]] | None:
        from mltui.sources.jobs.made import made
        from mltui.sources.jobs.missing_outs import missing_outs

        stages, runs = _stages(self.pipeline), value(self.runs)
        asks = tuple((stage.address, stage.wdir, tuple(stage.metrics)) for stage in stages)
        steps = tuple(step.state for step in item.steps)
        gone = missing_outs(item, self.workspace.project.root)
        standing = item.state, item.experiment, item.commit_made, item.stage, steps, asks, gone
        known = self._made
        if item.start is None or (known is not None and known.stands(item.id, standing, runs)):
            return None
        found = made(self.workspace, item, stages)
        self._made = _Known(item.id, standing, runs, found)
        return safe(item.spec.title, self.symbols), job_detail(item, self._view(), found)

    def _view(self) -> JobScene:
        now = now_ms() if self.goes_on() else self.now
        scene = scene_of(self.runs, self.models, self.primary, now, self.symbols)
        known = value(self.experiments)
        there = frozenset(text for one in known for text in (one.name, one.commit)) if known is not None else None
        return JobScene(scene, value(self.jobs) or (), made_by(runs_of(self.runs), JOB_TAG), there)

    def goes_on(self) -> bool:
        running = any(not job.ended for job in value(self.jobs) or ())
        return running and self.workspace.as_of is None

    def taken_in(self) -> None:
        super().taken_in()
        self.count_seconds()

    def a_second_later(self) -> None:
        """Only what runs and is looked at is drawn anew, and looked at again."""
        self.post_message(self.KeysWanted("jobs"))
        self.rebuild()

    # The log

    def pages(self) -> Sequence[str]:
        return (LOG,)

    def turn_to(self, page: str) -> None:
        self.side.turn_to("" if self.side.front == page and self.side.display else page)
        self._read_detail()
        self.inside = True
        self.enter_side()
        self.post_message(self.KeysMoved())

    def front_page(self) -> str:
        return self.side.front

    def _read_detail(self) -> None:
        self._show_log()
        super()._read_detail()

    def _show_log(self) -> None:
        job = self.job()
        self.side.show_log(job if self.side.front == LOG and self.display else None)
        if job is not None and job.spec.mode == "remote" and self.side.front == LOG and self.display:
            begin(self, self._fetch, job, group="fetch", exclusive=False)

    async def _fetch(self, job: Job) -> None:
        """Bring home what a job on another box printed since."""
        if self._fetching:
            return
        workspace = self.workspace

        def fetch() -> None:
            from mltui.actions.jobs.fetching import fetch_log

            while fetch_log(workspace.project, workspace.runner, workspace.config, job):
                pass

        self._fetching = True
        try:
            await self._fetcher.ask(fetch)
        except MltuiError as error:
            self.post_message(Place.Said(error.summary))
        finally:
            self._fetching = False
        if self.job() is job:
            self.side.view.look()

    def come_to_front(self) -> None:
        super().come_to_front()
        self._read_detail()  # what only details tell of may have moved meanwhile

    def detail_shown(self) -> bool:
        return bool(self.display) and super().detail_shown() and self.side.front != LOG

    def job(self) -> Job | None:
        """The job under the cursor."""
        return self._items.get(self.looked_at or "")

    def chosen_experiments(self) -> Sequence[DvcExperiment]:
        """What the job under the cursor made: ``X`` applies it from here."""
        job = self.job()
        made = job.experiment if job is not None else None
        return [one for one in value(self.experiments) or () if made and made in (one.name, one.commit)]

    def saved_as(self, path: str) -> str:
        return f"{self.looked_at or 'job'}.log"

    def outside(self) -> Outside | None:
        job = self.job()
        return Outside(job.log, True) if job is not None else None

    def special(self) -> Sequence[str]:
        return ("Log",) if self.side.front == LOG and self.inside else ("Writing", "Log")
