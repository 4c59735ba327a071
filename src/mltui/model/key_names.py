"""The keys that texts name, by command id: those of the commands (``tui/commands``) unless keys.toml says otherwise.

Texts are made in every room, and none below the TUI knows a command; so what they name stands here once more, and a
test holds it against the commands. What is in force is one thing of a process: one person sits before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

#: The first key of each command that a text names, as a person writes it.
DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "as-of": "t",
        "baseline": "b",
        "charts.kind": "w",
        "charts.metrics": "v",
        "chores": "e",
        "columns": "v",
        "copy": "y",
        "copy.as": "ctrl+y",
        "differ": "d",
        "experiment": "X",
        "experiments": "E",
        "experiments.all": "*",
        "filter": "/",
        "group": "ctrl+g",
        "group.fold": "-",
        "hash": "H",
        "journal": "J",
        "leave": "esc",
        "lineage": "l",
        "log.commands": "@",
        "log.search": "/",
        "mark": "space",
        "metric": "M",
        "outside": "o",
        "page.charts": "C",
        "page.log": "L",
        "place.6": "6",
        "place.7": "7",
        "promote": "P",
        "quit": "q",
        "refresh": "r",
        "remote.ask": "u",
        "retrain": "R",
        "rollback": "B",
        "stop": "K",
        "store": "S",
        "takeaway": "Z",
        "undo": "z",
    }
)
#: Said of a command that was left without a key: it is still in the palette, under its title.
_BY_NAME = "the palette's {}"

_ID = re.compile(r"\{([a-z0-9.-]+)\}")

_ours: dict[str, tuple[str, ...]] = {}


def key_of(id: str) -> str:
    """The key of the command `id`, as a person writes it. Raises `KeyError` for one that no text names."""
    keys = _ours.get(id)
    if keys is None:
        return DEFAULTS[id]
    return keys[0] if keys else _BY_NAME.format(id)


def filled(text: str) -> str:
    """`text` with the key of each command whose id stands in it in braces: ``{undo} takes it back``."""
    return _ID.sub(lambda found: key_of(found.group(1)), text)


def rebound(id: str) -> tuple[str, ...] | None:
    """The keys that keys.toml gives the command `id`, () for none at all; None where it says nothing of it."""
    return _ours.get(id)


def use(keys: Mapping[str, Sequence[str]]) -> None:
    """From now on these commands have these keys, and all others their own."""
    _ours.clear()
    _ours.update({id: tuple(each) for id, each in keys.items()})
