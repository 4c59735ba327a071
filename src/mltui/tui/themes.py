"""Dark, light and high contrast, and one that leaves all colours to the terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping

from textual.theme import Theme

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
        "cursor": "#2B3A52",
        "cursor-idle": "#222933",
        "rule": "#3A4350",
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
        "cursor-idle": "#E6EAF0",
        "rule": "#B9BFC8",
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
    },
)
TERMINAL = Theme(
    name="terminal",
    primary="ansi_blue",
    secondary="ansi_magenta",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    accent="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    ansi=True,
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "reverse",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_cyan",
        "screen-selection-foreground": "ansi_black",
        "foreground-muted": "ansi_default",
        "foreground-faint": "ansi_default",
        "text-primary": "ansi_blue",
        "text-secondary": "ansi_magenta",
        "text-success": "ansi_green",
        "text-warning": "ansi_yellow",
        "text-error": "ansi_red",
        "text-accent": "ansi_cyan",
        "cursor": "ansi_default",
        "cursor-idle": "ansi_default",
        "rule": "ansi_default",
    },
)

THEMES = (DARK, LIGHT, CONTRAST, TERMINAL)


def fitting_theme(chosen: str, environment: Mapping[str, str] = os.environ) -> str:
    """The theme to start with: NO_COLOR and terminals of 16 colours draw with the terminal's own; else as chosen."""
    if "NO_COLOR" in environment:
        return TERMINAL.name
    if any(theme.name == chosen for theme in THEMES):
        return chosen
    term = environment.get("TERM", "")
    many = environment.get("COLORTERM") or "256" in term or "direct" in term or "kitty" in term or "ghostty" in term
    return DARK.name if many or term in ("", "alacritty", "wezterm", "foot") else TERMINAL.name
