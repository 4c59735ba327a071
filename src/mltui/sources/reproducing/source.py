"""`Reproducing`: what it takes to work on a run, a commit or a model version."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.lineage.graph import Lineage
from mltui.model.lineage.recorded import dirty_said
from mltui.model.reproduction import DataRead, Lack, Reproduction, Step, directory_name, free, some
from mltui.model.runs import Run
from mltui.sources.dvc.python import interpreter
from mltui.sources.git.revs import full_sha
from mltui.sources.reproducing import params
from mltui.sources.reproducing.commit import CommitFiles
from mltui.sources.reproducing.data import Data
from mltui.sources.reproducing.pipeline import Rest
from mltui.sources.reproducing.wanted import Wanted

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

_REQUIREMENTS = ("requirements.txt", "pyproject.toml", "environment.yml", "environment.yaml", "poetry.lock", "uv.lock")
#: How the lacks begin that tell of data which was read.
_DATA = ("data ", "file ", "directory ", "its data")


class Reproducing:
    """Reads what is needed and makes the plan. Changes nothing, asks no remote."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._project, self._runner = workspace.project, workspace.runner

    def plan(self, wanted: Wanted, directory: str | None = None) -> Reproduction:
        """The plan of `wanted` in `directory`, by default one beside the project that is not there yet.

        What can't be read is among its `lacks`. Raises `SourceError` if git can't be asked at all.
        """
        run = wanted.run
        lineage, trouble = self._lineage(run) if run is not None and run.kind == "run" else (None, "")
        experiment = experiment_of(lineage) if lineage is not None else None
        commit = experiment or wanted.commit
        plan = Reproduction(wanted.label, str(self._project.root), directory or self._beside(wanted), None)
        if self._project.git_dir is None or not commit:
            why = "there is no git repository here" if self._project.git_dir is None else "none was recorded"
            return plan.standing_on(None, (), (Lack("its commit", why),))
        sha = full_sha(self._project, self._runner, commit)
        if sha is None:
            return plan.standing_on(None, (), (self._not_here(commit),))
        files, then = CommitFiles(self._project, self._runner, sha), ""
        if run is None or run.kind == "exp":
            steps, lacks = self._planner(files, run).of_tree("the data of the commit")
        else:
            steps, lacks, then = self._read_by(files, run, lineage, trouble)
            lacks = [*(() if experiment else _dirt(run)), *lacks]
        if run is not None:
            more, left = params.restore(files, run.params)
            steps, lacks = [*steps, *more], [*lacks, *left]
        lacks = [*lacks, *_elsewhere(files), self._environment(files, run)]
        return plan.standing_on(sha, tuple(steps), tuple(lacks), then)

    def _beside(self, wanted: Wanted) -> str:
        parent = self._project.root.parent
        try:
            taken = os.listdir(parent)  # noqa: PTH208
        except OSError:
            taken = []
        found = free(parent, directory_name(self._project.root.name, wanted.name), taken)
        return os.path.relpath(found, self._project.root)

    def _not_here(self, commit: str) -> Lack:
        shallow = (self._project.common_dir or self._project.root) / "shallow"
        hint = "git fetch --unshallow may bring it" if shallow.exists() else "git fetch may bring it, if it was pushed"
        return Lack(f"commit {commit[:12]}", "it is not in this clone", hint)

    def _lineage(self, run: Run) -> tuple[Lineage | None, str]:
        """What hangs together with `run`, or why that is not known."""
        try:
            return self._workspace.lineage.around(f"run:{run.run_id}"), ""
        except SourceError as error:
            return None, error.summary

    def _planner(self, files: CommitFiles, run: Run | None) -> Data:
        python = interpreter(self._project, self._workspace.config, "dvc")
        return Data(self._project, self._runner, files, python, run.start if run else None)

    def _read_by(
        self, files: CommitFiles, run: Run, lineage: Lineage | None, trouble: str
    ) -> tuple[list[Step], list[Lack], str]:
        """The data of a run: what it read, else what DVC tracks at the commit, which is another thing. And what runs
        its stage again, where all that it read will be there."""
        reads, unknown = reads_of(lineage) if lineage is not None else ((), (trouble,))
        if reads and lineage is not None:
            steps, lacks = self._planner(files, run).of_reads(reads)
            rest = Rest(files, [read.path for read in reads])
            whole = not any(lack.what.startswith(_DATA) for lack in lacks)
            then = rest.command(made_by(lineage), run.params) if whole else ""
            return steps, [*lacks, *(Lack("some of its data", why) for why in unknown), *rest.lacks()], then
        if not files.tracked:
            return [], [], ""
        does = "what DVC tracks at the commit; whether the run used it is not known"
        steps, lacks = self._planner(files, run).of_tree(does)
        why = "; ".join(unknown) or "nothing recorded it"
        return steps, [Lack("which data it read", why, "mltui-recorder records it in every run"), *lacks], ""

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


def experiment_of(lineage: Lineage) -> str | None:
    """The commit of the DVC experiment that a run says it was made in: it holds what the run's own lacks."""
    notes = {node.id: node.note for node in lineage.nodes if node.kind == "commit"}
    into = (edge for edge in lineage.upstream if edge.target == lineage.root.id and edge.kind == "recorded")
    found = (edge.source for edge in into if notes.get(edge.source, "").startswith("DVC experiment "))
    return next((each.removeprefix("commit:") for each in found), None)


def reads_of(lineage: Lineage) -> tuple[Sequence[DataRead], Sequence[str]]:
    """The data that recorded and inferred edges lead into a run, and the words of those that can't be told."""
    nodes = {node.id: node for node in lineage.nodes}
    reads: dict[tuple[str, str], DataRead] = {}
    unknown: dict[str, None] = {}
    for edge in lineage.upstream:
        node = nodes[edge.source]
        if edge.target != lineage.root.id or node.kind != "data":
            continue
        path, _, value = node.name.rpartition("@")
        if edge.kind == "unknown":
            unknown[edge.how if path in ("", "?") else f"{node.label}: {edge.how}"] = None
        else:
            reads.setdefault((path, value), DataRead(path, value, edge.kind, edge.how))
    return tuple(reads.values()), tuple(unknown)


def made_by(lineage: Lineage) -> Sequence[str]:
    """The paths of the data that edges lead to from a run."""
    ids = [edge.target for edge in lineage.downstream if edge.source == lineage.root.id]
    return [id.removeprefix("data:").rpartition("@")[0] for id in ids if id.startswith("data:")]


def _dirt(run: Run) -> list[Lack]:
    """What is known of changes that were not committed when it ran."""
    told, what = dirty_said(run), "changes that were not committed"
    if told is None:
        return [Lack(what, "whether there were any when it ran is not recorded")]
    return [Lack(what, f"files differed from the commit ({told[1]}); the diff was not recorded")] if told[0] else []


def _elsewhere(files: CommitFiles) -> list[Lack]:
    if ".gitmodules" not in files.blobs:
        return []
    return [Lack("submodules", "git worktree leaves them empty", "git submodule update --init, in the worktree")]
