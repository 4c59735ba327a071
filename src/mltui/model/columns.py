"""Which columns a table of runs has, in which order its rows come, and how they are grouped: what a view is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

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
        """Unique in a table, and what `parse_column` reads: ``metrics.auc``, ``metrics.auc:mean(5)-champion``.

        A key that would be read as something else stands in backticks: ``params.`a:max` ``; one in it is doubled.
        """
        key = self.key if _plain(self.key) else f"`{self.key.replace('`', '``')}`"
        picked = {"latest": "", "mean": f":mean({self.of})", "at": f":at({self.of})"}.get(self.pick, f":{self.pick}")
        return f"{self.family}.{key}{picked}{f'-{self.against}' if self.against else ''}"

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


_SHORT = {"attribute": "attributes", "metric": "metrics", "param": "params", "parameter": "params", "tag": "tags"}
_ENDS = ("-baseline", "-champion")
_REST = re.compile(
    r"(?::(?P<pick>latest|best|min|max|mean|at)(?:\((?P<of>-?\d+)\))?)?(?:-(?P<against>baseline|champion))?", re.ASCII
)
_QUOTED = re.compile(r"`((?:[^`]|``)*)`", re.DOTALL)


def parse_column(text: str) -> ColumnSpec:
    """The column whose `ColumnSpec.id` is `text`. ``metric.``, ``param.``, ``tag.`` do for the family too.

    Without a family it is an attribute: ``start``. Raises `ValueError` with a sentence for people.
    """
    family, dot, rest = text.strip().partition(".")
    family, rest = (_SHORT.get(family, family), rest) if dot else ("attributes", family)
    if family not in get_args(Family):
        raise ValueError(f"{text!r}: a column begins with metrics., params., tags. or attributes.")
    key, end = _split(rest)
    found = _REST.fullmatch(end)
    if found is None:
        raise ValueError(f"{text!r}: {end!r} is no pick of a metric: :best :min :max :mean(5) :at(100)")
    if not key and not rest.startswith("`"):
        raise ValueError(f"{text!r} names no key")
    pick, of, against = found["pick"] or "latest", found["of"], found["against"] or ""
    if family != "metrics" and (found["pick"] or against):
        raise ValueError(f"{text!r}: only a metric has {end!r}; a key that ends so stands in backticks")
    if (pick in ("mean", "at")) != (of is not None) or (pick == "mean" and int(of) < 1):
        raise ValueError(f"{text!r}: say how many points, :mean(5), or which step, :at(100); the others have none")
    return ColumnSpec(cast(Family, family), key, cast(Pick, pick), int(of or 0), cast(Against, against))


def _split(rest: str) -> tuple[str, str]:
    """The key, and what follows it."""
    if quoted := _QUOTED.match(rest):
        return quoted[1].replace("``", "`"), rest[quoted.end() :]
    key, colon, end = rest.partition(":")
    if colon:
        return key, colon + end
    against = next((each for each in _ENDS if key.endswith(each)), "")
    return key.removesuffix(against) if against else key, against


def _plain(key: str) -> bool:
    """Whether a key is read as itself without backticks."""
    return bool(key) and key == key.strip() and ":" not in key and key[0] != "`" and not key.endswith(_ENDS)
