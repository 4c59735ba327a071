"""Going from a table into the detail of one of its rows, and out again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from textual import on
from textual.reactive import reactive
from textual.widget import Widget

from mltui.tui.places.base import Place, bound
from mltui.tui.places.listed import Listed
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.table import VirtualTable

T = TypeVar("T")


@dataclass(slots=True)
class Kept(Generic[T]):
    """A row that went by itself while its detail was gone into: the detail stays its own, not that of a neighbour.

    `item` is what the row was of, `beside` the row on which the cursor came to stand.
    """

    key: str
    item: T
    beside: str | None = None


class DetailInside(Place, Generic[T]):
    """A table and a detail beside it, one at a time on a narrow screen, of which one has the keys."""

    #: True while the one pane of a narrow screen is the detail.
    inside: reactive[bool] = bound(False)
    #: True while the pane fills the place of a wide screen too.
    full: reactive[bool] = bound(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kept: Kept[T] | None = None

    @property
    def master(self) -> VirtualTable:
        return self.query_one("#master", VirtualTable)

    @property
    def pane(self) -> LinesView:
        return self.query_one("#detail", LinesView)

    @property
    def front(self) -> Widget:
        """What shows the rows: the table, unless a place has another way to look at them."""
        return self.master

    @property
    def side(self) -> Widget:
        """What stands beside the table: the pane, or what holds it."""
        return self.pane

    def enter_side(self) -> None:
        """Give the focus to what stands beside the table."""
        self.pane.focus(scroll_visible=False)

    def opened(self, key: str) -> bool:
        """``enter`` on a row. True if that was all; else its detail is gone into."""
        return False

    def _read_detail(self) -> None:
        """Show the detail of what is looked at."""
        raise NotImplementedError

    # What is looked at

    @property
    def looked_at(self) -> str | None:
        """The key of what is looked at: of the row under the cursor, or of one that went while its detail was open."""
        return self.kept.key if self.kept is not None else self.master.cursor_key

    def _keep(self, key: str | None, former: Mapping[str, T], asked: Hashable, listed: Listed) -> None:
        """Other rows are shown: stay with the one gone into if it went, and nobody asked for rows without it.

        `key` was under the cursor, `former` were the items, `asked` what had been asked for.
        """
        kept = self.kept
        if kept is not None and (key != kept.beside or kept.key in listed.prepared.index):
            if key == kept.beside:
                self.master.move_to_key(kept.key)  # it is there again
            kept = None
        elif kept is None and self.inside and key is not None and self._went(key, former, asked, listed):
            kept = Kept(key, former[key])
        if kept is not None:
            kept.beside = self.master.cursor_key
        self.kept = kept

    @staticmethod
    def _went(key: str, former: Mapping[str, T], asked: Hashable, listed: Listed) -> bool:
        """Whether the row went by itself, and not because other rows were asked for."""
        if key not in former or key in listed.prepared.index:
            return False
        return key not in listed.items or asked == listed.asked

    def _let_go(self) -> None:
        """Somebody went elsewhere: from now on the detail is that of the row under the cursor."""
        if self.kept is not None:
            self.kept = None
            self._read_detail()

    # Going in and out

    @on(VirtualTable.Chosen, "#master")
    def _enter(self, message: VirtualTable.Chosen) -> None:
        message.stop()
        self.inside = not self.opened(message.key)

    def watch_inside(self, inside: bool) -> None:
        self.set_class(inside, "-inside")
        if inside:
            self.enter_side()
            self.call_after_refresh(self._read_detail)
        else:
            self.full = False
            self._let_go()
            self.front.focus(scroll_visible=False)

    def watch_full(self, full: bool) -> None:
        self.set_class(full, "-full")
        self.inside = full or self.inside

    def on_descendant_focus(self) -> None:
        inside = self.side in (self.screen.focused or self).ancestors_with_self
        if inside != self.inside:
            self.set_reactive(DetailInside.inside, inside)
            self.set_class(inside, "-inside")
            self.full = self.full and inside
            if not inside:
                self._let_go()
        self.post_message(self.KeysMoved())

    def leave(self) -> bool:
        if self.inside:
            self.inside = False
            return True
        return super().leave()

    def show_rows(self) -> None:
        if not self.front.display:
            self.inside = False

    def in_detail(self) -> bool:
        return self.inside

    def leaves(self) -> bool:
        return self.inside or super().leaves()

    def opens(self) -> bool:
        return not self.inside and not self.empty and self.master.cursor_key is not None

    def focus_first(self) -> None:
        if self.inside:
            self.enter_side()
        else:
            self.front.focus(scroll_visible=False)

    def has_pane(self) -> bool:
        return True

    def fill(self) -> None:
        self.full = not self.full
