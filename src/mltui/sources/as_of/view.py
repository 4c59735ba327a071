"""`WorkspaceThen`: a workspace whose sources answer as of another time. Who reads through it need not know.

The one place where what is there now becomes what was there then: parts on their way to a screen pass `part`, and
whatever places, screens and commands read beside that (a run, a series, a lineage, a trend) they read here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from mltui.config import Config
from mltui.errors import NotFound, SourceError
from mltui.model.as_of import AsOf, experiments_then, models_then, runs_then, unended
from mltui.model.as_of_history import git_then, history_then
from mltui.model.dvc import DvcExperiment
from mltui.model.job import Job
from mltui.model.jobs import jobs_then
from mltui.model.journal import JournalRead
from mltui.model.merged import order
from mltui.model.part import Part, Problem
from mltui.model.registry import RegisteredModel
from mltui.model.runs import Run, RunTable
from mltui.sources.as_of.git import GitThen
from mltui.sources.as_of.reader import ReaderThen
from mltui.sources.as_of.sources import (
    DatasetsThen,
    ExperimentsThen,
    LineageThen,
    LivesThen,
    ModelsThen,
    StageFactsThen,
    TrendThen,
)

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline
    from mltui.model.git import GitState, History
    from mltui.model.runs import Store
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.mlflow.sources import PicksSource
    from mltui.sources.sides.differing import Differ
    from mltui.sources.workspace import Workspace


Models = tuple[RegisteredModel, ...]


def then(workspace: Workspace, as_of: AsOf) -> Workspace:
    """`workspace`, as of then."""
    return cast("Workspace", WorkspaceThen(workspace, as_of))


class WorkspaceThen:
    """What is not here is the workspace's own. Nothing of then is kept for the next start, and nothing is changed."""

    passing = True

    def __init__(self, workspace: Workspace, as_of: AsOf) -> None:
        self.base, self.as_of = workspace, as_of
        self.config: Config = replace(workspace.config, as_of=as_of.said)
        self.git_then = GitThen(workspace, as_of)
        #: What can't be told of then, by the name of the part; grows as parts are asked for.
        self.unknown: dict[str, tuple[Problem, ...]] = {}
        self._readers: tuple[StoreReader, ReaderThen] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.base, name)

    def problems(self) -> tuple[Problem, ...]:
        """What can't be told of then, of all that was read so far."""
        return tuple(dict.fromkeys(each for some in self.unknown.values() for each in some))

    # Sources

    def reader(self, *, wait: bool = True) -> StoreReader | None:
        """As `Workspace.reader`."""
        return self.of(self.base.reader(wait=wait))

    def of(self, reader: StoreReader | None) -> StoreReader | None:
        """A reader, as of then; of one reader the same."""
        if reader is None:
            return None
        known = self._readers
        if known is None or known[0] is not reader:
            self._readers = known = reader, ReaderThen(reader, self.as_of.at)
        return known[1]

    @cached_property
    def picks(self) -> PicksSource:
        from mltui.sources.mlflow.sources import PicksSource

        return PicksSource(lambda: self.reader(wait=False))

    @cached_property
    def lives(self) -> LivesThen:
        return LivesThen()

    @cached_property
    def experiments(self) -> ExperimentsThen:
        return ExperimentsThen(self)

    @cached_property
    def datasets(self) -> DatasetsThen:
        return DatasetsThen(self)

    @cached_property
    def models(self) -> ModelsThen:
        return ModelsThen(self)

    @cached_property
    def lineage(self) -> LineageThen:
        return LineageThen(self)

    @cached_property
    def trend(self) -> TrendThen:
        return TrendThen(self)

    @cached_property
    def stage_facts(self) -> StageFactsThen:
        return StageFactsThen(self)

    @cached_property
    def differ(self) -> Differ:
        from mltui.sources.sides.differing import Differ

        return Differ(cast("Workspace", self))

    # Parts

    def part(self, part: Part[Any]) -> Part[Any]:
        """A part of now as that of then; what stands in the way of that is its problem. May take as long as a first
        look at DVC's history does."""
        makers: dict[str, Callable[[Any], Any]] = {"models": self.models_of, "lineage": self.lineage.of}
        make: Callable[[Any], Any] | None = makers.get(part.name) or getattr(self, f"_{part.name}", None)
        if part.value is None or make is None:
            return part
        try:
            return replace(part, value=make(part.value))
        except SourceError as error:
            problem = Problem(part.name, error.summary, error.hint, absent=isinstance(error, NotFound))
        except Exception as error:  # as a feed does: one part that fails takes no other with it
            from mltui.sources.mistakes import problem_of

            problem = problem_of(part.name, error)
        return replace(part, value=None, problem=problem)

    def _git(self, state: GitState) -> GitState:
        return git_then(state, self.as_of.commit)

    def _history(self, history: History) -> History:
        return history_then(history, self.as_of.at, self.git_then.tags())

    def _pipeline(self, pipeline: Pipeline) -> Pipeline:
        found, self.unknown["pipeline"] = self.git_then.pipeline(pipeline)
        return found

    def _experiments(self, experiments: tuple[DvcExperiment, ...]) -> tuple[DvcExperiment, ...]:
        return experiments_then(experiments, self.as_of.at)

    def _jobs(self, jobs: tuple[Job, ...]) -> tuple[Job, ...]:
        return jobs_then(jobs, self.as_of.at)

    def _stores(self, stores: tuple[Store, ...]) -> tuple[Store, ...]:
        """Their counts are of now."""
        return tuple(replace(store, runs=None, newest=None) for store in stores)

    def _journal(self, journal: JournalRead) -> JournalRead:
        """What was done by then; that its end is not known now is nobody's worry then."""
        return JournalRead(tuple(entry for entry in journal.entries if entry.at <= self.as_of.at))

    def _runs(self, table: RunTable) -> RunTable:
        reader = self.base.reader(wait=False)
        runs, hidden = table.runs, frozenset[str]()
        if reader is not None and table.complete:
            hidden = ReaderThen(reader, self.as_of.at).hidden()
            runs = tuple(sorted((*runs, *_deleted(reader, runs, hidden)), key=order))
        unsettled = [run.run_id for run in runs if unended(run, self.as_of.at)]
        written = reader.last_writes(unsettled) if reader is not None and unsettled else {}
        found, self.unknown["runs"] = runs_then(runs, self.as_of.at, hidden=hidden, written=written)
        return replace(table, runs=found)

    def models_of(self, models: Models) -> Models:
        """The models of then: MLflow's among these of now, who held them as far as moves tell; GTO's by its tags."""
        from mltui.sources.promotion.moves import read_moves

        ours = tuple(each for each in models if each.source == "mlflow")
        moves = read_moves(self.base, ours) if ours else ()
        found, self.unknown["models"] = models_then(ours, self.as_of.at, moves)
        return found + self.git_then.gto()


def _deleted(reader: StoreReader, runs: Sequence[Run], hidden: Collection[str]) -> list[Run]:
    """The runs of the store that are not among `runs`, for they are deleted, or their experiment is."""
    known = {run.run_id: run for run in runs}
    pages = reader.runs(deleted=True, experiments=getattr(reader, "inside", None), known=known)
    every = (run for page in pages for run in page if run.run_id not in known)
    return [run for run in every if run.lifecycle == "deleted" or run.experiment_id in hidden]
