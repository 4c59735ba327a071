"""What `mltui runs` is asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RunsAsked:
    """The options of `mltui runs`. `experiments` are names, ids or globs; none means those in scope."""

    form: str = "table"  #: or "json", "csv"
    experiments: tuple[str, ...] = ()
    deleted: bool = False
    limit: int | None = None
