"""What columns of runs there could be, found out once for the same runs."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.run_attributes import ColumnChoice, available
from mltui.model.runs import Run, RunTable


class OfferedColumns:
    """Of the same runs as the last time the same: a second's work of 100,000."""

    def __init__(self) -> None:
        self._of: tuple[object, object] = None, None
        self._found: tuple[ColumnChoice, ...] = ()

    def of(self, runs: Sequence[Run], table: RunTable | None, experiments: object) -> tuple[ColumnChoice, ...]:
        """The columns that `runs` could have: those of `table` and of DVC's `experiments`. In a worker."""
        of_table, of_experiments = self._of
        if not self._found or of_table is not table or of_experiments is not experiments:
            keys = (table.metric_keys, table.param_keys, table.tag_keys) if table is not None else ()
            found = available(runs, *keys, whole=table is None or all(run.whole for run in table.runs))
            self._of, self._found = (table, experiments), found
        return self._found
