"""Themes in the sixteen colours every terminal has, whose shades are the terminal's own.

Of them only red and magenta can be read on white as well as on black in the palettes of xterm and of a PC's console
(a test computes it), so where nobody knows the background the others are left out. The themes that know it paint it.
"""

from __future__ import annotations

from textual.theme import Theme

_DEFAULT = "ansi_default"


def _theme(name: str, text: str, ground: str, colours: dict[str, str], *, dark: bool = True) -> Theme:
    """`colours` by role of the theme; the roles it leaves out look like `text`. Nothing is shaded: `ground` is all."""
    found = {role: colours.get(role, text) for role in (*_ROLES, "muted", "foreground")}
    curves = [*dict.fromkeys(found[role] for role in _CURVES)]
    return Theme(
        name=name,
        primary=found["primary"],
        secondary=found["secondary"],
        warning=found["warning"],
        error=found["error"],
        success=found["success"],
        accent=found["accent"],
        foreground=text,
        background=ground,
        surface=ground,
        panel=ground,
        boost=ground,
        dark=dark,
        ansi=True,
        variables={
            "ansi-background": ground,
            "ansi-foreground": text,
            "border-blurred": text,
            "block-cursor-foreground": text,
            "block-cursor-background": ground,
            "block-cursor-text-style": "reverse",
            "input-cursor-background": ground,
            "input-cursor-foreground": text,
            "input-cursor-text-style": "reverse",
            "input-selection-background": "ansi_cyan",
            "input-selection-foreground": "ansi_black",
            "screen-selection-background": "ansi_cyan",
            "screen-selection-foreground": "ansi_black",
            "foreground-muted": found["muted"],
            "foreground-faint": found["muted"],
            **{f"text-{role}": found[role] for role in _ROLES},
            "cursor": ground,
            "cursor-idle": ground,
            "rule": text,
            **{f"series-{at}": curves[at % len(curves)] for at in range(8)},
        },
    )


_ROLES = ("primary", "secondary", "warning", "error", "success", "accent")
#: Whose colours the curves of a chart have, in their order.
_CURVES = ("accent", "warning", "success", "secondary", "error", "primary", "foreground")

#: For a terminal of many colours whose owner chose its palette.
TERMINAL = _theme(
    "terminal",
    _DEFAULT,
    _DEFAULT,
    {
        "primary": "ansi_blue",
        "secondary": "ansi_magenta",
        "warning": "ansi_yellow",
        "error": "ansi_red",
        "success": "ansi_green",
        "accent": "ansi_cyan",
    },
)

#: For a terminal of sixteen: the same names as the themes of many colours, in their order.
SIXTEEN = (
    _theme(
        "dark",
        "ansi_white",
        "ansi_black",
        {
            "primary": "ansi_bright_cyan",
            "secondary": "ansi_bright_magenta",
            "warning": "ansi_bright_yellow",
            "error": "ansi_bright_red",
            "success": "ansi_bright_green",
            "accent": "ansi_bright_cyan",
        },
    ),
    _theme(
        "light",
        "ansi_black",
        "ansi_bright_white",
        {"primary": "ansi_blue", "secondary": "ansi_magenta", "error": "ansi_red", "accent": "ansi_blue"},
        dark=False,
    ),
    _theme(
        "high contrast",
        "ansi_bright_white",
        "ansi_black",
        {"warning": "ansi_bright_yellow", "error": "ansi_bright_red", "muted": "ansi_white"},
    ),
    _theme("terminal", _DEFAULT, _DEFAULT, {"secondary": "ansi_magenta", "error": "ansi_red"}),
)
