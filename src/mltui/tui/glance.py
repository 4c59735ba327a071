"""Draw the picture that the next start begins with: the first frame as it will be, for this size and these colours."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mltui.tui import roles
from mltui.tui.symbols import symbols
from mltui.tui.widgets.bar import Bar, Piece, bar_strip
from mltui.tui.widgets.cells import clip_line
from mltui.tui.widgets.placebar import TITLES_FROM, PlaceBar, Tab, label

if TYPE_CHECKING:
    from textual.app import App

    from mltui.present.text import Line

#: Blanks before the lines of the first frame and empty rows above them, as app.tcss has them (a test compares).
LEFT = 2
ABOVE = 1


@dataclass(frozen=True, slots=True)
class Scene:
    """What is in the first frame: the pieces of its header, the places, and the lines."""

    header: Sequence[Piece]
    tabs: Sequence[Tab]
    lines: Sequence[Line]


def glance(app: App[None], scene: Scene, header: Style, base: Style) -> list[str]:
    """The rows of `scene` for `app`'s screen with their escape sequences. `header` and `base` are background styles."""
    width, height = app.size
    styles, more = roles.styles(app), symbols(app).more
    places = [Piece(label(tab, tab.number == 1, width >= TITLES_FROM)) for tab in scene.tabs]
    blank = Strip.blank(width, base)
    strips = [
        bar_strip(scene.header, width, Bar.GAP, (header, styles, more)),
        bar_strip(places, width, PlaceBar.GAP, (base, styles, more)),
        *[blank] * ABOVE,
    ]
    for line in scene.lines:
        text = roles.segments(clip_line(line, width - 2 * LEFT, more), base, styles)
        strips.append(Strip([Segment(" " * LEFT, base), *text]).adjust_cell_length(width, base))
    strips += [blank] * (height - len(strips))
    if "NO_COLOR" in os.environ:
        strips = [Strip(Segment.remove_color(strip)) for strip in strips]
    return [strip.render(app.console) for strip in strips[:height]]
