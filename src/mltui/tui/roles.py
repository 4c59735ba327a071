"""Roles to styles: the one place where the meaning of a span becomes a colour of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style

from mltui.present.text import safe

if TYPE_CHECKING:
    from textual.app import App

    from mltui.present.text import Line

#: role -> (theme variable of the colour, bold). Weight goes with colour so that what needs somebody stands out in
#: monochrome too; what a role means is always said by a symbol or a word as well.
ROLES: dict[str, tuple[str, bool]] = {
    "dim": ("foreground-muted", False),
    "note": ("foreground-muted", False),
    "title": ("foreground", True),
    "key": ("foreground-muted", False),
    "good": ("text-success", False),
    "warn": ("text-warning", True),
    "bad": ("text-error", True),
    "running": ("text-primary", True),
    "unknown": ("text-secondary", False),
    "accent": ("text-accent", False),
    "hash": ("text-secondary", False),
    "faint": ("foreground-faint", False),
    "front": ("text-primary", True),
    **{f"series{at}": (f"series-{at}", False) for at in range(8)},
}


def styles(app: App[Any]) -> dict[str, Style]:
    """The style of every role in the app's present theme. One that leaves colours to the terminal dims with dim."""
    from textual.color import Color

    variables = app.theme_variables
    ansi = app.current_theme.ansi
    plain = variables["foreground-muted"] == variables["foreground"]
    background = Color.parse(variables["background"])
    found = {"": Style()}
    for role, (variable, bold) in ROLES.items():
        colour = Color.parse(variables[variable])
        faint = True if ansi and plain and variable in ("foreground-muted", "foreground-faint") else None
        colour = colour if ansi else background + colour
        found[role] = Style(color=colour.rich_color, bold=bold or None, dim=faint, reverse=role == "front" or None)
    return found


def curve_colours(app: App[Any]) -> int:
    """How many curves of a chart the present theme's colours tell apart: 0 without colours."""
    return 0 if app.no_color else len({app.theme_variables[f"series-{at}"] for at in range(8)})


def segments(line: Line, base: Style, roles: dict[str, Style]) -> list[Segment]:
    """A line as segments on `base`; an unknown role is drawn plain. The last door before the terminal: what `safe` was
    forgotten for is not obeyed."""
    return [Segment(safe(span.text), base + roles[span.role] if span.role in roles else base) for span in line]
