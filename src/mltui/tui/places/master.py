"""A table of things and the detail of the one under the cursor: side by side where there is room."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from threading import Lock
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.worker import Worker, get_current_worker

from mltui.present.marks import clock
from mltui.present.rows import Rows
from mltui.present.text import safe
from mltui.tui.feeds import LATE, PARTS
from mltui.tui.places.base import BOUND
from mltui.tui.places.detailed import DetailRead
from mltui.tui.places.listed import Listed
from mltui.tui.places.offers import Offer, offers_of
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.prepared import prepare
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.widgets.tableline import Orders

T = TypeVar("T")


class MasterDetail(DetailRead[T]):
    """A table on the left, the detail of its row on the right; below 120 columns one at a time.

    A subclass gives `rows()` and `detail(item)`, both called in a worker thread whenever a reactive it declared moved:
    pure functions of the reactives, from ``present``. It may override `note()`.
    """

    #: Said while there are no rows yet.
    placeholder: ClassVar[str] = "reading"
    #: Said when there is nothing to list.
    nothing: ClassVar[str] = "nothing here"
    #: Parts that only details tell of: the rows stand without them.
    told_only: ClassVar[frozenset[str]] = frozenset(LATE)
    #: The source that gives itself in pieces as one scrolls ("" for none).
    pieces: ClassVar[str] = ""

    class Built(Message):
        """Rows came out of a worker, which a newer one may have overtaken after it looked whether one had."""

        def __init__(self, listed: Listed, worker: Worker[Any]) -> None:
            self.listed = listed
            self.worker = worker
            super().__init__()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._orders: Orders = ()
        self._shown_by: Hashable = None  #: what was asked for of what is shown
        self._listed: Listed | None = None
        self._wanted: str | None = None
        self._total = 0
        self._to_top = False
        self._lost: str | None = None  # where the cursor was when a filter took every row away
        self._listing = Lock()

    # What a subclass gives

    def rows(self) -> Rows[T] | None:
        """All rows of the place, in their own order; None while nothing was read. In a worker thread."""
        raise NotImplementedError

    def counted(self, items: Sequence[T]) -> str:
        """How many there are, as the table's title says it."""
        return f"{len(items):,}"

    def arranged(self, rows: Rows[T], orders: Orders) -> Rows[T]:
        """The rows that are to be shown, in the order asked for. In a worker thread."""
        return rows.ordered(orders)

    def matching(self, rows: Rows[T], text: str) -> Rows[T]:
        """The rows that the filter lets through. In a worker thread."""
        return rows.matching(text)

    def asked(self) -> Hashable:
        """What of the rows somebody can ask for by keys: other rows than of this are still to come."""
        return self.filter_text, self._orders

    def taken_in(self) -> None:
        """New rows are on screen."""

    def is_gone(self) -> bool:
        """Whether what is not among the items is gone, and not only not read."""
        return not self.pieces

    def note(self) -> str:
        """Said in the table's title behind the count ("the newest 500")."""
        return ""

    # Drawing

    def content(self) -> ComposeResult:
        yield VirtualTable(placeholder=self.placeholder, id="master")
        yield LinesView(id="detail")

    def on_mount(self) -> None:
        self.master.entitle(self.title)
        for name in BOUND:
            if hasattr(type(self), name):  # what joins the parts is told in details
                self.watch(self, name, self._read_detail if name in self.told_only else self.moved, init=False)
        self.moved()

    def rebuild(self) -> None:
        """Make the rows again in a worker; the newest call wins."""
        self.run_worker(self._list, thread=True, exclusive=True, group="rows", description=f"rows of {self.title}")

    @property
    def unsettled(self) -> bool:
        if self._shown_by is not None:
            return self._shown_by != self.asked()
        return any(each.group == "rows" and each.node is self and not each.is_finished for each in self.workers)

    def _list(self) -> None:
        worker = get_current_worker()
        with self._listing:  # the newest comes last: what places keep of their rows besides is of those that are shown
            listed = None if worker.is_cancelled else self._listed_now(worker)
        if listed is not None and not worker.is_cancelled:
            self.post_message(self.Built(listed, worker))

    def _listed_now(self, worker: Worker[Any]) -> Listed | None:
        """The rows as they are asked for now; None while nothing was read, and if `worker` is overtaken."""
        filter_text, orders, asked = self.filter_text, self._orders, self.asked()
        rows = self.rows()
        if rows is None:
            return None
        items = {rows.key_of(item): item for item in rows.items}
        found = self.matching(rows, filter_text)
        if worker.is_cancelled:
            return None
        matched = bool(len(found) or not len(rows))
        holding, found = len(found), self.arranged(found, orders)
        return Listed(found, items, prepare(found), filter_text, orders, len(rows), holding, matched, asked)

    @on(Built)
    def _show_rows(self, message: Built) -> None:
        listed = message.listed
        message.stop()
        if message.worker.is_cancelled:
            return
        self._total = listed.total
        former, self._items = self._items, listed.items
        asked, self._shown_by, self._listed = self._shown_by, listed.asked, listed
        at = self.master.cursor_key
        self.master.placeholder = self.nothing if listed.matched else self.unmatched(self.filter_text)
        self.master.set_rows(listed.rows, sorted_by=listed.sorted_by, prepared=listed.prepared)
        if not listed.matched:
            self._lost = at or self._lost
        elif self._lost is not None:
            self.master.move_to_key(self._lost)
            self._lost = None
        if self._to_top and listed.sorted_by == self._orders:
            self._to_top = False
            self.master.move_to(0)  # somebody asked for an order to see what comes first
        self._keep(at, former, asked, listed)
        self.taken_in()
        self.entitle()
        if self._wanted is not None and self.master.move_to_key(self._wanted):
            self._wanted = None
        self._read_detail()
        self.post_message(self.KeysMoved())

    def entitle(self) -> None:
        """Say in the title what is shown."""
        if self._listed is not None:
            self.master.entitle(self._headline(self._listed))

    def _headline(self, listed: Listed) -> str:
        words = [self.title]
        if self.filter_text:
            words.append(f"{listed.holding:,} of {listed.total:,} match {self.filter_text!r}")
        elif listed.total:
            words.append(self.counted(tuple(listed.items.values())))
        if note := self.note():
            words.append(note)
        words += self._troubles()
        return "  ".join(words)

    def _troubles(self) -> list[str]:
        """What stands in the way of newer rows than those shown, and when those were true."""
        stands_on = [name for name in PARTS if name in LATE or name not in self.told_only]
        parts = [getattr(self, name) for name in stands_on if hasattr(type(self), name)]
        said = {
            part.problem.summary: f", rows as of {clock(part.read_at)}" if part.read_at else ""
            for part in parts
            if part and part.problem and part.value is not None and not part.problem.absent
        }
        return [f"{self.symbols.failed} {safe(summary)}{age}" for summary, age in said.items()]

    @on(VirtualTable.EndReached, "#master")
    def _near_the_end(self, message: VirtualTable.EndReached) -> None:
        message.stop()
        if self.pieces:
            self.post_message(self.MoreWanted(self.pieces))

    # Filter, order, places in it

    def watch_filter_text(self) -> None:
        self.moved()

    def filters(self) -> bool:
        return True

    def sort_choices(self) -> Sequence[tuple[str, str]]:
        return [(column.key, column.label or column.key) for column in self.master.columns]

    def orders(self) -> Orders:
        return self._orders

    def sort(self, orders: Orders) -> None:
        self._orders = tuple(orders)
        self._to_top = True
        self.rebuild()

    @on(VirtualTable.SortAsked, "#master")
    def _sort_clicked(self, message: VirtualTable.SortAsked) -> None:
        message.stop()
        self.order_by(message.column)

    def falls(self, column: str) -> bool:
        return any(each.falling for each in self.master.columns if each.key == column)

    def selected(self) -> str | None:
        return self.looked_at

    def copies(self) -> bool:
        return len(self.master.rows) > 0

    def offers(self) -> Sequence[Offer]:
        return offers_of(self.master.rows, self.master.cursor_row)

    def reveal(self, key: str) -> bool:
        if not self.master.move_to_key(key):
            self._wanted = key
            self.filter_text = ""
        return True

    def step_match(self, text: str, by: int) -> bool:
        at = self.master.find(text, by)
        if at is None:
            return False
        self.master.move_to(at)
        return True
