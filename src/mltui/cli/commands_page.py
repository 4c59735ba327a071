"""The page docs/commands.md, made from the commands themselves: ``python -m mltui.cli.commands_page``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from mltui.cli.commands import mltui
from mltui.cli.examples import SECTIONS

#: Letters of a line of help.
WIDTH = 100

_HEAD = """\
# Commands

Made by `python -m mltui.cli.commands_page > docs/commands.md`; each is what `mltui COMMAND --help` prints. Documents
for machines are in [status-schema.md](status-schema.md), a shell's prompt and completion in [shell.md](shell.md).
"""


def commands_page() -> str:
    """Markdown. `docs/commands.md` is this text, and a test compares them."""
    parts = [_HEAD, _block(mltui, "mltui", None)]
    for title, names in SECTIONS.items():
        parts.append(f"## {title}\n")
        for name in names:
            parts += _told(mltui.commands[name], name, _context(mltui, "mltui", None))
    return "\n".join(parts)


def _told(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    yield f"### {parent.command_path} {name}\n"
    yield _block(command, name, parent)
    if isinstance(command, click.Group):
        above = _context(command, name, parent)
        for word, each in command.commands.items():
            yield from _told(each, word, above)


def _block(command: click.Command, name: str, parent: click.Context | None) -> str:
    return f"```\n{command.get_help(_context(command, name, parent))}\n```\n"


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    settings = {"help_option_names": ["-h", "--help"]}
    return click.Context(command, parent, name, terminal_width=WIDTH, max_content_width=WIDTH, **settings)  # type: ignore[arg-type]


if __name__ == "__main__":
    click.echo(commands_page(), nl=False)
