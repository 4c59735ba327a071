"""Going from place to place: which is in front, where somebody came from, what `tab` reaches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from mltui.present.text import ASCII, Line
from mltui.tui.commands import BY_ID, COMMANDS
from mltui.tui.commands.base import WITHOUT_ARROWS, Command, bindings
from mltui.tui.places.base import BOUND, Parts, Place
from mltui.tui.places.missing import nothing
from mltui.tui.places.registry import PLACES, SEVEN, Known
from mltui.tui.symbols import symbols
from mltui.tui.trail import Spot, Trail
from mltui.tui.widgets.footer import FooterBar
from mltui.tui.widgets.placebar import PlaceBar, Tab

#: A word in the footer goes by itself after this long (seconds).
WORD = 6.0
#: The numbers of the places that ``[`` and ``]`` go through.
LISTED = [known.number for known in SEVEN]


class Nowhere(Place):
    """Stands in front until the first place is there."""

    known = Known(0, "", "", nothing, lambda: Nowhere)


#: The keys that act while a filter is typed.
TYPING = (("enter", "keep the filter"), ("esc", "take it back"), ("down", "to the rows"))


class PlacesScreen(Screen[None], inherit_bindings=False):
    """A screen with places of which one is in front; they are built when first visited."""

    BINDINGS: ClassVar[list[Any]] = bindings(COMMANDS)

    def __init__(self, start: Spot | None = None) -> None:
        super().__init__()
        self.trail = Trail()
        self._built: dict[int, Place] = {}
        self._nowhere = Nowhere()
        self._furnished = False
        self._number = start.place if start else 1
        self._start = start
        self._unsaying: Timer | None = None  # takes back what the footer says

    @property
    def place(self) -> Place:
        """The place in front."""
        return self._built.get(self._number, self._nowhere)

    @property
    def footer(self) -> FooterBar:
        """The last line."""
        return self.query_one("#footer", FooterBar)

    def parts(self) -> Parts:
        """The parts as they are now, by name."""
        raise NotImplementedError

    def spot(self) -> Spot:
        """Where the cursor is."""
        return Spot(self._number, self.place.selected())

    # Going

    def visit(self, number: int, key: str | None = None, page: str = "") -> None:
        """Go to a place, and there to `key`, with that `page` beside it; the way back is kept."""
        if number != self._number or key is not None:
            self.trail.leave(self.spot())
            self.go(Spot(number, key), page)

    def go(self, spot: Spot | None, page: str = "") -> None:
        """Bring a spot to the front without touching the trail."""
        if spot is not None:
            self._number = spot.place  # before the first one is brought this is which that will be
            if self._furnished:
                self.call_next(self._bring, spot, page)

    async def _bring(self, spot: Spot, page: str = "") -> None:
        place = self._built.get(spot.place)
        if place is None:
            kind = await asyncio.to_thread(PLACES[spot.place].load)
            if spot.place != self._number or not self.is_attached:
                return  # somebody went on, or quit, while it was imported
            place = kind(id=f"place-{spot.place}", classes="place")
            place.data_bind(**{name: getattr(type(self), name) for name in BOUND if hasattr(kind, name)})
            self._built[spot.place] = place
            place.display = False
            await self.query_one("#body", Container).mount(place)
            place.empty = place.known.missing(self.parts())
        for number, each in self._built.items():
            each.display = number == self._number
        if place is not self.place or not self.is_attached:
            return  # somebody went on, or quit, while it was being built
        place.come_to_front()
        if spot.key is not None and not place.empty:
            place.reveal(spot.key)
        if not self.query("FilterBar:focus-within"):
            place.focus_first()
        if page in place.pages() and place.front_page() != page:
            place.turn_to(page)
        self.refresh_bars()

    def next_place(self, by: int) -> None:
        """Go to the next place that is not empty, round at the ends."""
        parts, listed = self.parts(), LISTED
        here = self._number if self._number in listed else (self._came_from().place)
        at = listed.index(here)
        for step in range(1, len(listed)):
            number = listed[(at + by * step) % len(listed)]
            if not PLACES[number].missing(parts):
                self.visit(number)
                return

    def _came_from(self) -> Spot:
        """Where somebody was before they came to what is aside."""
        return self.trail.last_in(LISTED) or Spot(LISTED[0], None)

    def next_panel(self, by: int) -> None:
        """Focus the next panel of the place; from the last one go on to the next place."""
        inside = self.panels()
        at = inside.index(self.focused) + by if self.focused in inside else len(inside)
        if 0 <= at < len(inside):
            inside[at].focus()
        else:
            self.next_place(by)

    def panels(self) -> list[Widget]:
        """What ``tab`` goes through in the place in front."""
        return [widget for widget in self.focus_chain if self.place in widget.ancestors]

    def leave(self) -> bool:
        """Come out of a detail or a filter. False if there was nothing to come out of."""
        return self.place.leave()

    @on(Place.GoTo)
    def _go_to(self, message: Place.GoTo) -> None:
        number = next((n for n, known in PLACES.items() if known.title.lower() == message.place), None)
        if number is not None:
            self.visit(number, message.key)

    @on(Place.Left)
    def _left(self, message: Place.Left) -> None:
        message.stop()
        spot = self._came_from()
        self.visit(spot.place, spot.key)

    @on(Place.Said)
    def _said(self, message: Place.Said) -> None:
        message.stop()
        self.say(message.word, message.role)

    @on(Place.Asked)
    def _asked(self, message: Place.Asked) -> None:
        self.action_command(message.command)

    @on(PlaceBar.Clicked)
    def _tab_clicked(self, message: PlaceBar.Clicked) -> None:
        self.visit(message.number)

    # Commands

    def action_command(self, id: str) -> None:
        """Run a command, or say why it can't act now."""
        command = BY_ID[id]
        self.say("")
        if why := command.enabled(self):  # type: ignore[arg-type]
            self.say(why)
        else:
            command.run(self)  # type: ignore[arg-type]

    def say(self, word: str, role: str = "warn") -> None:
        """A word in the footer, until the next command."""
        footer = self.footer
        if word != footer.word:
            footer.say(word, role)
        if self._unsaying is not None:
            self._unsaying.stop()  # a word said again stands as long as one said for the first time
        self._unsaying = self.set_timer(WORD, lambda: self.footer.say("")) if word else None

    # Bars

    @on(Place.KeysMoved)
    def _keys_moved(self, message: Place.KeysMoved) -> None:
        message.stop()
        self.refresh_bars()

    def tabs(self) -> list[Tab]:
        """The places as the bar shows them."""
        parts = self.parts()
        shown = [known for known in PLACES.values() if not known.aside or known.number == self._number]
        return [Tab(known.number, known.title, bool(known.missing(parts)), known.sign) for known in shown]

    def refresh_bars(self) -> None:
        """Draw the place bar and the footer again, where they changed."""
        self.query_one("#places", PlaceBar).show_tabs(self.tabs(), self._number)
        words = WITHOUT_ARROWS if symbols(self.app) is ASCII else {}
        commands = self._footed()
        shown: Sequence[tuple[str, str]] = [
            (words.get(command.key_list()[0], command.key_list()[0]), command.word(self))  # type: ignore[arg-type]
            for command in commands
        ]
        if self.query("FilterBar:focus-within"):
            self.footer.show_keys(TYPING, self.mode())
        else:
            self.footer.show_keys(shown, self.mode(), sum(command.closing for command in commands))

    def _footed(self) -> list[type[Command]]:
        """The commands of the last line, those first that the place in front names first."""
        first = {id: at for at, id in enumerate(self.place.first_keys)}
        found = [each for each in COMMANDS if each.in_footer(self)]  # type: ignore[arg-type]
        return sorted(found, key=lambda each: (each.closing, first.get(each.id, len(first))))

    def mode(self) -> str:
        """Said at the right of the footer."""
        return ""

    def mark_empty(self) -> None:
        """Tell every place that is built whether it has something to show."""
        parts = self.parts()
        for place in self._built.values():
            missing: tuple[Line, ...] = place.known.missing(parts)
            if missing != place.empty:
                place.empty = missing
