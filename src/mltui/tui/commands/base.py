"""What a command is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

from mltui.model.key_names import filled, rebound
from mltui.tui.key_words import person

if TYPE_CHECKING:
    from textual.binding import Binding

    from mltui.tui.screens.main import MainScreen

Group = Literal[
    "Moving", "Looking", "Choosing", "Writing", "Data", "Runs", "Charts", "Artifacts", "Log", "Lineage", "Pipeline"
]


class Command:
    """One thing a person can ask for. The docstring of a subclass is its help text.

    `id` is what ``keys.toml`` rebinds, `keys` Textual key names separated by commas ("": only the palette has it),
    `footer` a word for the last line ("" keeps it out). Where `own` is set, the focused widget itself acts on the keys
    and `run` is never called: its binding has the command's id. A `fixed` command has several keys that do different
    things, so that no list of other keys could say which does what. The palette lists the lowest `rank` first: 0
    places, 1 what people use every day, 2 the rest, 3 what is quicker by its key.
    """

    id: ClassVar[str]
    keys: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[Group]
    footer: ClassVar[str] = ""
    own: ClassVar[bool] = False
    fixed: ClassVar[bool] = False  #: keys.toml can't rebind it
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
        """The docstring in one line; the keys of other commands stand in it as ``{id}``."""
        return filled(" ".join((cls.__doc__ or "").split()))

    @classmethod
    def key_list(cls) -> tuple[str, ...]:
        """The keys in force as a person writes them; () of what only the palette has."""
        ours = rebound(cls.id)
        return tuple(person(each) for each in cls.keys.split(",") if each) if ours is None else ours


#: The same for a terminal without arrows.
WITHOUT_ARROWS: Mapping[str, str] = MappingProxyType(
    {"↑": "up", "↓": "down", "←": "left", "→": "right", "shift+←": "shift+left", "shift+→": "shift+right"}
)


def bindings(commands: tuple[type[Command], ...]) -> list[Binding]:
    """The bindings of a screen for all commands that the focused widget does not act on itself."""
    from textual.binding import Binding

    return [
        Binding(command.keys, f"command('{command.id}')", command.title, show=False, id=command.id)
        for command in commands
        if command.keys and not command.own
    ]
