"""The page docs/keys.md, made from the commands."""

from __future__ import annotations

from mltui.tui.commands import COMMANDS


def keys_page() -> str:
    """Markdown: a table of keys for each group of commands. `docs/keys.md` is this text, and a test compares them."""
    lines = ["# Keys", "", "Made from the commands in `src/mltui/tui/commands/`; change it there."]
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines += ["", f"## {group}", "", "| key | id | what it does |", "| --- | --- | --- |"]
        for command in COMMANDS:
            if command.group == group:
                keys = " ".join(f"`{key}`" for key in command.key_list())
                lines.append(f"| {keys} | {command.id} | {command.help()} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(keys_page())
