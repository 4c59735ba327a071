"""Every command's help: in a section, with examples that can be typed, and on the page docs/commands.md."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mltui.cli.commands import mltui, run_click
from mltui.cli.commands_page import commands_page
from mltui.cli.examples import EXAMPLES, SECTIONS

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def commands(command: click.Command, *above: str) -> Iterator[str]:
    """Every command that does something and is not hidden, by its words."""
    if isinstance(command, click.Group):
        for word, each in command.commands.items():
            if not each.hidden:
                yield from commands(each, *above, word)
    else:
        yield " ".join(above)


def words(line: str) -> list[str]:
    """The words of an example up to a pipe or a redirection."""
    found = shlex.split(line)
    end = next((at for at, word in enumerate(found) if word in ("|", ">", ">>")), len(found))
    return found[:end]


def test_every_command_has_its_place_in_the_help() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(name for name, each in mltui.commands.items() if not each.hidden)


@pytest.mark.parametrize("name", [*commands(mltui), ""])
def test_every_command_has_examples(name: str) -> None:
    assert 2 <= len(EXAMPLES[name]) <= 4, "cli/examples.py"
    for line, says in EXAMPLES[name]:
        assert line.startswith(f"mltui {name}".rstrip()) and says and not says.endswith(".")


def test_no_example_is_of_a_command_that_is_gone() -> None:
    assert EXAMPLES.keys() - {""} == set(commands(mltui))


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, each in EXAMPLES.items() for line, _ in each])
def test_an_example_is_understood(
    name: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """By click, to the last option: the command is found, and called with what it was given."""
    called: list[str] = []
    monkeypatch.setattr(click.Command, "invoke", lambda self, ctx: called.append(ctx.command_path))
    monkeypatch.chdir(tmp_path)
    program, *rest = words(line)
    assert program == "mltui"
    if name == "" and "status" not in rest:  # a place, which the quick reading takes
        return
    assert run_click(rest) == 0, capsys.readouterr().err
    assert called[-1] == f"mltui {name or 'status'}"


def test_the_help_ends_with_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_click(["run", "show", "--help"]) == 0
    shown = capsys.readouterr().out
    for line, says in EXAMPLES["run show"]:
        assert f"  {line}\n      {says}\n" in shown
    assert run_click(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n{title}:\n" in shown for title in SECTIONS) and "\nOther:\n" not in shown


def test_the_page_is_made_of_the_help() -> None:
    told = PAGE.read_text(encoding="utf-8")
    assert told == commands_page(), "run: python -m mltui.cli.commands_page > docs/commands.md"
    assert all(f"### mltui {name}\n" in told for name in commands(mltui))
