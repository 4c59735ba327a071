"""One project with all its sources, built when first asked for; `snapshot` reads one whole moment."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mltui.config import Config
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner, Runner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mltui.model.as_of import AsOf
    from mltui.model.dvc_history import DvcHistory
    from mltui.model.journal import JournalEntry
    from mltui.model.registry import RegisteredModel
    from mltui.model.status import Snapshot
    from mltui.sources.dvc.experiments import ExperimentsSource
    from mltui.sources.dvc.history.brief import BriefSource, Progress
    from mltui.sources.dvc.history.datasets import DatasetsSource
    from mltui.sources.dvc.history.source import DvcHistorySource
    from mltui.sources.dvc.pipeline import PipelineSource
    from mltui.sources.dvc.remote import RemoteSource
    from mltui.sources.dvc.stage_facts import StageFactsSource
    from mltui.sources.dvc.stored import StoredData
    from mltui.sources.dvc.tree import Tree
    from mltui.sources.git.history import HistorySource
    from mltui.sources.git.state import GitSource
    from mltui.sources.jobs import JobsSource
    from mltui.sources.journal import JournalSource
    from mltui.sources.lineage import LineageSource
    from mltui.sources.logs import LogsSource
    from mltui.sources.look import Shared
    from mltui.sources.mlflow.artifacts import ArtifactsSource
    from mltui.sources.mlflow.lives import Lives
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.mlflow.sources import PicksSource, RunsSource, StoresSource
    from mltui.sources.registries import Registries
    from mltui.sources.sides.differing import Differ
    from mltui.sources.trend import TrendSource

#: What holds processes or connections, in the order in which it lets go of them.
_CLOSED = (
    "git",
    "history",
    "pipeline",
    "remote",
    "experiments",
    "runs",
    "artifacts",
    "models",
    "stage_facts",
    "differ",
    "stores",
)


class Workspace:
    """The sources of one project. Each is imported and built at its first use: most commands need only some.

    `passing`: what is read is not what another start would read (``--store``, or `*` for this session), so that it is
    not kept for one. `as_of` is the other time that is looked at (`sources.as_of`), None for now.
    """

    as_of: AsOf | None = None

    def __init__(
        self, project: Project, config: Config, runner: Runner | None = None, *, passing: bool = False
    ) -> None:
        self.project = project
        self.config = config
        self.runner: Runner = runner or ProcessRunner()
        self.passing = passing or (config.store_origin == "flag" and not project.server)

    @cached_property
    def git(self) -> GitSource:
        """HEAD and the worktree."""
        from mltui.sources.git.state import GitSource

        return GitSource(self.project, self.runner)

    @cached_property
    def history(self) -> HistorySource:
        """Commits, newest first."""
        from mltui.sources.git.history import HistorySource

        return HistorySource(self.project, self.runner)

    @cached_property
    def pipeline(self) -> PipelineSource:
        """Stages and datasets with their status."""
        from mltui.sources.dvc.pipeline import PipelineSource

        return PipelineSource(self.project, self.config, self.runner, self.data_brief, self.dvc_tree)

    @cached_property
    def dvc_tree(self) -> Shared[Tree]:
        """DVC's projects and files, listed once for all sources that look at a time."""
        from mltui.sources.dvc.tree import find
        from mltui.sources.look import Shared

        return Shared(lambda: find(self.project, self.runner))

    @cached_property
    def data_brief(self) -> BriefSource:
        """The versions of every dataset, from a small file where no ref moved."""
        from mltui.sources.dvc.history.brief import BriefSource

        def whole(progress: Progress | None) -> DvcHistory:
            return self.dvc_history.load(progress)

        def let_go() -> None:
            self.dvc_history.let_go()

        return BriefSource(self.project, self.config.data_outs, whole, let_go)

    @cached_property
    def datasets(self) -> DatasetsSource:
        """Every dataset with its history, without asking DVC."""
        from mltui.sources.dvc.history.datasets import DatasetsSource

        return DatasetsSource(self)

    @cached_property
    def dvc_history(self) -> DvcHistorySource:
        """What DVC's files said at every commit, and the versions of every dataset."""
        from mltui.sources.dvc.history.source import DvcHistorySource

        return DvcHistorySource(self.project, self.runner, self.config)

    @cached_property
    def stored(self) -> StoredData:
        """How much of dataset versions DVC's cache holds."""
        from mltui.sources.dvc.stored import StoredData

        return StoredData(self.project)

    @cached_property
    def stage_facts(self) -> StageFactsSource:
        """What git and DVC's files tell of the last run of a stage."""
        from mltui.sources.dvc.stage_facts import StageFactsSource

        return StageFactsSource(self)

    @cached_property
    def remote(self) -> RemoteSource:
        """What DVC's default remote said it has; asked only when somebody says so."""
        from mltui.sources.dvc.remote import RemoteSource

        return RemoteSource(self.project, self.config, self.runner)

    @cached_property
    def experiments(self) -> ExperimentsSource:
        """DVC experiments."""
        from mltui.sources.dvc.experiments import ExperimentsSource

        return ExperimentsSource(self.project, self.runner, self.dvc_tree)

    @cached_property
    def stores(self) -> StoresSource:
        """MLflow stores found, one of them active."""
        from mltui.sources.mlflow.sources import StoresSource

        return StoresSource(self.project, self.config, self.runner)

    @cached_property
    def runs(self) -> RunsSource:
        """Runs of the active store in scope."""
        from mltui.sources.mlflow.living import LivingRuns

        return LivingRuns(self.stores, (self.config.primary,) if self.config.primary else (), self.lives)

    @cached_property
    def lives(self) -> Lives:
        """Who judges whether RUNNING runs still run."""
        from mltui.sources.mlflow.lives import Lives

        return Lives(self.runner, self.project.root)

    @cached_property
    def picks(self) -> PicksSource:
        """Bests, means and the like of metrics' series, for columns of the table of runs."""
        from mltui.sources.mlflow.sources import PicksSource

        return PicksSource(self.stores.as_it_stands)

    @cached_property
    def artifacts(self) -> ArtifactsSource:
        """What runs logged as files."""
        from mltui.sources.mlflow.artifacts import ArtifactsSource

        return ArtifactsSource(self.project, self.config)

    @cached_property
    def logs(self) -> LogsSource:
        """The log files of runs."""
        from mltui.sources.logs import LogsSource

        return LogsSource(self.project, self.config, self.runner)

    @cached_property
    def models(self) -> Registries:
        """Registered models, of MLflow and of GTO."""
        from mltui.sources.gto import GtoSource
        from mltui.sources.mlflow.sources import ModelsSource
        from mltui.sources.registries import Registries

        return Registries(ModelsSource(self.stores), GtoSource(self.project, self.runner, self.dvc_tree))

    @cached_property
    def jobs(self) -> JobsSource:
        """What mltui itself started."""
        from mltui.sources.jobs import JobsSource

        return JobsSource(self.project)

    @cached_property
    def journal(self) -> JournalSource:
        """What was done through mltui."""
        from mltui.sources.journal import JournalSource

        def models_now(entry: JournalEntry) -> Sequence[RegisteredModel]:
            from mltui.sources.promotion.moves import models_about

            return models_about(self, entry)  # only if something has to be found out

        return JournalSource(self.project, models_now)

    @cached_property
    def lineage(self) -> LineageSource:
        """Everything joined to everything."""
        from mltui.sources.lineage import LineageSource

        return LineageSource(self)

    @cached_property
    def differ(self) -> Differ:
        """Why two things differ."""
        from mltui.sources.sides.differing import Differ

        return Differ(self)

    @cached_property
    def trend(self) -> TrendSource:
        """Metrics against git history."""
        from mltui.sources.trend import TrendSource

        return TrendSource(self)

    def reader(self, *, wait: bool = True) -> StoreReader | None:
        """The reader of the active store; None if the project has no store. Raises `SourceError`.

        Without `wait` a server's or file store's mirror is read as it stands; None if nothing is known of it yet.
        """
        return self.stores.reader() if wait else self.stores.as_it_stands()

    def snapshot(self, wait: float = 30.0) -> Snapshot:
        """Read every part of this moment, what takes long side by side.

        `wait` is how many seconds DVC may take to answer where something moved or nothing is remembered; after that,
        and with 0 at once, the remembered status is given (`Pipeline.settled` is False then). Never raises: a part
        that can't be read is a part with a problem.
        """
        from mltui.sources.moment import take

        return take(self, wait)

    @cached_property
    def remembered(self) -> Snapshot | None:
        """The summary that was kept last time, in milliseconds and without asking any tool; None if there is none."""
        from mltui.sources.memory import recall

        return recall(self.project)

    def remember(self, snapshot: Snapshot) -> None:
        """Keep a small summary of `snapshot` for the next start's first paint."""
        from mltui.sources.memory import keep

        if not self.passing:
            keep(self.project, snapshot)

    def let_go(self) -> None:
        """Forget what is large and back in a moment; what others hold of it stays theirs."""
        history = self.__dict__.get("dvc_history")
        if history is not None:
            history.let_go()

    def close(self) -> None:
        """End child processes and let go of connections; the workspace may not be used afterwards."""
        for name in _CLOSED:
            close = getattr(self.__dict__.get(name), "close", None)
            if close is not None:
                close()
