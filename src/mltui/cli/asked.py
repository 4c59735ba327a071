"""What `mltui runs` is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mltui.model.filters import Filter


@dataclass(frozen=True)
class RunsAsked:
    """The options of `mltui runs`. `experiments` are names, ids or globs; none means those in scope.

    `limit` counts the runs that `filter` lets through.
    """

    form: str = "table"  #: or "json", "csv"
    experiments: tuple[str, ...] = ()
    deleted: bool = False
    limit: int | None = None
    filter: Filter | None = None

    @property
    def most(self) -> int | None:
        """So many runs need to be read: all of them for a filter."""
        return None if self.filter else self.limit
