"""One metric of one run as columns, and which x axis shows it: a million points are 24 MB and no objects."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

#: The step that was logged; when it was logged (epoch ms); seconds since the run's start.
XKind = Literal["step", "time", "relative"]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The points of the metric `key` of a run, in MLflow's order: by step, then time.

    `values` may hold nan and ±inf: `nan`, `up` (+inf) and `down` (-inf) count them. `times` are epoch ms. `repeated`:
    some step was logged more than once. `disordered` counts points whose time is before that of the point that comes
    before them. `note` says what of the series is not here ("" if all of it is). Equal only to itself, so that what
    was made of a series can be kept as long as the series is the same object.
    """

    run_id: str
    key: str
    values: array[float] = field(default_factory=lambda: array("d"), repr=False)
    times: array[int] = field(default_factory=lambda: array("q"), repr=False)
    steps: array[int] = field(default_factory=lambda: array("q"), repr=False)
    repeated: bool = False
    nan: int = 0
    up: int = 0
    down: int = 0
    disordered: int = 0
    note: str = ""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def finite(self) -> int:
        """How many values a chart can place."""
        return len(self.values) - self.nan - self.up - self.down


@dataclass(frozen=True, slots=True)
class XChoice:
    """The x axis that is drawn, and why it is not the one that was asked for ("" if it is)."""

    kind: XKind
    why: str = ""


def choose_x(shown: Sequence[Series], wanted: XKind = "step") -> XChoice:
    """The x axis for series that are drawn together: `wanted`, but time where the steps of one of them repeat.

    A line over repeated steps goes up and down in one place. Where not even the time moves there is nothing better.
    """
    if wanted != "step":
        return XChoice(wanted)
    repeating = [one for one in shown if one.repeated]
    if not any(min(one.times) < max(one.times) for one in repeating):
        return XChoice("step", "steps repeat, and so do times" if repeating else "")
    return XChoice("relative", "steps repeat: relative time")
