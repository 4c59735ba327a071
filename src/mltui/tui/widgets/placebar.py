"""The second line: the seven places. Empty ones are dim; a click goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from mltui.model.key_names import rebound
from mltui.present.text import Line, Span
from mltui.tui.places.registry import SEVEN
from mltui.tui.widgets.bar import Bar, Piece

if TYPE_CHECKING:
    from textual import events

#: Below this width only the present place has its title (columns).
TITLES_FROM = 72
#: The same while one stands beside the seven, and from where there are blanks around each then.
TITLES_BESIDE_FROM, WIDE_BESIDE_FROM = 76, 90
#: Stands for the key of a place that was left without one.
NO_KEY = "-"


@dataclass(frozen=True, slots=True)
class Tab:
    """A place in the bar."""

    number: int
    title: str
    empty: bool
    sign: str = ""  #: what it is called by where that is not its number

    @property
    def key(self) -> str:
        """What goes there: its number, unless keys.toml says otherwise."""
        ours = rebound(f"place.{self.number}")
        return str(self.number) if ours is None else ours[0] if ours else NO_KEY


def all_tabs() -> list[Tab]:
    """The seven places before anything is known of them."""
    return [Tab(known.number, known.title, False) for known in SEVEN]


def label(tab: Tab, front: bool, titled: bool, *, tight: bool = False) -> Line:
    """A place as the bar names it; only by its number if it is neither in front nor `titled`. `tight`: one blank behind
    it and none before."""
    title = f" {tab.title}" if front or titled else ""
    if front:
        return (Span(f" {tab.sign or tab.key}{title} ", "front"), Span(" "))
    number, name = "faint" if tab.empty else "key", "faint" if tab.empty else ""
    if tight:
        return (Span(tab.key, number), Span(f"{title} ", name))
    return (Span(f" {tab.key}", number), Span(f"{title} ", name), Span(" "))


class PlaceBar(Bar):
    """The places in a row; the one in front stands out by weight and reverse as well as by colour."""

    GAP = 0

    class Clicked(Message):
        """Somebody clicked on a place."""

        def __init__(self, number: int) -> None:
            self.number = number
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tabs: tuple[Tab, ...] = ()
        self.current = 1

    def show_tabs(self, tabs: Sequence[Tab], current: int) -> None:
        """Show the places with `current` in front."""
        self.tabs, self.current = tuple(tabs), current
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        at = event.x - 1
        for tab, spans in self._labels():
            length = sum(len(span.text) for span in spans)
            if 0 <= at < length:
                self.post_message(self.Clicked(tab.number))
                return
            at -= length

    def _lay_out(self) -> None:
        self.show([Piece(spans) for _, spans in self._labels()])

    def _labels(self) -> list[tuple[Tab, Line]]:
        beside = any(tab.sign for tab in self.tabs)
        width = self.app.size.width
        titled = width >= (TITLES_BESIDE_FROM if beside else TITLES_FROM)
        tight = beside and titled and width < WIDE_BESIDE_FROM
        return [(tab, label(tab, tab.number == self.current, titled, tight=tight)) for tab in self.tabs]
