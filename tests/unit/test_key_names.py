"""No text names a key by hand: what is rebound is named by its new key everywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mltui.model import key_names
from mltui.tui.commands import BY_ID, COMMANDS

SOURCE = Path(key_names.__file__).parents[1]
#: The keys of what lies over the screen are its own, and so are these words; all else is a defect. By file.
OWN = {
    "tui/commands/charts.py": {"x", "X", "y"},
    "tui/commands/comparing.py": {"x", "b", "p", "s", "y", "Y", "enter"},
    "tui/commands/files.py": {"enter"},
    "tui/commands/looking.py": {"y"},
    "tui/commands/table.py": {"ctrl+d"},
    "tui/commands/trend.py": {"n", "m", "enter"},
    "tui/places/runs/charts.py": {"X"},
    "tui/screens/moving_words.py": {"t", "g", "f"},
    "tui/screens/retraining.py": {"ctrl+s"},
    "tui/screens/stopping.py": {"t", "z"},
    "tui/screens/trend.py": {"n", "N"},
    "tui/screens/trusting.py": {"g"},
    "tui/screens/typing_to_confirm.py": {"ctrl+s"},
    "tui/commands/promoting.py": {"ctrl+s"},
    "tui/commands/retraining.py": {"ctrl+s"},
    "cli/promote_told.py": {"ctrl+c"},
    "cli/command_runs.py": {"N", "x", "y"},
    "cli/command_trend.py": {"N"},
    "cli/journal.py": {"N"},
    "cli/model_journal.py": {"N"},
    "actions/experiments/queue.py": {"N"},
}
#: Words of a text that may be a key: what `enter` and `esc` do is fixed in every panel and dialog.
WORDS = re.compile(r"(?<![\w`'\"%{}=/.<>+:*$-])([B-Zb-z@]|ctrl\+[a-z])(?= [a-z]|[;.,:)]| [a-z]+$)(?![\w=/.'`*+-]\w)")
#: The number of a place, as the key that goes there.
PLACES = re.compile(r"(?<![\w.=])[1-7](?= (?:shows|lists|opens|has|tells)\b)")
#: Units, not keys: ``60 s``, ``v3``.
UNITS = frozenset("s h d v B")


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a file that a person may read: of docstrings those of commands, which are their help."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    commands = path.parent.name == "commands"
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    if commands:
        yield from ((0, command.__doc__ or "") for command in COMMANDS if command.__module__.endswith(path.stem))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def named(text: str) -> set[str]:
    """The keys in `text` that are the key of a command."""
    keys = {key for command in COMMANDS for key in command.keys.split(",")} | {"@"}
    if "\\" in text or " " not in text.strip() or text.endswith("t."):  # a pattern, a name, SQL
        return set()
    return {word for word in WORDS.findall(text) if word in keys and word not in UNITS} | set(PLACES.findall(text))


def test_no_text_names_a_key_by_hand() -> None:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith(("demo/", "sources/mlflow/", "present/plot", "tui/commands/chooser_keys")):
            continue
        for line, text in texts(path):
            if bad := named(text) - OWN.get(name, set()):
                found.append(f"{name}:{line}: {', '.join(sorted(bad))} in {text[:80]!r}")
    assert found == []


def test_what_texts_name_is_what_the_commands_say() -> None:
    assert dict(key_names.DEFAULTS) == {id: BY_ID[id].key_list()[0] for id in key_names.DEFAULTS}


def test_a_rebound_key_is_named_and_a_command_without_one_by_its_id() -> None:
    key_names.use({"retrain": ("ctrl+t", "f5"), "stop": ()})
    try:
        assert key_names.key_of("retrain") == "ctrl+t"
        assert key_names.key_of("stop") == "the palette's stop"
        assert key_names.filled("{retrain} and {promote}") == "ctrl+t and P"
        with pytest.raises(KeyError):
            key_names.key_of("nobody")
    finally:
        key_names.use({})
    assert key_names.key_of("retrain") == "R"
