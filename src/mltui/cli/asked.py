"""What `mltui runs` is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.model.columns import parse_column

if TYPE_CHECKING:
    from mltui.model.columns import ColumnSpec, Order
    from mltui.model.filters import Filter


#: What `--agg` can say of the runs of a group; all are pandas' own.
AGGREGATES = ("mean", "median", "min", "max", "std", "sum", "count")


@dataclass(frozen=True)
class RunsAsked:
    """The options of `mltui runs`. `experiments` are names, ids or globs; none means those in scope.

    `limit` counts the runs that `filter` lets through. `columns`, `order` and `groups` are what somebody chose to see;
    of groups the `aggregates` of every other column of numbers. `baseline` names the run that columns are measured
    against.
    """

    form: str = "table"  #: or "json", "csv", "md"
    experiments: tuple[str, ...] = ()
    deleted: bool = False
    limit: int | None = None
    filter: Filter | None = None
    columns: tuple[ColumnSpec, ...] = ()
    order: tuple[Order, ...] = ()
    groups: tuple[ColumnSpec, ...] = ()
    aggregates: tuple[str, ...] = ()
    baseline: str | None = None
    at: str | None = None
    now: int | None = None  #: ages count from it, epoch ms; None: from now

    @property
    def most(self) -> int | None:
        """So many runs need to be read: all of them for a filter, an order, groups."""
        return None if self.filter or self.order or self.groups else self.limit

    @property
    def named(self) -> tuple[ColumnSpec, ...]:
        """Every column that was asked for, to show, to group or to order by."""
        return (*self.columns, *self.groups, *(parse_column(each.column) for each in self.order))

    @property
    def chosen(self) -> bool:
        """Whether what is printed is more than the runs as they are."""
        return bool(self.columns or self.order or self.groups or self.form == "md")
