"""Dark, light and high contrast, and one that leaves all colours to the terminal; which of them fits it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from textual.theme import Theme

from mltui.tui.ansi_themes import SIXTEEN, TERMINAL


def _series(colours: str) -> dict[str, str]:
    """The colours of the curves of a chart, by variable; neighbours are far apart for eyes that see red as green."""
    return {f"series-{at}": colour for at, colour in enumerate(colours.split())}


DARK = Theme(
    name="dark",
    primary="#6CA0F6",
    secondary="#B7A1E8",
    warning="#E5B567",
    error="#F2777A",
    success="#8CC98A",
    accent="#7CC7D8",
    foreground="#DADDE2",
    background="#14171C",
    surface="#14171C",
    panel="#1E232B",
    dark=True,
    variables={
        "foreground-muted": "#A0A9B8",
        "foreground-faint": "#5F6875",
        "text-primary": "#7FB0FF",
        "text-secondary": "#C3B0EE",
        "text-success": "#8CC98A",
        "text-warning": "#E5B567",
        "text-error": "#F88A8C",
        "text-accent": "#7CC7D8",
        "cursor": "#262F52",
        "cursor-idle": "#24272D",
        "rule": "#3A4350",
        **_series("#7FB0FF #E5A567 #8CC98A #F88A8C #C3B0EE #7CC7D8 #E8D774 #E29CCB"),
    },
)
LIGHT = Theme(
    name="light",
    primary="#1F5FBF",
    secondary="#6B46B8",
    warning="#7A4F00",
    error="#B3261E",
    success="#1B6E33",
    accent="#00697A",
    foreground="#1D2129",
    background="#FBFBF9",
    surface="#FBFBF9",
    panel="#EEEEEA",
    dark=False,
    variables={
        "foreground-muted": "#545B66",
        "foreground-faint": "#8A909A",
        "text-primary": "#1F5FBF",
        "text-secondary": "#6B46B8",
        "text-success": "#1B6E33",
        "text-warning": "#7A4F00",
        "text-error": "#B3261E",
        "text-accent": "#00697A",
        "cursor": "#CFE0F8",
        "cursor-idle": "#E8EAED",
        "rule": "#B9BFC8",
        **_series("#1F5FBF #A04A00 #1B6E33 #B3261E #6B46B8 #00697A #6E5A00 #9C2C77"),
    },
)
CONTRAST = Theme(
    name="high contrast",
    primary="#5CB8FF",
    secondary="#FF9CFF",
    warning="#FFE000",
    error="#FF6B6B",
    success="#4CFF72",
    accent="#00F0FF",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
    variables={
        "foreground-muted": "#D0D0D0",
        "foreground-faint": "#A8A8A8",
        "text-primary": "#5CB8FF",
        "text-secondary": "#FF9CFF",
        "text-success": "#4CFF72",
        "text-warning": "#FFE000",
        "text-error": "#FF8080",
        "text-accent": "#00F0FF",
        "cursor": "#00286B",
        "cursor-idle": "#333333",
        "rule": "#FFFFFF",
        **_series("#5CB8FF #FFB000 #4CFF72 #FF6B6B #FF9CFF #00F0FF #FFE000 #FFFFFF"),
    },
)
THEMES = (DARK, LIGHT, CONTRAST, TERMINAL)


#: Terminals of many colours that say so nowhere but in their name.
_NAMES = ("", "alacritty", "wezterm", "foot")
#: Terminals without colours, and those whose name says so (terminfo's "-m").
_MONOCHROME = ("vt52", "vt100", "vt102", "vt220", "vt320", "vt420", "xterm-mono", "linux-m")
#: The colours of a background that is dark, as COLORFGBG numbers them (rxvt and Konsole set "foreground;background").
_DARK = ("0", "1", "2", "3", "4", "5", "6", "8")


def colourless(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether nobody wants colours, or a terminal that has none is to be written for: DEC's, by their names."""
    return "NO_COLOR" in environment or environment.get("TERM", "").startswith(_MONOCHROME)


def fitting_themes(environment: Mapping[str, str] = os.environ) -> tuple[Theme, ...]:
    """The themes to choose from, by name: those of many colours, or what sixteen can do."""
    return THEMES if _many(environment) else SIXTEEN


def fitting_theme(chosen: str, environment: Mapping[str, str] = os.environ) -> str:
    """The name of the theme to start with: NO_COLOR draws with none; else as chosen; else what fits the terminal.

    One of sixteen colours keeps its own background unless it says which it has.
    """
    if colourless(environment):
        return TERMINAL.name
    if any(theme.name == chosen for theme in THEMES):
        return chosen
    if _many(environment):
        return DARK.name
    ground = environment.get("COLORFGBG", "").rpartition(";")[2]
    if environment.get("TERM") == "linux" or ground in _DARK:
        return DARK.name
    return LIGHT.name if ground in ("7", "15") else TERMINAL.name


def _many(environment: Mapping[str, str]) -> bool:
    term = environment.get("TERM", "")
    many = environment.get("COLORTERM") or "256" in term or "direct" in term or "kitty" in term or "ghostty" in term
    return bool(many) or term in _NAMES
