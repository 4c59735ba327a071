"""What a job made, looked up: its runs by their tag, its experiment, its metrics files against the commit it began at.

A metrics file of the worktree counts only while it is the one that the job's dvc.lock names: somebody may have run
something since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.job import Job
from mltui.model.lineage.recorded import stage_said
from mltui.model.made import Made, MadeMetric, MadeRun, step_at
from mltui.model.runs import JOB_TAG, SOURCE_TAG, Run
from mltui.sources.dvc.cached import hashes_of
from mltui.sources.dvc.metrics import LARGEST_BYTES, numbers, parse
from mltui.sources.jobs.locks import JobLocks, paths_of
from mltui.sources.jobs.missing_outs import missing_outs

if TYPE_CHECKING:
    from mltui.model.dvc import Stage
    from mltui.sources.workspace import Workspace

#: A run of the job starts after it, by a clock that may be another one's (ms).
CLOCKS = 60_000
#: So many runs from before the job are looked through for the former one of each stage.
FORMER = 2000

#: {path: {key: number}} of metrics files.
Files = Mapping[str, Mapping[str, float]]


def made(workspace: Workspace, job: Job, stages: Sequence[Stage]) -> Made:
    """What `job` made so far. Never raises: what can't be read is a note.

    `stages` are those of the pipeline as far as they are known: which outs are metrics files is asked of nobody else,
    as whoever asks DVC may wait for it as long as it is busy.
    """
    notes: list[str] = []
    try:
        runs = tuple(_runs(workspace, job))
    except SourceError as error:
        runs = ()
        notes.append(f"its runs can't be read: {error.summary}")
    before = _at(workspace, job.spec.commit, notes)
    after = _at(workspace, job.commit_made, notes) if job.commit_made else _beside(workspace, job, stages, notes)
    rows = {(path, key) for path, values in after.items() for key in values}
    rows |= {(path, key) for path in after for key in before.get(path, {})}
    metrics = tuple(
        MadeMetric(path, key, before.get(path, {}).get(key), after[path].get(key)) for path, key in sorted(rows)
    )
    gone = missing_outs(job, workspace.project.root)
    return Made(runs, job.experiment, job.commit_made, metrics, job.spec.commit, tuple(notes), gone)


def _runs(workspace: Workspace, job: Job) -> Iterator[MadeRun]:
    """The job's runs, the first one first."""
    reader = workspace.reader()
    if reader is None:
        return
    began = job.start or job.spec.created
    own: list[Run] = []
    former: dict[tuple[str, ...], Run] = {}
    older = 0
    for page in reader.runs():
        for run in page:
            if run.tags.get(JOB_TAG) == job.id:
                own.append(run)
            elif (run.start or 0) < began:
                for key in _keys(run, _stage_of(run)):
                    former.setdefault(key, run)
                older += (run.start or 0) < began - CLOCKS
        if older > FORMER:
            break
    for run in reversed(own):
        stage = _stage_of(run) or _step_of(run, job)
        yield MadeRun(run, stage, next((former[key] for key in _keys(run, stage) if key in former), None))


def _keys(run: Run, stage: str) -> Iterator[tuple[str, ...]]:
    """What runs of one stage have in common, the surest first."""
    if stage:
        yield "stage", stage
    if source := run.tags.get(SOURCE_TAG):
        yield "source", run.experiment_id, source


def _stage_of(run: Run) -> str:
    said = stage_said(run)
    return said[0] if said is not None else ""


def _step_of(run: Run, job: Job) -> str:
    step = step_at(job, run.start)
    return step.address if step is not None else ""


def _at(workspace: Workspace, commit: str | None, notes: list[str]) -> Files:
    """The metrics files of a commit, by path."""
    if commit is None:
        return {}
    from mltui.sources.dvc.cached import Cache
    from mltui.sources.dvc.experiment_values import metrics_files, tree_of
    from mltui.sources.git.blobs import BlobReader
    from mltui.sources.git.command import git

    project = workspace.project
    try:
        listing = git(project, workspace.runner, "ls-tree", "-r", "-z", "--full-tree", commit)
        with BlobReader(project, workspace.runner) as reader:
            return metrics_files(tree_of(listing), reader, lambda _: Cache(project.root))
    except SourceError as error:
        notes.append(f"metrics of {commit[:7]} can't be read: {error.summary}")
        return {}


def _beside(workspace: Workspace, job: Job, stages: Sequence[Stage], notes: list[str]) -> Files:
    """The metrics files that a job without an experiment left: kept in its directory, else in the worktree."""
    kept = Path(job.directory) / "metrics"
    if kept.is_dir():
        paths = sorted(path for path in kept.rglob("*") if path.is_file())
        return {path.relative_to(kept).as_posix(): _numbers(path.name, _bytes(path)) for path in paths}
    found: dict[str, Mapping[str, float]] = {}
    declared = {path for stage in stages for path in stage.metrics}
    folders = {stage.address: stage.wdir for stage in stages}
    locks = JobLocks(job, workspace.project, workspace.runner)
    for step in job.steps:
        if step.state not in ("done", "cached"):
            continue
        outs = paths_of(locks.entry(step.address), "outs", folders.get(step.address, ""))
        for path in outs.keys() & declared:
            content = _bytes(workspace.project.root / path)
            if content is not None and outs[path].removeprefix("md5:") in hashes_of(content):
                found[path] = _numbers(path, content)
            else:
                notes.append(f"{path} is not what the job made any more")
    return found


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST_BYTES else None
    except OSError:
        return None


def _numbers(name: str, content: bytes | None) -> Mapping[str, float]:
    if content is None:
        return {}
    try:
        return numbers(parse(name, content))
    except (ValueError, UnicodeDecodeError):
        return {}
