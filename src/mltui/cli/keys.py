"""`mltui keys`: every command with the keys in force."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from mltui.cli.exits import OK
from mltui.cli.opening import open_told
from mltui.cli.terminal import symbols, use_utf8, write

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.tui.commands import Command


def print_keys(options: Options) -> int:
    """Print them by group; what of keys.toml makes no sense goes to standard error."""
    from mltui.cli.saying import say
    from mltui.config.loading import keys_file
    from mltui.tui.commands import COMMANDS

    path = str(keys_file(os.environ))
    workspace = open_told(options)
    workspace.close()
    config = workspace.config
    problems = [each for each in config.problems if (each.path or "").startswith(path)]
    if options.json:
        from mltui.cli.machine import write_json

        commands = [_document(command) for command in COMMANDS]
        told = [{"summary": each.summary, "hint": each.hint, "path": each.path} for each in problems]
        write_json({"schema": 1, "file": path, "commands": commands, "problems": told})
        return OK
    use_utf8()
    write(_lines(COMMANDS, symbols(config)))
    for each in problems:
        say(f"{each.path}: {each.summary}", each.hint)
    return OK


def _document(command: type[Command]) -> dict[str, Any]:
    from mltui.model.key_names import rebound

    return {
        "id": command.id,
        "keys": list(command.key_list()),
        "title": command.title,
        "group": command.group,
        "fixed": command.fixed,
        "rebound": rebound(command.id) is not None,
    }


def _lines(commands: tuple[type[Command], ...], symbols: Any) -> list[Any]:
    from mltui.model.key_names import rebound
    from mltui.present.layout import grid
    from mltui.present.text import ASCII, Span, line
    from mltui.tui.commands.base import WITHOUT_ARROWS

    words = WITHOUT_ARROWS if symbols is ASCII else {}
    lines: list[Any] = []
    for group in dict.fromkeys(command.group for command in commands):
        rows = []
        for command in (each for each in commands if each.group == group):
            keys = " ".join(words.get(key, key) for key in command.key_list()) or "palette"
            note = "fixed" if command.fixed else "yours" if rebound(command.id) is not None else ""
            cells = (Span(f"  {keys}", "accent"), Span(command.id, "key"), Span(command.title), Span(note, "dim"))
            rows.append([line(each) for each in cells])
        lines += [line(Span(group, "title")), *grid(rows, "llll"), ()]
    return lines[:-1]
