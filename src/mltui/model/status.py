"""One moment of a project, whole: what `mltui status` prints and the Overview shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mltui.model.metric import PrimaryMetric
from mltui.model.part import Part, Problem
from mltui.model.runs import Run, Store

if TYPE_CHECKING:
    from mltui.model.dvc import Dataset, DvcExperiment, Pipeline
    from mltui.model.git import GitState
    from mltui.model.job import Job
    from mltui.model.registry import RegisteredModel

AttentionKind = Literal["stage", "run", "job", "model", "problem"]


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing that needs somebody: an entry of the Overview's *Needs you*."""

    kind: AttentionKind
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every part of one moment. `newest` are the newest runs of the active store in scope;
    `latest` is the newest run of each of its experiments in scope, without metrics; `jobs` are newest first.
    """

    project: str
    git: Part[GitState]
    pipeline: Part[Pipeline]
    stores: Part[tuple[Store, ...]]
    models: Part[tuple[RegisteredModel, ...]]
    newest: Part[tuple[Run, ...]]
    experiments: Part[tuple[DvcExperiment, ...]]
    latest: tuple[Run, ...] = ()
    primary: PrimaryMetric | None = None
    problems: tuple[Problem, ...] = ()
    jobs: Part[tuple[Job, ...]] = Part("jobs")  # noqa: RUF009 - frozen

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        return self.pipeline.value.datasets if self.pipeline.value else ()
