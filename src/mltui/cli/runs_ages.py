"""How old the rows are that `mltui runs` prints: a server tells nobody about edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mltui.model.runs import Run
    from mltui.sources.mlflow.reader import StoreReader

#: So many ids are asked about at once: a store of any size is printed in the memory of a page.
SOME = 500


class Ages:
    """When the runs it is told of were read by `reader` (None: nobody wants to know).

    `old` counts those that were read before the time `before`, epoch ms.
    """

    def __init__(self, reader: StoreReader | None, before: int = 0) -> None:
        self.old = 0
        self._reader = reader
        self._before = before
        self._waiting: list[str] = []
        self._oldest: int | None = None

    def add(self, run: Run) -> None:
        """One more run that is printed; a DVC experiment is as it is now."""
        if self._reader is None or run.kind != "run":
            return
        self._waiting.append(run.run_id)
        if len(self._waiting) >= SOME:
            self._ask()

    def oldest(self) -> int | None:
        """When the oldest so far was read, epoch ms; None if none was read earlier than now."""
        self._ask()
        return self._oldest

    def _ask(self) -> None:
        if self._reader is None or not self._waiting:
            return
        times = self._reader.read_times(self._waiting).values()
        self._waiting.clear()
        self.old += sum(at < self._before for at in times)
        self._oldest = min((*times, *(() if self._oldest is None else (self._oldest,))), default=None)
