"""What there was at a moment of the past, as far as it is recorded: runs, experiments, registered models.

Each function turns a part of now into the part of then, and says what nobody wrote down. MLflow keeps when a run
started, ended and was deleted, when a version was made and when it was last changed; it keeps no time of names, tags
and descriptions, so these are those of now. It keeps none of aliases either: who held one, mltui's moves may tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from mltui.model.as_of_held import held_then, moves_by_model, unknown_holders
from mltui.model.part import Problem
from mltui.model.runs import Run, RunStatus

if TYPE_CHECKING:
    from mltui.model.dvc import DvcExperiment
    from mltui.model.moves import Move
    from mltui.model.registry import ModelVersion, RegisteredModel

#: Who says what is not known of then.
SOURCE = "as of"
#: Model versions named before the rest is counted.
NAMED = 3

METRICS_THEN = "it was running then: its metrics of then are not known, the latest are of later"
NO_END = "when it ended is not recorded: its status and its metrics are those of now"
NO_STAGE = "its stage then is not known: it was changed later, and only the last change is recorded"
NO_ALIASES = "aliases carry no time: who was champion then is not recorded"


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment that is looked at instead of now.

    `at` is the last millisecond that counts, epoch ms. `commit` is the full sha of the commit of then: the one that was
    named, else the newest on HEAD's first-parent line; None if there was none. `said` is what the person typed, `label`
    names the commit ("v1.0, 3f2a1c9"), `note` is worth knowing of how it was understood.
    """

    at: int
    commit: str | None
    said: str
    label: str = ""
    note: str = ""


def runs_then(
    runs: Iterable[Run],
    at: int,
    *,
    deleted: bool = False,
    hidden: Collection[str] = (),
    written: Mapping[str, int] = MappingProxyType({}),
) -> tuple[tuple[Run, ...], tuple[Problem, ...]]:
    """The runs that had started by `at` in the order they come, and what can't be known of them.

    `runs` are to have the deleted ones among them: one deleted later was there. `deleted` keeps those that were deleted
    by then, too. `hidden` are ids of experiments that are deleted, nobody wrote down when. `written` is when runs that
    had not ended by then logged their latest metric, epoch ms: if that was by then, their metrics are those of then.
    """
    found: list[Run] = []
    lost = Lost()
    for run in runs:
        if (then := run_then(run, at, lost, deleted=deleted, hidden=hidden, written=written)) is not None:
            found.append(then)
    return tuple(found), lost.problems()


def unended(run: Run, at: int) -> bool:
    """Whether an MLflow run had started by `at`, and not ended."""
    started = run.kind == "run" and run.start is not None and run.start <= at
    return started and not (run.end is not None and run.end <= at)


@dataclass(slots=True)
class Lost:
    """How many runs something is not known of."""

    unstarted: int = 0
    deleted: int = 0
    running: int = 0
    endless: int = 0

    def problems(self) -> tuple[Problem, ...]:
        """In words; () if nothing was lost."""
        said = (
            (self.deleted, "deleted run is", "deleted runs are", "left out: when it was deleted is not recorded"),
            (self.unstarted, "run is", "runs are", "left out: when it started is not recorded"),
            (self.running, "run was", "runs were", "running then: the metrics of then are not known"),
            (self.endless, "run is", "runs are", "shown as now: when it ended is not recorded"),
        )
        return tuple(
            Problem(SOURCE, f"{count:,} {one if count == 1 else many} {_of(count, what)}")
            for count, one, many, what in said
            if count
        )


def _of(count: int, what: str) -> str:
    return what if count == 1 else what.replace("it was", "they were").replace("when it", "when they")


def run_then(
    run: Run,
    at: int,
    lost: Lost | None = None,
    *,
    deleted: bool = False,
    hidden: Collection[str] = (),
    written: Mapping[str, int] = MappingProxyType({}),
) -> Run | None:
    """The run as it was at `at`; None if it was not there, or nobody can tell. `lost` counts what can't be told; the
    rest is as in `runs_then`."""
    lost = lost or Lost()
    if run.start is None:
        lost.unstarted += 1
        return None
    if run.start > at:
        return None
    gone = run.lifecycle == "deleted" or run.experiment_id in hidden
    if gone and run.deleted is None and not deleted:
        lost.deleted += 1
        return None
    if gone and run.deleted is not None:
        if run.deleted > at:
            run = replace(run, lifecycle="active", deleted=None)
        elif not deleted:
            return None
    if not unended(run, at) or run.problem:
        return run
    if run.end is None and run.status not in ("RUNNING", "SCHEDULED"):
        lost.endless += 1
        return replace(run, note=_joined(run.note, NO_END))
    status: RunStatus = "SCHEDULED" if run.status == "SCHEDULED" else "RUNNING"
    then = replace(run, status=status, end=None, life=None)
    if not run.metrics or written.get(run.run_id, at + 1) <= at:
        return then
    lost.running += 1
    return replace(then, metrics={}, whole=False, note=_joined(run.note, METRICS_THEN))


def _joined(note: str, more: str) -> str:
    return "; ".join(filter(None, (note, more)))


def experiments_then(experiments: Iterable[DvcExperiment], at: int) -> tuple[DvcExperiment, ...]:
    """The DVC experiments that were committed, or had failed, by `at`. One that waited or ran then is SCHEDULED: when a
    queued one began is not written down."""
    found: list[DvcExperiment] = []
    for one in (each for each in experiments if each.time <= at):
        if one.status in ("FINISHED", "SCHEDULED") or (one.end is not None and one.end <= at):
            found.append(one)
        else:
            found.append(replace(one, status="SCHEDULED", end=None, metrics={}, not_in_cache=(), alive=()))
    return tuple(found)


def models_then(
    models: Iterable[RegisteredModel], at: int, moves: Sequence[Move] = ()
) -> tuple[tuple[RegisteredModel, ...], tuple[Problem, ...]]:
    """MLflow's models with the versions that were made by `at`, and what can't be known of them.

    Who held an alias is told by `moves` (`alias_history.moves_of`), as far as they tell; the registry keeps no time of
    it. A version that was not changed since then had the stage that it has; of the others moves may tell. GTO's models
    are not for this: `gto.registered` over the tags of then tells all of it.
    """
    found: list[RegisteredModel] = []
    untimed = 0
    holders: dict[str, str] = {}
    unknown: list[str] = []
    by_model = moves_by_model(moves)
    noted = {move.model for move in moves if not move.outside}
    unnoted = False
    for model in models:
        staged = any(version.stage for version in model.versions)
        versions = [version for version in model.versions if version.created is not None and version.created <= at]
        untimed += sum(version.created is None for version in model.versions)
        if not versions and (model.created is None or model.created > at):
            continue
        bare = tuple(_version_then(version, at, staged=staged) for version in versions)
        then, untold = held_then(replace(model, versions=bare, aliases={}), model, at, by_model.get(model.name, ()))
        unknown += [f"{each.model}/{each.version}" for each in then.versions if each.note]
        holders.update(untold if model.name in noted else {})
        unnoted = unnoted or bool(untold and model.name not in noted)
        found.append(then)
    problems = [*([Problem(SOURCE, NO_ALIASES)] if unnoted else []), *unknown_holders(holders.items(), SOURCE)]
    if unknown:
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        names = ", ".join(unknown[:NAMED])
        why = "changed later, and only the last change is recorded"
        problems.append(Problem(SOURCE, f"the stage then of {names}{more} is not known: {why}"))
    if untimed:
        noun = "version is" if untimed == 1 else "versions are"
        made = "it was" if untimed == 1 else "they were"
        problems.append(Problem(SOURCE, f"{untimed:,} model {noun} left out: when {made} made is not recorded"))
    return tuple(found), tuple(problems)


def _version_then(version: ModelVersion, at: int, *, staged: bool) -> ModelVersion:
    known = version.updated is not None and version.updated <= at
    if not version.aliases and (known or not (staged or version.stage or version.note)):
        return version
    if known:
        return replace(version, aliases=())
    return replace(version, aliases=(), stage="", note=NO_STAGE if staged else "")
