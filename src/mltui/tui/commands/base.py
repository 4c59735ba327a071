"""What a command is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import Binding

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen

Group = Literal[
    "Moving", "Looking", "Choosing", "Writing", "Data", "Runs", "Charts", "Artifacts", "Log", "Lineage", "Pipeline"
]


class Command:
    """One thing a person can ask for. The docstring of a subclass is its help text.

    `id` is what ``keys.toml`` will rebind, `keys` Textual key names separated by commas ("": only the palette has it),
    `footer` a word for the last line ("" keeps it out). Where `own` is set, the focused widget itself acts on the keys
    and `run` is never called. The palette lists the lowest `rank` first: 0 places, 1 what people use every day, 2 the
    rest, 3 what is quicker by its key.
    """

    id: ClassVar[str]
    keys: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[Group]
    footer: ClassVar[str] = ""
    own: ClassVar[bool] = False
    rank: ClassVar[int] = 2
    closing: ClassVar[bool] = False  #: at the end of the last line, whatever else is in it

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        """Why it can't act now; None if it can."""
        return None

    @classmethod
    def word(cls, screen: MainScreen) -> str:
        """What the last line calls it now."""
        return cls.footer

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        """Whether the last line names it now."""
        return bool(cls.footer) and cls.enabled(screen) is None

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        """Do it. Only called when `enabled` said None."""
        raise NotImplementedError

    @classmethod
    def help(cls) -> str:
        """The docstring in one line."""
        return " ".join((cls.__doc__ or "").split())

    @classmethod
    def key_list(cls) -> tuple[str, ...]:
        """The keys as a person writes them; () of what only the palette has."""
        return tuple(_SHOWN.get(key, key) for key in cls.keys.split(",") if key)


#: Textual's names of keys that a person knows by their character.
_SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "at": "@",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "asterisk": "*",
    "exclamation_mark": "!",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "shift+left": "shift+←",
    "shift+right": "shift+→",
    "plus": "+",
    "equals_sign": "=",
    "underscore": "_",
    "minus": "-",
}


#: The same for a terminal without arrows.
WITHOUT_ARROWS: Mapping[str, str] = MappingProxyType(
    {"↑": "up", "↓": "down", "←": "left", "→": "right", "shift+←": "shift+left", "shift+→": "shift+right"}
)


def bindings(commands: tuple[type[Command], ...]) -> list[Binding]:
    """The bindings of a screen for all commands that the focused widget does not act on itself."""
    return [
        Binding(command.keys, f"command('{command.id}')", command.title, show=False, id=command.id)
        for command in commands
        if command.keys and not command.own
    ]
