"""What a reader gives for a series by columns, and what it needs to go on from there."""

from __future__ import annotations

from dataclasses import dataclass

from mltui.model.series import Series


@dataclass(frozen=True, slots=True)
class Read:
    """A series as it was read, and the reader's own note of where it ended (`mark`)."""

    series: Series
    mark: object = None
