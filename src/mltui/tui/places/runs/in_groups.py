"""Runs under the headings of their groups, which fold away and unfold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual import on
from textual.worker import get_current_worker

from mltui.model.key_names import key_of
from mltui.model.runs import Run
from mltui.present.marks import count
from mltui.present.rows import Rows
from mltui.present.run_groups import Grouping, Item, RunGroup
from mltui.present.text import Line, Span, line, safe
from mltui.tui.places.runs.lost import RunsLost
from mltui.tui.widgets.prepared import prepare
from mltui.tui.widgets.table import VirtualTable


class RunsInGroups(RunsLost):
    """A table of runs that may have headings. What it is grouped by is a subclass's matter."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._folded: frozenset[str] = frozenset()
        self._grouping: tuple[Rows[Run], Grouping] | None = None  # rows under headings, and what put them there

    def _under_headings(self, grouping: Grouping, folded: frozenset[str]) -> Rows[Run]:
        shown: Rows[Run] = grouping.folded(folded)  # type: ignore[assignment]
        self._grouping = shown, grouping
        return shown

    def opened(self, key: str) -> bool:
        heading = key not in self._items and key in self.master.rows.folds
        if heading:
            self._fold(key, not self.master.rows.folds[key])
        return heading

    @on(VirtualTable.FoldAsked, "#master")
    def _fold_asked(self, message: VirtualTable.FoldAsked) -> None:
        message.stop()
        self._fold(message.key, message.fold)

    def _fold(self, key: str, fold: bool) -> None:
        self._fold_these(self._folded | {key} if fold else self._folded - {key})

    def _fold_these(self, folded: frozenset[str]) -> None:
        """Fold away these and no others: the rows that are shown under the same headings, where no others are made."""
        settled, self._folded = not super().unsettled and not self._making(), folded
        listed, known = self._listed, self._grouping
        if settled and listed is not None and known is not None and known[0] is listed.rows:
            asked = self.asked()

            def fold() -> None:
                worker = get_current_worker()
                with self._listing:
                    if worker.is_cancelled:
                        return
                    rows = self._under_headings(known[1], folded)
                made = replace(listed, rows=rows, prepared=prepare(rows), asked=asked)
                if not worker.is_cancelled:
                    self.post_message(self.Built(made, worker))

            self.run_worker(fold, thread=True, exclusive=True, group="rows", description="rows folded")
        else:
            self.rebuild()

    def _making(self) -> bool:
        """Whether other rows are being made."""
        return any(each.group == "rows" and each.node is self and not each.is_finished for each in self.workers)

    def fold_all(self) -> None:
        """Fold all groups away, or show all where one is folded."""
        folds = self.master.rows.folds
        self._fold_these(frozenset() if any(folds.values()) else frozenset(folds))

    def folds(self) -> bool:
        """Whether there is something to fold."""
        return bool(self.master.rows.folds)

    def without_item(self, key: str) -> tuple[str, Sequence[Line]]:
        group = next((each for each in self.master.rows.items if _is(each, key)), None)
        if group is None:
            return super().without_item(key)
        statuses = ", ".join(f"{number:,} {status}" for status, number in group.statuses().items())
        keys = f"{key_of('mark')} marks them, enter folds them or shows them, {key_of('group.fold')} does so with all"
        return _title(group), (line(count(len(group.members), "run"), ": ", statuses), (), line(Span(keys, "note")))


def _is(item: Item, key: str) -> bool:
    return isinstance(item, RunGroup) and item.key == key


def _title(group: RunGroup) -> str:
    return f"no {safe(group.spec.key)}" if group.value is None else f"{safe(group.spec.key)} = {safe(group.value)}"
