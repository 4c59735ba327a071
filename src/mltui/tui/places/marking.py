"""Marks in a table: ``space`` puts one before a row, and what acts on several things acts on the marked ones."""

from __future__ import annotations

from typing import TypeVar

from textual.reactive import reactive

from mltui.model.key_names import key_of
from mltui.present.text import Span
from mltui.sources.sides.named import Named
from mltui.tui.places.base import bound
from mltui.tui.places.master import MasterDetail

T = TypeVar("T")

#: So many things are asked of why they differ.
PAIR = 2


class Marking(MasterDetail[T]):
    """A table whose rows can be marked.

    A subclass that has commits, runs or what stands for them says how they are `named`, and when each came (`since`):
    then ``d`` asks why two of them differ.
    """

    #: The keys of the marked rows.
    marks: reactive[frozenset[str]] = bound(frozenset())

    # What a subclass gives

    def named(self, item: T) -> Named | None:
        """What an item is; None if it is nothing to ask why it differs."""
        return None

    def since(self, item: T) -> float:
        """When it came to be: of two things the older one stands first."""
        return 0.0

    def pair_of(self, item: T) -> tuple[Named, Named] | None:
        """An item and what it is to differ from where nothing is marked, in their order; None if nobody can say."""
        return None

    def no_pair(self) -> str:
        """What to do where there are no two things."""
        return f"mark two rows of {self.title} with {key_of('mark')} first"

    def marked_with(self, key: str) -> frozenset[str]:
        """The keys that are marked by marking a row."""
        return frozenset((key,))

    def marks_settled(self) -> bool:
        """Whether a marked row that is not there is gone, and its mark with it."""
        return self.is_gone()

    # Marks

    def unmarkable(self) -> str | None:
        return None if not self.empty and self.looked_at is not None else "there is nothing to mark"

    def mark(self) -> None:
        """Mark what the cursor is on, or take its mark away, and step on."""
        key = self.looked_at
        if key is None or (self.kept is not None and key not in self._items):
            return
        ids = self.marked_with(key)
        self.marks = self.marks - ids if ids <= self.marks else self.marks | ids
        self.master.action_move(1)

    def watch_marks(self) -> None:
        self._flag()
        self.entitle()
        self.post_message(self.KeysMoved())

    def taken_in(self) -> None:
        super().taken_in()
        if self.marks and self.marks_settled():
            self.marks &= self._items.keys()
        self._flag()

    def note(self) -> str:
        return f"{len(self.marks):,} marked" if self.marks else ""

    def _flag(self) -> None:
        """Draw the signs of the rows anew."""
        self.master.flag(dict.fromkeys(self.marks, Span(self.symbols.marked, "good")))

    # Two things

    def pair(self) -> tuple[Named, Named] | str:
        if self.empty or not self._items:
            return f"{self.title} is empty"
        current = self.looked_at
        keys = [key for key in self._items if key in self.marks] if self.marks else []
        if len(keys) > PAIR:
            return f"{len(keys):,} are marked; {key_of('differ')} asks of two why they differ"
        if len(keys) == 1 and current is not None and current in self._items and current not in keys:
            keys.append(current)
        found = sorted((self._items[key] for key in keys), key=self.since)
        if len(found) == 1 and current in keys:
            return f"one is marked: go to another one, or mark it, and press {key_of('differ')}"
        if not found and current is not None and current in self._items:
            return self.pair_of(self._items[current]) or self.no_pair()
        named = [each for item in found if (each := self.named(item)) is not None]
        return (named[0], named[1]) if len(named) == PAIR else self.no_pair()
