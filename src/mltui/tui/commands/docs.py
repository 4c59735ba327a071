"""The page docs/keys.md, made from the commands."""

from __future__ import annotations

from mltui.tui.commands import COMMANDS
from mltui.tui.commands.chooser_keys import CHOOSERS, LETTERS

_MADE = (
    "Made from the commands in `src/mltui/tui/commands/`; change it there. `keys.toml` gives commands other keys\n"
    "([rebinding.md](rebinding.md)); `mltui keys` prints those in force."
)
_OVER = "While one lies over the screen, only its own keys act; its last line tells them."


def keys_page() -> str:
    """Markdown: a table of keys for each group of commands. `docs/keys.md` is this text, and a test compares them."""
    lines = ["# Keys", "", _MADE]
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines += ["", f"## {group}", "", "| key | id | what it does |", "| --- | --- | --- |"]
        for command in COMMANDS:
            if command.group == group:
                keys = " ".join(f"`{key}`" for key in command.key_list()) or "palette"
                lines.append(f"| {keys} | {command.id} | {command.help()} |")
    lines += ["", "## In the choosers", "", _OVER]
    for title, told in CHOOSERS:
        lines += ["", f"### {title}", "", "| key | what it does |", "| --- | --- |"]
        lines += [f"| {_keys(keys)} | {does} |" for keys, does in told]
    return "\n".join(lines) + "\n"


def _keys(keys: str) -> str:
    return keys if keys == LETTERS else " ".join(f"`{key}`" for key in keys.split())


if __name__ == "__main__":
    import sys

    sys.stdout.write(keys_page())
