"""What the cells of runs need besides the run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mltui.model.champion import Champion, opponent
from mltui.model.columns import Against, ColumnSpec
from mltui.model.metric import Goal, PrimaryMetric
from mltui.model.run_attributes import value_of
from mltui.model.runs import Run
from mltui.present.marks import delta_span
from mltui.present.text import Span, Symbols

#: By the id of a pick of a metric (``metrics.auc:max``): the value by run id, None where the run logged no such point.
#: What is not in there is still being read.
Picked = Mapping[str, Mapping[str, float | None]]

_NONE: Mapping[str, float | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RunScene:
    """What the cells of a run need besides the run. `now` is epoch ms.

    `goals`: the better way of some metrics. `baseline`: the run chosen with ``b``. `picked`: of metrics' series, as far
    as they were read (`PicksSource`). `versions`: what is registered of a run, by its id: ``fraud/3``. `names`: runs'
    names by their ids, for parents. `read_at`: when the rows of a server's mirror were read, epoch ms by run
    id; nothing of other stores. `unread`: the ids of columns whose values are still being read of runs that are not
    whole. `whole`: no text is cut, however long. `keys`: hints name keys of the app; a command line has none.
    """

    now: int
    symbols: Symbols
    primary: PrimaryMetric | None = None
    champions: tuple[Champion, ...] = ()
    goals: Mapping[str, Goal] = field(default_factory=dict)
    baseline: Run | None = None
    picked: Picked = field(default_factory=dict)
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    read_at: Mapping[str, int] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    whole: bool = False
    keys: bool = True

    def most(self, number: int) -> int:
        """How many of something a detail tells of: `number`, of texts that are `whole` all."""
        return sys.maxsize if self.whole else number

    def goal(self, key: str) -> Goal | None:
        """Which way of a metric is better; None: nobody said."""
        if self.primary is not None and self.primary.key == key:
            return self.primary.goal
        return self.goals.get(key)

    def metric(self, run: Run, spec: ColumnSpec) -> float | None:
        """The value a column of a metric picks of `run`; None where there is none, and while it is `pending`."""
        if spec.pick == "latest":
            return run.metrics.get(spec.key)
        return self.picked.get(pick_id(spec), _NONE).get(run.run_id)

    def measured(self, run: Run, spec: ColumnSpec) -> float | None:
        """What a column of a metric says of `run`: its value, or that minus the other's where it is against one."""
        value = self.metric(run, spec)
        if not spec.against:
            return value
        other = self.other(run, spec.against)
        base = self.metric(other, spec) if other is not None else None
        return None if value is None or base is None else value - base

    def pending(self, run: Run, spec: ColumnSpec) -> bool:
        """Whether that value is still being read."""
        if self.unread and not run.whole and self.unread_yet(spec) and value_of(run, spec) is None:
            return True
        return (
            spec.pick != "latest"
            and spec.key in run.metrics
            and run.kind == "run"
            and run.run_id not in self.picked.get(pick_id(spec), _NONE)
        )

    def unread_yet(self, spec: ColumnSpec) -> bool:
        """Whether what runs have of `spec` is still being read of those that are not whole."""
        return f"{spec.family}.{spec.key}" in self.unread

    def other(self, run: Run, against: Against) -> Run | None:
        """The run that `run` is measured against."""
        if against == "baseline":
            return self.baseline
        champion = opponent(run, self.champions)
        return champion.run if champion is not None else None

    def base(self, run: Run) -> float | None:
        """The primary metric of the champion that `run` is measured against."""
        other = self.other(run, "champion")
        return None if other is None or self.primary is None else other.metrics.get(self.primary.key)

    def primary_of(self, run: Run) -> float | None:
        return run.metrics.get(self.primary.key) if self.primary else None

    def gain(self, run: Run) -> float | None:
        """The primary metric minus the champion's."""
        value, base = self.primary_of(run), self.base(run)
        return None if value is None or base is None else value - base

    def versus(self, run: Run) -> Span:
        """The cell "vs champion"."""
        return delta_span(self.primary_of(run), self.base(run), self.primary.goal if self.primary else None)


def pick_id(spec: ColumnSpec) -> str:
    """The id of what a column picks of a series, whatever it is measured against."""
    return ColumnSpec(spec.family, spec.key, spec.pick, spec.of).id


def picks_of(columns: tuple[ColumnSpec, ...]) -> tuple[ColumnSpec, ...]:
    """The picks of series that these columns need, each once; what `PicksSource` is asked for."""
    plain = (ColumnSpec(each.family, each.key, each.pick, each.of) for each in columns if each.family == "metrics")
    return tuple(dict.fromkeys(each for each in plain if each.pick != "latest"))
