"""Commands that move: in a table, between panels and places, back and forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command
from mltui.tui.places.registry import SEVEN

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class Moving(Command):
    """Common to all of them."""

    group = "Moving"
    rank = 3


class Own(Moving):
    """A key on which the table or pane in front acts itself."""

    own = True
    fixed = True


class Up(Own):
    """One row up."""

    id, keys, title = "move.up", "up,k", "Up"


class Down(Own):
    """One row down."""

    id, keys, title = "move.down", "down,j", "Down"


class PageUp(Own):
    """A screenful up."""

    id, keys, title = "move.page_up", "pageup,ctrl+b", "Page up"


class PageDown(Own):
    """A screenful down."""

    id, keys, title = "move.page_down", "pagedown,ctrl+f", "Page down"


class First(Own):
    """To the first row."""

    id, keys, title = "move.first", "home,g", "First"


class Last(Own):
    """To the last row."""

    id, keys, title = "move.last", "end,G", "Last"


class Sideways(Own):
    """Right reaches the columns that found no room, left comes back."""

    id, keys, title = "move.sideways", "left,right", "Sideways"


class Open(Own):
    """Open what the cursor is on: its detail, or the place that knows more of it."""

    id, keys, title, footer = "open", "enter", "Open", "open"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return screen.place.opens()


class Leave(Moving):
    """Come out of a detail, end a filter."""

    id, keys, title, footer = "leave", "escape", "Leave", "back"

    @classmethod
    def word(cls, screen: MainScreen) -> str:
        return "all rows" if screen.place.filter_text and not screen.place.in_detail() else cls.footer

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return screen.place.leaves()

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.leave()


class NextPanel(Moving):
    """To the next panel; from the last one to the next place that is not empty."""

    id, keys, title, footer = "panel.next", "tab", "Next panel or place", "next panel"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return len(screen.panels()) > 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.next_panel(1)


class FormerPanel(Moving):
    """To the panel before; from the first one to the place before that is not empty."""

    id, keys, title = "panel.former", "shift+tab", "Former panel or place"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.next_panel(-1)


class NextPlace(Moving):
    """To the next place that is not empty."""

    id, keys, title = "place.next", "right_square_bracket", "Next place"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.next_place(1)


class FormerPlace(Moving):
    """To the place before that is not empty."""

    id, keys, title = "place.former", "left_square_bracket", "Former place"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.next_place(-1)


class Back(Moving):
    """Back to where you were: the former place and what the cursor was on."""

    id, keys, title, rank = "back", "less_than_sign", "Back", 2

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return None if screen.trail.can_go_back else "nowhere to go back to yet"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.go(screen.trail.back(screen.spot()))


class Forward(Moving):
    """Forward again, after going back."""

    id, keys, title, rank = "forward", "greater_than_sign", "Forward", 2

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return None if screen.trail.can_go_forward else "nowhere to go forward to"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.go(screen.trail.forward(screen.spot()))


def _place(number: int, name: str, shows: str) -> type[Command]:
    class ToPlace(Moving):
        id, keys, title, rank = f"place.{number}", str(number), name, 0

        @classmethod
        def run(cls, screen: MainScreen) -> None:
            screen.visit(number)

    ToPlace.__doc__ = f"To {name}: {shows}."
    return ToPlace


PLACES = tuple(_place(known.number, known.title, known.shows) for known in SEVEN)

MOVING: tuple[type[Command], ...] = (
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Sideways,
    Open,
    Leave,
    NextPanel,
    FormerPanel,
    NextPlace,
    FormerPlace,
    Back,
    Forward,
    *PLACES,
)
