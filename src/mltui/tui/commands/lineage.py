"""Commands of lineage: where anything came from and what was made with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command
from mltui.tui.places import registry

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen

#: The number of the place.
NUMBER = registry.LINEAGE.number


class Lineage(Command):
    """Where what the cursor is on came from and what was made with it: a commit, a dataset version, a stage, a run, a
    model version or an alias. On a thing within a lineage: that thing's own."""

    id, keys, title, group, footer, rank = "lineage", "l", "Lineage", "Looking", "lineage", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        place = screen.place
        return None if not place.empty and place.lineage_of() else place.no_lineage()

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.visit(NUMBER, screen.place.lineage_of())


class _Own(Command):
    """A key on which the tree or the drawing acts itself."""

    group = "Lineage"
    own = True


class Look(_Own):
    """The tree as a drawing, from left to right as data flows, where it fits; again: the tree."""

    id, keys, title, footer = "lineage.view", "w", "Tree or drawing", "drawing"

    @classmethod
    def word(cls, screen: MainScreen) -> str:
        return "tree" if getattr(screen.place, "drawn", False) else cls.footer

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return screen.place.number == NUMBER and screen.place.copies()


class Unfold(_Own):
    """Show what the row holds, or the next ones of many that are alike; on "see above" go there. In the drawing + does
    so, and right goes to what was made with the thing."""

    id, keys, title, footer = "lineage.unfold", "right,plus", "Unfold", "unfold"
    fixed = True

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        """On a row of the tree that holds more than is shown."""
        row = None if getattr(screen.place, "drawn", True) else getattr(screen.place, "row", None)
        return screen.place.number == NUMBER and row is not None and bool(row.folded)


class Fold(_Own):
    """Fold the row, or go to the one that holds it. In the drawing - does so, and left goes to what the thing came
    from."""

    id, keys, title = "lineage.fold", "left,h,minus", "Fold"
    fixed = True


class Go(_Own):
    """To the thing in its own place: a run in Runs, a commit in History, a dataset in Data, a version in Models; `<`
    comes back. On a heading fold it, on "more" show more."""

    id, keys, title = "lineage.go", "enter", "Go there"
    fixed = True


class Above(_Own):
    """To the thing above, of a drawing in the same column first."""

    id, keys, title = "lineage.above", "up,k", "Above"
    fixed = True


class Below(_Own):
    """To the thing below."""

    id, keys, title = "lineage.below", "down,j", "Below"
    fixed = True


LINEAGE: tuple[type[Command], ...] = (Lineage, Look, Unfold, Fold, Go, Above, Below)
