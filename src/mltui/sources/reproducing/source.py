"""`Reproducing`: what it takes to work on a run, a commit or a model version."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.lineage.graph import Graph
from mltui.model.reproduction import DataRead, Lack, Reproduction, Step, directory_name, free, some
from mltui.model.runs import Run
from mltui.sources.dvc.python import interpreter
from mltui.sources.reproducing import params
from mltui.sources.reproducing.commit import CommitFiles, full_sha
from mltui.sources.reproducing.data import Data
from mltui.sources.reproducing.wanted import Wanted

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Whether tracked files differed from the commit when a run began: of MLflow, and of mltui's recorder.
DIRTY_TAGS = ("mlflow.source.git.dirty", "mltui.dirty")
_REQUIREMENTS = ("requirements.txt", "pyproject.toml", "environment.yml", "environment.yaml", "poetry.lock", "uv.lock")


class Reproducing:
    """Reads what is needed and makes the plan. Changes nothing, asks no remote."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._project, self._runner = workspace.project, workspace.runner

    def plan(self, wanted: Wanted, directory: str | None = None) -> Reproduction:
        """The plan of `wanted` in `directory`, by default one beside the project that is not there yet.

        What can't be read is among its `lacks`. Raises `SourceError` if git can't be asked at all.
        """
        where = directory or self._beside(wanted)
        plan = Reproduction(wanted.label, str(self._project.root), where, None)
        if self._project.git_dir is None or not wanted.commit:
            why = "there is no git repository here" if self._project.git_dir is None else "none was recorded"
            return Reproduction(plan.label, plan.root, where, None, lacks=(Lack("its commit", why),))
        sha = full_sha(self._project, self._runner, wanted.commit)
        if sha is None:
            return Reproduction(plan.label, plan.root, where, None, lacks=(self._not_here(wanted.commit),))
        files = CommitFiles(self._project, self._runner, sha)
        steps, lacks = self._data(files, wanted.run)
        if wanted.run is not None:
            more, left = params.restore(files, wanted.run.params)
            steps, lacks = [*steps, *more], [*_dirt(wanted.run), *lacks, *left]
        lacks = [*lacks, *_elsewhere(files), self._environment(files, wanted.run)]
        return Reproduction(plan.label, plan.root, where, sha, tuple(steps), tuple(lacks))

    def _beside(self, wanted: Wanted) -> str:
        parent = self._project.root.parent
        try:
            taken = os.listdir(parent)  # noqa: PTH208
        except OSError:
            taken = []
        return os.path.relpath(
            free(parent, directory_name(self._project.root.name, wanted.name), taken), self._project.root
        )

    def _not_here(self, commit: str) -> Lack:
        shallow = (self._project.common_dir or self._project.root) / "shallow"
        hint = "git fetch --unshallow may bring it" if shallow.exists() else "git fetch may bring it, if it was pushed"
        return Lack(f"commit {commit[:12]}", "it is not in this clone", hint)

    def _data(self, files: CommitFiles, run: Run | None) -> tuple[list[Step], list[Lack]]:
        python = interpreter(self._project, self._workspace.config, "dvc")
        data = Data(self._project, self._runner, files, python, run.start if run else None)
        if run is None or run.kind == "exp":
            return data.of_tree("the data of the commit")
        reads, unknown = self._reads(run)
        if reads:
            steps, lacks = data.of_reads(reads)
            return steps, [*lacks, *(Lack("some of its data", why) for why in unknown)]
        if not files.tracked:
            return [], []
        steps, lacks = data.of_tree("what DVC tracks at the commit; whether the run used it is not known")
        why = "; ".join(unknown) or "nothing recorded it"
        return steps, [Lack("which data it read", why, "mltui-recorder records it in every run"), *lacks]

    def _reads(self, run: Run) -> tuple[Sequence[DataRead], Sequence[str]]:
        """What the lineage graph says that `run` read, and why it does not know more."""
        try:
            graph = _graph(self._workspace)
        except SourceError as error:
            return (), (error.summary,)
        return reads_of(graph, run.run_id) if graph is not None else ((), ())

    def _environment(self, files: CommitFiles, run: Run | None) -> Lack:
        there = some([name for name in _REQUIREMENTS if name in files.blobs])
        why = "not recorded" if run is not None else "a commit does not hold it"
        if run is not None and (packages := self._packages(run)):
            why = f"not made; MLflow recorded {packages} packages with its model"
        return Lack("environment", why, f"at {files.sha[:7]} there is {there}" if there else "")

    def _packages(self, run: Run) -> int:
        from mltui.sources.mlflow.packages import packages_of

        try:
            reader = self._workspace.reader(wait=False) if run.kind == "run" else None
            if reader is None:
                return 0
            return len(packages_of(run, reader.store, self._project.root, reader.logged_models(run.run_id)))
        except SourceError:
            return 0


def _graph(workspace: Workspace) -> Graph | None:
    source = getattr(workspace, "lineage", None)
    found = source.load() if source is not None else None
    return found if isinstance(found, Graph) else None


def reads_of(graph: Graph, run_id: str) -> tuple[tuple[DataRead, ...], tuple[str, ...]]:
    """The data that recorded and inferred edges lead into a run, and the words of those that can't be told."""
    reads: dict[tuple[str, str], DataRead] = {}
    unknown: dict[str, None] = {}
    for edge in graph.into.get(f"run:{run_id}", ()):
        if graph.nodes[edge.source].kind != "data":
            continue
        path, _, value = graph.nodes[edge.source].name.rpartition("@")
        if edge.kind == "unknown" or not path:
            unknown[f"{path or value}: {edge.how}"] = None
        else:
            reads.setdefault((path, value), DataRead(path, value, edge.kind, edge.how))
    return tuple(reads.values()), tuple(unknown)


def _dirt(run: Run) -> list[Lack]:
    """What is known of changes that were not committed when it ran; an experiment's commit holds them."""
    if run.kind == "exp":
        return []
    told = next((run.tags[tag].strip().casefold() for tag in DIRTY_TAGS if run.tags.get(tag)), "")
    if told in ("false", "0", "no", "clean"):
        return []
    if told:
        return [
            Lack("changes that were not committed", "files differed from the commit when it ran; the diff is not kept")
        ]
    return [Lack("changes that were not committed", "whether there were any when it ran is not recorded")]


def _elsewhere(files: CommitFiles) -> list[Lack]:
    if ".gitmodules" not in files.blobs:
        return []
    return [Lack("submodules", "git worktree leaves them empty", "git submodule update --init, in the worktree")]
