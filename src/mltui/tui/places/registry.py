"""The seven places in order, and the one aside: all that is known of a place before somebody goes to it.

A place brings tables, charts and words of its own, a tenth of a second for all of them. So each is imported when it is
first gone to, or when nothing else is to be done; bar, keys, help and ``[`` ``]`` work by what stands here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mltui.tui.places import missing as lack

if TYPE_CHECKING:
    from mltui.present.text import Line
    from mltui.tui.places.base import Parts, Place

#: Between the imports of two places that nobody went to yet, so that a key never waits for more than one (seconds).
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Known:
    """A place by its number and title.

    `shows` says in a few words what it shows, `missing` what it lacks and the one command that fills it; () where there
    is content, or while nobody knows. `load` imports it: not on the drawing thread.
    """

    number: int
    title: str
    shows: str
    missing: Callable[[Parts], tuple[Line, ...]]
    load: Callable[[], type[Place]]
    aside: bool = False  #: ``[`` and ``]`` pass it by, and the bar names it only while it is in front
    sign: str = ""  #: what the bar calls it by, where that is not its number


def _overview() -> type[Place]:
    from mltui.tui.places.overview import OverviewPlace

    return OverviewPlace


def _history() -> type[Place]:
    from mltui.tui.places.history import HistoryPlace

    return HistoryPlace


def _data() -> type[Place]:
    from mltui.tui.places.data import DataPlace

    return DataPlace


def _pipeline() -> type[Place]:
    from mltui.tui.places.pipeline import PipelinePlace

    return PipelinePlace


def _runs() -> type[Place]:
    from mltui.tui.places.runs import RunsPlace

    return RunsPlace


def _models() -> type[Place]:
    from mltui.tui.places.models import ModelsPlace

    return ModelsPlace


def _jobs() -> type[Place]:
    from mltui.tui.places.jobs import JobsPlace

    return JobsPlace


def _lineage() -> type[Place]:
    from mltui.tui.places.lineage import LineagePlace

    return LineagePlace


OVERVIEW: Final = Known(1, "Overview", "what needs you, at a glance", lack.no_project, _overview)
HISTORY: Final = Known(2, "History", "the commits of the repository", lack.no_commit, _history)
DATA: Final = Known(3, "Data", "what DVC tracks, and its versions", lack.no_dataset, _data)
PIPELINE: Final = Known(4, "Pipeline", "the stages, which are stale, and why", lack.no_stage, _pipeline)
RUNS: Final = Known(5, "Runs", "MLflow runs and DVC experiments", lack.no_run, _runs)
MODELS: Final = Known(6, "Models", "registered models, their versions and aliases", lack.no_model, _models)
JOBS: Final = Known(7, "Jobs", "what mltui itself started", lack.no_job, _jobs)
LINEAGE: Final = Known(
    8, "Lineage", "what a thing came from, and what was made with it", lack.nothing, _lineage, aside=True, sign="l"
)

SEVEN: Final = (OVERVIEW, HISTORY, DATA, PIPELINE, RUNS, MODELS, JOBS)
#: By number.
PLACES: Final = {known.number: known for known in (*SEVEN, LINEAGE)}


def import_all() -> None:
    """Import every place, one after another, so that the first key to it is as quick as the second. In a thread."""
    for known in PLACES.values():
        known.load()
        time.sleep(PAUSE)
