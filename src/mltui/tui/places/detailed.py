"""The detail of the row that is looked at: read in a thread once the cursor rests, drawn when it is there."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from textual import on
from textual.message import Message
from textual.timer import Timer

from mltui.errors import SourceError
from mltui.present.text import Line, Span, line, safe
from mltui.tui.asking import Asker
from mltui.tui.places.inside import DetailInside
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.working import begin

T = TypeVar("T")

#: A cursor that rests this long has its detail read; one that flies past has not (seconds).
REST = 0.04


class DetailRead(DetailInside[T]):
    """A table beside a pane that tells of one row of it. Where its rows come from is a subclass's matter.

    A subclass gives `detail(item)`, called in a thread. It may override `whole_detail` and `without_item`.
    """

    class Detailed(Message):
        """The detail of `key` came out of a worker."""

        def __init__(self, key: str, title: str, lines: Sequence[Line]) -> None:
            self.key = key
            self.title = title
            self.lines = lines
            super().__init__()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._items: Mapping[str, T] = {}
        self._shown: str | None = None
        self._rest: Timer | None = None
        self._asker, self._far = Asker(), Asker()

    # What a subclass gives

    def detail(self, item: T) -> tuple[str, Sequence[Line]]:
        """The title and the lines of the detail of a row's item. In a thread; may read what is quick to read."""
        raise NotImplementedError

    def whole_detail(self, item: T) -> tuple[str, Sequence[Line]] | None:
        """The detail with what takes long to ask for, drawn over `detail` when it is there; None: that is all of it."""
        return None

    def is_gone(self) -> bool:
        """Whether what is not among the items is gone, and not only not read."""
        return True

    def without_item(self, key: str) -> tuple[str, Sequence[Line]]:
        """The title and the detail of a row that has no item."""
        return safe(key), (line(f"{safe(key)} is no longer there"),)

    # When it is read

    def detail_shown(self) -> bool:
        """Whether the detail is on screen, and not hidden by a narrow screen or another page."""
        return bool(self.side.display and self.pane.display)

    @on(VirtualTable.Highlighted, "#master")
    def _moved(self, message: VirtualTable.Highlighted) -> None:
        message.stop()
        if self.kept is not None and self.master.cursor_key != self.kept.beside:
            self.kept = None
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        """What can be done with one row can't with another: the keys are told anew with the detail."""
        self._read_detail()
        self.post_message(self.KeysMoved())

    def on_resize(self) -> None:
        """A screen that became wide shows the pane beside the table: of a row it may not have looked at yet."""
        self.call_after_refresh(self._read_missing_detail)

    def _read_missing_detail(self) -> None:
        if self.detail_shown() and self._shown != self.looked_at:
            self._read_detail()

    # Reading and drawing

    def _read_detail(self) -> None:
        if (key := self.looked_at) is None:
            self.pane.entitle("")
            self.pane.show(())
        elif self.detail_shown():
            begin(self, self._detail, key, group="detail")

    async def _detail(self, key: str) -> None:
        title, item = safe(key), self._items.get(key)
        if item is None and self.kept is not None and self.kept.key == key and not self.is_gone():
            item = self.kept.item
        if item is None:
            self.post_message(self.Detailed(key, *self.without_item(key)))
            return
        overtook = self._far.busy  # one that was overtaken may find out, from now on, what is not known for `detail`
        try:
            self.post_message(self.Detailed(key, *await self._asker.ask(lambda: self.detail(item))))
        except SourceError as error:
            lines = (line(Span(safe(error.summary), "bad")), line(Span(safe(error.hint), "note")))
            self.post_message(self.Detailed(key, title, lines))
        else:
            with contextlib.suppress(SourceError):  # the store's own part says it; what is known is drawn
                whole = await self._far.ask(lambda: self.whole_detail(item))
                if whole is None and overtook:
                    whole = await self._asker.ask(lambda: self.detail(item))
                if whole is not None:
                    self.post_message(self.Detailed(key, *whole))
                    self.post_message(self.ReadAside())

    @on(Detailed)
    def _show_detail(self, message: Detailed) -> None:
        message.stop()
        if message.key != self.looked_at:
            return
        self.pane.entitle(message.title)
        self.pane.show(message.lines, keep_scroll=message.key == self._shown)
        self._shown = message.key
