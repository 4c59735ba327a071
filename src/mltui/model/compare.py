"""Runs side by side: what each of them says to each key, where they differ, and by how much."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from mltui.model.environment import environment_of, in_order
from mltui.model.metric import Goal, PrimaryMetric
from mltui.model.runs import PARENT_TAG, Run, RunInput

Section = Literal["params", "metrics", "tags", "datasets", "environment", "packages"]
#: The order they are shown in.
SECTIONS: tuple[Section, ...] = ("params", "metrics", "tags", "datasets", "environment", "packages")
#: How a value is to be read: as it is, as a number, as a moment (epoch ms).
Kind = Literal["text", "number", "time"]
#: What one run says to one key; None where it says nothing, which is a value of its own.
Value = str | float | None

#: The lifecycle of a run that its store has no more.
GONE = "no longer there"

#: How many runs can be compared.
FEWEST, MOST = 2, 20


@dataclass(frozen=True, slots=True)
class Subject:
    """A run to compare (whole), with what of it lies elsewhere: the datasets it logged, the packages that its logged
    model asks for, name to version ("python" among them), and the name of its parent ("" of none that has one).

    `gone`: the store has it no more, and this is what was last read of it.
    """

    run: Run
    inputs: Sequence[RunInput] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    gone: bool = False


class Delta(NamedTuple):
    """A number against the baseline's. `percent` is None where it is undefined: against 0."""

    absolute: float
    percent: float | None


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One key: `values` has one for each run, in their order.

    `goal` is which way a metric is better, None where nobody said. `best` are the places of the best values: ties are
    all best, NaN never is, and where all runs have the same nobody is.
    """

    section: Section
    key: str
    values: tuple[Value, ...]
    kind: Kind = "text"
    goal: Goal | None = None
    best: frozenset[int] = frozenset()

    @property
    def id(self) -> str:
        """Unique in a comparison."""
        return f"{self.section}.{self.key}"

    @property
    def differs(self) -> bool:
        """Whether not all runs say the same. NaN is the same as NaN; missing is the same as missing only."""
        return len({_identity(value) for value in self.values}) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """`runs` side by side, `baseline` being the place of the one the others are measured against.

    `gone` are the places of those that their store has no more, `parents` names of parent runs by their ids.
    """

    runs: tuple[Run, ...]
    baseline: int
    rows: tuple[ComparedRow, ...]
    gone: frozenset[int] = frozenset()
    parents: Mapping[str, str] = field(default_factory=dict)

    def against(self, baseline: int) -> Comparison:
        """The same with another baseline. Raises IndexError if there is no such run."""
        if not 0 <= baseline < len(self.runs):
            raise IndexError(baseline)
        return replace(self, baseline=baseline)

    def differences(self) -> Comparison:
        """Only the rows in which the runs differ."""
        return replace(self, rows=tuple(row for row in self.rows if row.differs))

    def delta(self, row: ComparedRow, at: int) -> Delta | None:
        """The run at `at` against the baseline; None for the baseline itself and where there is no such number."""
        return None if at == self.baseline else delta(row, row.values[at], row.values[self.baseline])


def compare(
    subjects: Sequence[Subject],
    baseline: str | None = None,
    goals: Mapping[str, Goal] | None = None,
    primary: PrimaryMetric | None = None,
) -> Comparison:
    """Compare 2 to 20 runs, in the order given.

    `baseline` is the id of one of them. Without one it is the first, as in MLflow's own comparison ("Show diff only"
    measures against the first run chosen). `goals` and `primary` say which way metrics are better; the primary metric
    is the first of its section, all else is in the order of its names. Raises ValueError for another number of runs.
    """
    if not FEWEST <= len(subjects) <= MOST:
        raise ValueError(f"{len(subjects)} runs can't be compared, {FEWEST} to {MOST} can")
    runs = tuple(subject.run for subject in subjects)
    directions = dict(goals or {})
    if primary is not None and primary.goal is not None:
        directions.setdefault(primary.key, primary.goal)
    first = primary.key if primary else ""
    at = next((at for at, run in enumerate(runs) if run.run_id == baseline), 0)
    rows = (
        *_rows("params", [run.params for run in runs]),
        *_metrics([run.metrics for run in runs], directions, first),
        *_rows("tags", [_own_tags(run) for run in runs]),
        *_rows("datasets", [datasets(subject.inputs) for subject in subjects]),
        *_environment(subjects),
        *_rows("packages", [subject.packages for subject in subjects]),
    )
    gone = frozenset(at for at, subject in enumerate(subjects) if subject.gone)
    parents = {each.run.tags[PARENT_TAG]: each.parent for each in subjects if each.parent}
    return Comparison(runs, at, rows, gone, parents)


def delta(row: ComparedRow, value: Value, base: Value) -> Delta | None:
    """`value` - `base` of a metric, a duration, or a param that is a number in both; None where one is missing, no
    number, NaN or infinite. Per cent are of the absolute base."""
    if row.kind == "time" or row.section not in ("metrics", "params", "environment"):
        return None
    if row.kind == "text" and row.section != "params":
        return None
    one, other = _number(value), _number(base)
    if one is None or other is None or not math.isfinite(one - other):
        return None
    percent = (one - other) / abs(other) * 100 if other else None
    return Delta(one - other, percent if percent is not None and math.isfinite(percent) else None)


def best_of(values: Sequence[Value], goal: Goal | None) -> frozenset[int]:
    """The places of the best numbers; none where nobody knows which way is better, or where there is no difference."""
    numbers = {at: value for at, value in enumerate(values) if isinstance(value, float) and not math.isnan(value)}
    if goal is None or len(set(numbers.values())) < 2:
        return frozenset()
    top = max(numbers.values()) if goal == "max" else min(numbers.values())
    return frozenset(at for at, value in numbers.items() if value == top)


def datasets(inputs: Iterable[RunInput]) -> dict[str, str]:
    """Logged datasets as values: ``name (context)`` to its digest; several of one name and context stand together."""
    found: dict[str, list[str]] = {}
    for each in inputs:
        digests = found.setdefault(f"{each.name} ({each.context})" if each.context else each.name, [])
        if each.digest not in digests:
            digests.append(each.digest)
    return {key: ", ".join(digests) for key, digests in found.items()}


def _rows(section: Section, values: Sequence[Mapping[str, str]]) -> list[ComparedRow]:
    keys = sorted({key for each in values for key in each})
    return [ComparedRow(section, key, tuple(each.get(key) for each in values)) for key in keys]


def _metrics(values: Sequence[Mapping[str, float]], goals: Mapping[str, Goal], first: str) -> list[ComparedRow]:
    rows = []
    for key in sorted({key for each in values for key in each}, key=lambda key: (key != first, key)):
        row = tuple(None if (value := each.get(key)) is None else float(value) for each in values)
        rows.append(ComparedRow("metrics", key, row, "number", goals.get(key), best_of(row, goals.get(key))))
    return rows


def _environment(subjects: Sequence[Subject]) -> list[ComparedRow]:
    said = [environment_of(each.run) for each in subjects]
    states = [GONE if each.gone else each.run.lifecycle for each in subjects]
    if any(state != "active" for state in states):
        said = [{**each, "lifecycle": state} for each, state in zip(said, states, strict=True)]
    rows = []
    for key in in_order(key for each in said for key in each):
        kind: Kind = "time" if key == "started" else "number" if key == "duration (s)" else "text"
        rows.append(ComparedRow("environment", key, tuple(each.get(key) for each in said), kind))
    return rows


def _own_tags(run: Run) -> dict[str, str]:
    """What people tagged; MLflow's own tags belong to the environment."""
    return {key: value for key, value in run.tags.items() if not key.startswith("mlflow.")}


def _identity(value: Value) -> object:
    return "NaN" if isinstance(value, float) and math.isnan(value) else (type(value), value)


def _number(value: Value) -> float | None:
    """A number, or the text of one ("0.1", "1e-4", no "nan" nor "1_000")."""
    if isinstance(value, str):
        try:
            value = None if "_" in value else float(value)
        except ValueError:
            return None
    return value if value is not None and math.isfinite(value) else None
