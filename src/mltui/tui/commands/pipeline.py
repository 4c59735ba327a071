"""Commands of the pipeline's drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command
from mltui.tui.places import registry

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen

#: The number of the place.
NUMBER = registry.PIPELINE.number


class _Own(Command):
    """A key on which the drawing or the table acts itself."""

    group = "Pipeline"
    own = True


class Look(_Own):
    """The stages as a drawing, or as a table that can be sorted."""

    id, keys, title, footer = "pipeline.view", "w", "Drawing or table", "table"

    @classmethod
    def word(cls, screen: MainScreen) -> str:
        return cls.footer if getattr(screen.place, "drawn", False) else "drawing"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return screen.place.number == NUMBER and screen.place.copies() and not screen.place.in_detail()


class Unfold(_Own):
    """Show each stage of a foreach or matrix; more than four of one are one box at first. Enter does so too."""

    id, keys, title, footer = "pipeline.unfold", "plus", "Unfold", "unfold"
    fixed = True

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        place = screen.place
        return place.number == NUMBER and not place.in_detail() and bool(getattr(place, "group", ""))


class Fold(_Own):
    """Fold the stages of the foreach or matrix that this one is of."""

    id, keys, title = "pipeline.fold", "minus", "Fold"
    fixed = True


class Near(_Own):
    """Draw only the stage under the cursor, what it depends on directly and what depends on it; to whichever of them
    one goes, that one's. Again: all stages."""

    id, keys, title, footer = "pipeline.near", "x", "Only its neighbours", "neighbours"

    @classmethod
    def word(cls, screen: MainScreen) -> str:
        return "all stages" if getattr(screen.place, "near", False) else cls.footer

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        place = screen.place
        return Look.in_footer(screen) and bool(getattr(place, "drawn", False) and getattr(place, "offers_near", False))


class Step(_Own):
    """To the nearest stage in that direction; {lineage} is lineage here too."""

    id, keys, title = "pipeline.step", "left,h,right,up,k,down,j", "To a stage beside"
    fixed = True


class Edges(_Own):
    """To the first stage, or the last."""

    id, keys, title = "pipeline.edges", "home,g,end,G", "First or last stage"
    fixed = True


PIPELINE: tuple[type[Command], ...] = (Look, Near, Unfold, Fold, Step, Edges)
