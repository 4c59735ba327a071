"""Which columns a table of runs has, in which order its rows come, and how they are grouped: what a view is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Family = Literal["attributes", "metrics", "params", "tags"]
#: Of a metric's series: MLflow's latest value, or one of all its points. "mean" is of the last `ColumnSpec.of` points,
#: "at" the value at step `ColumnSpec.of`. "best" needs a known direction.
Pick = Literal["latest", "best", "min", "max", "mean", "at"]
#: What a number is shown against: nothing, the run chosen with `b`, or the champion.
Against = Literal["", "baseline", "champion"]


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column: the `key` of a `family`. `pick`, `of` and `against` are for metrics.

    `width` in terminal columns (None: as wide as its content wants, within reason). A `pinned` one stays in sight while
    the table goes sideways.
    """

    family: Family
    key: str
    pick: Pick = "latest"
    of: int = 0
    against: Against = ""
    width: int | None = None
    pinned: bool = False

    @property
    def id(self) -> str:
        """Unique in a table: ``metrics.auc``, ``metrics.auc:mean(5)-champion``."""
        picked = {"latest": "", "mean": f":mean({self.of})", "at": f":at({self.of})"}.get(self.pick, f":{self.pick}")
        return f"{self.family}.{self.key}{picked}{f'-{self.against}' if self.against else ''}"

    def plain(self) -> ColumnSpec:
        """The same values, without what is only about how they are shown."""
        return replace(self, width=None, pinned=False)


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order: a column's id, and which way. Missing values come last either way."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class TableView:
    """How the table of runs is looked at. A named one is kept in ``views.toml``.

    `columns` () is the columns mltui chooses by itself. `order` is the first key first; () is newest first. `group` is
    the id of a column whose equal values stand together ("" for none; ``tags.mlflow.parentRunId`` folds nested runs
    below their parents). `filter` is a filter as typed. `varying`: only columns in which the rows differ.
    """

    name: str = ""
    columns: tuple[ColumnSpec, ...] = ()
    order: tuple[Order, ...] = ()
    group: str = ""
    filter: str = ""
    varying: bool = False
