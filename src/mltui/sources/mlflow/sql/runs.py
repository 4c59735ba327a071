"""Rows of ``runs`` with what belongs to them, as `Run`s."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mltui.model.key_sharing import KeySharing
from mltui.model.runs import COMMIT_TAG, NAME_TAG, Experiment, Measured, Run
from mltui.sources.mlflow.database import Database, Row
from mltui.sources.mlflow.reader import Keys
from mltui.sources.mlflow.sql import attributes
from mltui.sources.mlflow.sql.values import UNKNOWN_STATUS, instant, status, text

COLUMNS = (
    "run_uuid",
    "name",
    "experiment_id",
    "status",
    "lifecycle_stage",
    "start_time",
    "end_time",
    "artifact_uri",
    "deleted_time",
)
_NONE: Mapping[str, Any] = KeySharing({}, ())
_NEVER: tuple[Row, Run | None] = ((), None)
#: Runs of one page; what a table shows first.
PAGE = 1000
#: Up to so many runs are asked for by their ids, more by reading whole tables.
FEW = 2500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs, and which of their keys: the arguments of `StoreReader.runs`."""

    deleted: bool = False
    experiments: Collection[str] | None = None
    limit: int | None = None
    metrics: Keys = None
    params: Keys = None
    tags: Keys = None

    @property
    def whole(self) -> bool:
        return self.metrics is None and self.params is None and self.tags is None


#: Runs by their ids, each with the row it was made of.
Made = dict[str, tuple[Row, Run]]


def read(
    database: Database,
    experiments: Mapping[str, Experiment],
    wanted: Wanted,
    known: Mapping[str, Run],
    made: Made | None = None,
) -> Iterator[tuple[Run, ...]]:
    """Pages of runs, newest first. Those of `made` that are as they were are given again, the others put there."""
    where, args = _condition(experiments, wanted)
    if wanted.limit is None:
        heads = [row for page in database.rows("runs", COLUMNS, where, args) for row in page]
        narrow = wanted.experiments is not None and len(heads) <= FEW
    else:
        ids = database.newest(wanted.limit, where, args)
        heads = [row for page in database.rows_in("runs", COLUMNS, "run_uuid", ids) for row in page]
        narrow = len(heads) <= FEW
    problems = unreadable(database, wanted)
    heads += [
        (run_id, "", experiment_id, None, "active", None, None, "", None)
        for run_id, (experiment_id, _) in problems.items()
        if experiment_id is not None
    ]
    heads.sort(key=_newest_first)
    heads = heads[: wanted.limit]
    names = {key: experiment.name for key, experiment in experiments.items()}
    same = {run_id: run for row in heads if (run := known.get(run_id := text(row[0]))) and _same(row, run, names)}
    fresh = [run_id for row in heads if (run_id := text(row[0])) not in same]
    narrow = narrow or len(fresh) <= len(same)
    assemble = _Assembly(database, names, wanted, fresh if narrow else None, problems, made=made)
    for start in range(0, len(heads), PAGE):
        yield tuple(same.get(text(row[0])) or assemble.run(row) for row in heads[start : start + PAGE])
    if made is not None and not same:
        for gone in made.keys() - set(fresh):
            made.pop(gone, None)


def one(database: Database, experiments: Mapping[str, Experiment], run_id: str) -> Run | None:
    """The run with that id, whole."""
    rows = [row for page in database.rows_in("runs", COLUMNS, "run_uuid", [run_id]) for row in page]
    wanted = Wanted(deleted=True)
    problems = {key: found for key, found in unreadable(database, wanted).items() if key == run_id}
    if not rows and problems:
        rows = [(run_id, "", problems[run_id][0], None, "active", None, None, "", None)]
    names = {key: experiment.name for key, experiment in experiments.items()}
    return _Assembly(database, names, wanted, [run_id], problems).run(rows[0]) if rows else None


def measured(
    database: Database, experiments: Mapping[str, Experiment], key: str, inside: Collection[str] | None
) -> list[Measured]:
    """The runs that logged `key`, in half of the time that `read` takes for them."""
    where, args = _condition(experiments, Wanted(experiments=inside))
    rows = [row for page in database.rows("runs", ("run_uuid", "status", "start_time"), where, args) for row in page]
    narrow = [text(row[0]) for row in rows] if inside is not None and len(rows) <= FEW else None
    values = attributes.latest(database, (key,), narrow)
    tags = attributes.texts(database, "tags", (COMMIT_TAG,), narrow)
    return [
        Measured(
            run_id := text(row[0]),
            tags.get(run_id, _NONE).get(COMMIT_TAG) or None,
            values[run_id][key],
            status(row[1]) or UNKNOWN_STATUS,
            instant(row[2]),
        )
        for row in rows
        if text(row[0]) in values
    ]


def there(database: Database, experiments: Mapping[str, Experiment], run_ids: Collection[str]) -> set[str]:
    """Those of the runs that `read` gives where it is not asked for deleted ones; in few pages, of their rows alone."""
    wanted = Wanted()
    where, args = _condition(experiments, wanted)
    pages = database.rows_in("runs", ("run_uuid",), "run_uuid", run_ids, where=where, args=args)
    found = {text(run_id) for page in pages for (run_id,) in page}
    return found | {run_id for run_id, (rowless, _) in unreadable(database, wanted).items() if rowless is not None}


def unreadable(database: Database, wanted: Wanted) -> dict[str, tuple[str | None, str]]:
    """A mirror's runs that could not be read: id to (experiment id if the run has no row of its own, reason)."""
    if not database.schema().has("mltui_problems"):
        return {}
    columns = ("run_uuid", "experiment_id", "path", "reason")
    found: dict[str, tuple[str | None, str]] = {}
    for page in database.rows("mltui_problems", columns, "run_uuid is not null"):
        for run_id, experiment_id, path, reason in page:
            if wanted.experiments is None or experiment_id in wanted.experiments:
                found.setdefault(str(run_id), (text(experiment_id), f"{text(path)}: {text(reason)}"))
    for page in database.rows_in("runs", ("run_uuid",), "run_uuid", list(found)):
        for (run_id,) in page:
            found[run_id] = (None, found[run_id][1])
    return found


def _condition(experiments: Mapping[str, Experiment], wanted: Wanted) -> tuple[str, Sequence[Any]]:
    """Runs whose experiment has no row of its own are kept: a store that lost it still shows them."""
    hidden = {key for key, one in experiments.items() if one.lifecycle == "deleted" and not wanted.deleted}
    clauses: list[str] = [] if wanted.deleted else ["coalesce(lifecycle_stage, 'active') <> 'deleted'"]
    args: list[Any] = []
    if wanted.experiments is not None:
        args = sorted(set(wanted.experiments) - hidden)
        clauses.append(f"experiment_id in ({', '.join('?' * len(args))})" if args else "1 = 0")
    elif hidden:
        args = sorted(hidden)
        clauses.append(f"(experiment_id is null or experiment_id not in ({', '.join('?' * len(args))}))")
    return " and ".join(clauses), args


def _same(row: Row, run: Run, names: Mapping[str, str]) -> bool:
    """Whether `run` had ended, and what its row says is what it said then."""
    _, name, experiment_id, word, lifecycle, start, end, _, _ = row
    return (
        run.status not in ("RUNNING", "SCHEDULED")
        and not run.problem
        and (run.status, run.start, run.end) == (word, start, end)
        and (not name or run.name == name)
        and run.lifecycle == ("deleted" if lifecycle == "deleted" else "active")
        and run.experiment == names.get(str(experiment_id), "")
    )


def _newest_first(row: Row) -> tuple[bool, int, str]:
    start = instant(row[5])
    return start is None, -(start or 0), str(row[0])


class _Assembly:
    """Everything that is needed to make runs of rows, read once."""

    def __init__(
        self,
        database: Database,
        names: Mapping[str, str],
        wanted: Wanted,
        runs: list[str] | None,
        problems: Mapping[str, tuple[str | None, str]],
        *,
        made: Made | None = None,
    ) -> None:
        tags = None if wanted.tags is None else {*wanted.tags, COMMIT_TAG, NAME_TAG}
        self._tags = attributes.texts(database, "tags", tags, runs)
        self._params = attributes.texts(database, "params", wanted.params, runs)
        self._metrics = attributes.latest(database, wanted.metrics, runs)
        self._unasked = [] if wanted.tags is None else [key for key in (COMMIT_TAG, NAME_TAG) if key not in wanted.tags]
        self._names = names
        self._problems = problems
        self._whole = wanted.whole
        self._made: Made = {} if made is None else made
        self._same: dict[str, str] = {}

    def run(self, row: Row) -> Run:
        """The run of that row: as it was made before, if nothing of it is another."""
        run_id = text(row[0])
        tags, params = self._tags.pop(run_id, _NONE), self._params.pop(run_id, _NONE)
        metrics = self._metrics.pop(run_id, _NONE)
        former, run = self._made.get(run_id, _NEVER)
        if (
            run is None
            or former != row
            or (run.tags is not tags and run.tags != tags)
            or (run.params is not params and run.params != params)
            or (run.metrics is not metrics and run.metrics != metrics)
            or run.experiment != self._names.get(run.experiment_id, "")
            or run_id in self._problems
        ):
            run = self._new(row, run_id, metrics, params, tags)
            self._made[run_id] = row, run
        return run

    def _new(
        self,
        row: Row,
        run_id: str,
        metrics: Mapping[str, float],
        params: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> Run:
        _, name, experiment_id, word, lifecycle, start, end, artifacts, deleted = row
        experiment_id = self._once(text(experiment_id))
        commit = tags.get(COMMIT_TAG)
        name = text(name) or tags.get(NAME_TAG, "")
        if self._unasked:
            tags = {key: value for key, value in tags.items() if key not in self._unasked}
        known = status(word)
        problem = self._problems[run_id][1] if run_id in self._problems else ""
        if known is None and not problem:
            problem = f"its status is {word!r}"
        if start is not None and instant(start) is None:
            problem = problem or f"its start is {start!r}"
        return Run(  # by position: names would take half of the time that all runs of a store take here
            run_id,
            name,
            "run",
            self._names.get(experiment_id, ""),
            experiment_id,
            known or UNKNOWN_STATUS,
            "deleted" if lifecycle == "deleted" else "active",
            instant(start),
            instant(end),
            self._once(commit) if commit else None,
            metrics,
            params,
            tags,
            text(artifacts),
            self._whole,
            problem,
            deleted=instant(deleted) if lifecycle == "deleted" else None,
        )

    def _once(self, value: str) -> str:
        """The same string object for equal strings: ten thousand runs share a few commits."""
        return self._same.setdefault(value, value)
