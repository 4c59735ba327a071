"""keys.toml judged: which commands have which keys, and what of the file makes no sense. Imports no Textual."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from mltui.config import Rebound
from mltui.model import key_names
from mltui.model.part import Problem
from mltui.tui.key_words import person, textual

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace
    from mltui.tui.commands import Command

#: Commands without which somebody would be stuck.
NEEDED: Final = frozenset({"quit", "leave"})
#: Keys that Textual, the terminal or every dialog has for itself.
TAKEN: Final = {
    "ctrl+c": "says how to quit",
    "ctrl+q": "quits at once",
    "ctrl+z": "suspends",
    "escape": "leaves",
    "enter": "opens",
    "tab": "goes to the next panel",
    "shift+tab": "goes to the panel before",
}
#: A key that no terminal sends: Textual's keymap takes no empty one.
NONE: Final = "unbound"
_IGNORED: Final = "the line is ignored"


@dataclass(frozen=True, slots=True)
class Judged:
    """What is in force: of each command that was rebound its keys as Textual calls them, and the problems."""

    keys: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...]

    def keymap(self) -> dict[str, str]:
        """For Textual's `App.set_keymap`."""
        return {id: ",".join(keys) or NONE for id, keys in self.keys.items()}

    def shown(self) -> dict[str, tuple[str, ...]]:
        """As a person writes them, for `model.key_names.use`."""
        return {id: tuple(person(key) for key in keys) for id, keys in self.keys.items()}


def judged(lines: Sequence[Rebound]) -> Judged:
    """Each line of keys.toml that makes sense; two commands on one key where both act do not."""
    if not lines:
        return Judged({}, ())
    from mltui.tui.commands import BY_ID, COMMANDS

    wanted: dict[str, Rebound] = {}
    keys: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for line in lines:
        try:
            keys[line.id] = _keys(line, BY_ID)
            wanted[line.id] = line
        except ValueError as error:
            summary, hint = error.args
            problems.append(Problem("config", summary, hint, line.where))
    while clash := next(_clashes(COMMANDS, keys), None):  # what is taken back may clash in its turn
        id, key, other = clash
        del keys[id]
        hint = f'give {other} another key there too, or "" for none; {_IGNORED}'
        summary = f"{person(key)} can't be the key of {id}: {_has(BY_ID[other])}"
        problems.append(Problem("config", summary, hint, wanted[id].where))
    return Judged(keys, tuple(problems))


def _keys(line: Rebound, commands: Mapping[str, type[Command]]) -> tuple[str, ...]:
    """The keys of a line as Textual calls them. Raises `ValueError` with summary and hint."""
    command = commands.get(line.id)
    if command is None:
        near = get_close_matches(line.id, commands, n=1, cutoff=0.6)
        raise ValueError(f"no command is called {line.id}", f"did you mean {near[0]}?" if near else _WHERE)
    if command.fixed:
        raise ValueError(f"{line.id} can't be rebound: its keys belong to the panel that has the focus", _IGNORED)
    if not line.keys and line.id in NEEDED:
        raise ValueError(f"{line.id} needs a key: nobody could get out", _IGNORED)
    found = [_key(line.id, word, command) for word in line.keys]
    return tuple(dict.fromkeys(found))


_WHERE: Final = "mltui keys lists them all"


def _key(id: str, word: str, command: type[Command]) -> str:
    try:
        key = textual(word)
    except ValueError as error:
        hint = f'keys are written like "ctrl+t", "f5", "?", "R" or "pgup"; {_IGNORED}'
        raise ValueError(f"{id}: {word!r} {error}", hint) from None
    if key in TAKEN and key not in command.keys.split(","):
        raise ValueError(f"{id}: {person(key)} is taken, it {TAKEN[key]}", _IGNORED)
    return key


def _clashes(commands: Sequence[type[Command]], keys: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """Each rebound command that shares a key with another one where both act: id, key, the other's id."""
    for id in reversed(list(keys)):  # the later line gives way
        mine = next(each for each in commands if each.id == id)
        for other in commands:
            if other is mine or not _together(mine, other):
                continue
            theirs = keys.get(other.id, tuple(other.keys.split(",")))
            before = set(mine.keys.split(",")) & set(other.keys.split(","))  # these two share it as mltui has it
            for key in keys[id]:
                if key in theirs and key not in before:
                    yield id, key, other.id


def _together(one: type[Command], other: type[Command]) -> bool:
    """Whether both act in one place: what a panel acts on itself does where that panel is, all others everywhere."""
    everywhere = not one.own or not other.own or "Moving" in (one.group, other.group)
    return everywhere or one.group == other.group


def _has(command: type[Command]) -> str:
    where = f" in {command.group}" if command.own and command.group != "Moving" else ""
    return f"{command.id} ({command.title}) has it{where}"


def use_keys(workspace: Workspace) -> None:
    """Name the keys in force in all texts from now on, and what of keys.toml makes no sense among the problems."""
    found = judged(workspace.config.rebound)
    key_names.use(found.shown())
    if found.problems:
        workspace.config = replace(workspace.config, problems=(*workspace.config.problems, *found.problems))
