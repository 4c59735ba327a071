"""What a run has besides metrics, params and tags: the attributes that a column, an order or a group can be of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Final

from mltui.model.columns import ColumnSpec
from mltui.model.redacting import addresses_redacted
from mltui.model.runs import PARENT_TAG, SOURCE_TAG, USER_TAG, Run


def duration(run: Run) -> int | None:
    """How long a run took that ended, in ms. A DVC experiment has no start of its own."""
    if run.kind == "exp" or run.start is None or run.end is None:
        return None
    return run.end - run.start


#: Attribute -> how a run has it. Times are epoch ms; "" and None are missing. `duration` (ms) is of runs that ended;
#: what else depends on the moment or on the registry (`age`, `models`, `read`) is in no run.
ATTRIBUTES: Final[Mapping[str, Callable[[Run], str | int | None]]] = MappingProxyType(
    {
        "status": lambda run: run.status,
        "name": lambda run: run.name,
        "start": lambda run: run.start,
        "end": lambda run: run.end,
        "duration": duration,
        "user": lambda run: run.tags.get(USER_TAG),
        "source": lambda run: run.tags.get(SOURCE_TAG),
        "commit": lambda run: run.commit,
        "experiment": lambda run: run.experiment,
        "experiment_id": lambda run: run.experiment_id,
        "kind": lambda run: run.kind,
        "parent": lambda run: run.tags.get(PARENT_TAG),
        "run_id": lambda run: run.run_id,
        "lifecycle": lambda run: run.lifecycle,
        "artifact_uri": lambda run: addresses_redacted(run.artifact_uri),
        "models": lambda run: None,
        "read": lambda run: None,
    }
)


def value_of(run: Run, spec: ColumnSpec) -> str | float | None:
    """What `run` has of `spec`: the latest value where it is a metric, whatever the pick. None: nothing."""
    if spec.family == "metrics":
        return run.metrics.get(spec.key)
    if spec.family == "params":
        return run.params.get(spec.key)
    if spec.family == "tags":
        return run.tags.get(spec.key)
    known = ATTRIBUTES.get(spec.key)
    value = known(run) if known else None
    return None if value == "" else value


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column that a table could have: how many of the runs have it, and whether they differ in it.

    `count` None: it was not read of all runs (a store too large for that), so nobody knows.
    """

    spec: ColumnSpec
    count: int | None
    varying: bool


def available(
    runs: Iterable[Run],
    metric_keys: Iterable[str] = (),
    param_keys: Iterable[str] = (),
    tag_keys: Iterable[str] = (),
    *,
    whole: bool = True,
) -> tuple[ColumnChoice, ...]:
    """All columns of these runs: attributes, then metrics (in the order given, then alphabetical), params and tags.

    The keys given are those the store knows (`RunTable`). Without `whole` a key that no run has is not read yet, and
    its count None. Some 50 ms for 10,000 runs of 30 keys: in a worker.
    """
    items = tuple(runs)
    found = [_attribute(key, items) for key in ATTRIBUTES]
    for family, known, values in (
        ("metrics", metric_keys, [run.metrics for run in items]),
        ("params", param_keys, [run.params for run in items]),
        ("tags", tag_keys, [run.tags for run in items]),
    ):
        counts, differ = _tally(values)
        keys = dict.fromkeys((*known, *sorted(counts)))
        for key in keys:
            count = counts.get(key, 0 if whole else None)
            spec = ColumnSpec(family, key)  # type: ignore[arg-type]
            found.append(ColumnChoice(spec, count, key in differ))
    return tuple(found)


def varying(runs: Iterable[Run], specs: Iterable[ColumnSpec]) -> tuple[ColumnSpec, ...]:
    """Those of `specs` in which the runs differ; of fewer than two runs all. NaN equals NaN, missing is a value."""
    items = tuple(runs)
    if len(items) < 2:
        return tuple(specs)
    return tuple(spec for spec in specs if spec.pick != "latest" or spec.against or _differ(spec, items))


def _differ(spec: ColumnSpec, runs: tuple[Run, ...]) -> bool:
    first = _same(value_of(runs[0], spec))
    return any(_same(value_of(run, spec)) != first for run in runs)


def _same(value: str | float | None) -> str | float | None:
    return "nan" if isinstance(value, float) and value != value else value  # noqa: PLR0124


def _attribute(key: str, runs: tuple[Run, ...]) -> ColumnChoice:
    read = ATTRIBUTES[key]
    values = [None if (value := read(run)) == "" else value for run in runs]
    return ColumnChoice(ColumnSpec("attributes", key), sum(value is not None for value in values), len(set(values)) > 1)


def _tally(values: list[Mapping[str, str]] | list[Mapping[str, float]]) -> tuple[dict[str, int], set[str]]:
    """How many have each key, and the keys in which they differ: mostly the first few runs show that."""
    counts = Counter(chain.from_iterable(values))
    total = len(values)
    return counts, {key for key, count in counts.items() if count < total or _moves(key, values)}


def _moves(key: str, values: list[Mapping[str, str]] | list[Mapping[str, float]]) -> bool:
    """Whether these, which all have `key`, differ in it."""
    first = _same(values[0][key])
    return any(each[key] != first and _same(each[key]) != first for each in values)
