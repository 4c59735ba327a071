"""Screens one only reads: help, the command log, problems."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from mltui.present.text import ASCII, Line, Span, Symbols, line, safe
from mltui.tui.commands import COMMANDS
from mltui.tui.commands.base import WITHOUT_ARROWS
from mltui.tui.commands.chooser_keys import Told
from mltui.tui.screens.dialog import Dialog
from mltui.tui.widgets.lines import LinesView

if TYPE_CHECKING:
    from mltui.model.part import Problem
    from mltui.sources.runner import Runner


class ReadingScreen(Dialog[None]):
    """Lines over the main screen, until esc or q."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,at,exclamation_mark", "dismiss_screen", "Close", show=False),
    ]

    def __init__(self, title: str, lines: Callable[[], Sequence[Line]]) -> None:
        super().__init__()
        self._headline = title
        self._lines = lines

    def keys(self) -> Sequence[tuple[str, str]]:
        return (("esc", "close"), ("up down", "scroll"))

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog reading") as box:
            box.border_title = self._headline
            yield LinesView(self._lines())

    def action_dismiss_screen(self) -> None:
        self.dismiss()


def help_screen(first: Sequence[str] = ()) -> ReadingScreen:
    """Every key and what it does, beginning with the groups `first`."""
    return ReadingScreen("Help", lambda: help_lines(first=first))


def ascii_help(first: Sequence[str] = ()) -> ReadingScreen:
    """The same for a terminal without arrows."""
    return ReadingScreen("Help", lambda: help_lines(WITHOUT_ARROWS, first))


def told_keys(told: Told, symbols: Symbols) -> ReadingScreen:
    """The keys of what lies over the main screen, as docs/keys.md has them."""
    words = WITHOUT_ARROWS if symbols is ASCII else {}
    named = [(" ".join(words.get(key, key) for key in keys.split()), does) for keys, does in told]
    width = max(len(keys) for keys, _ in named) + 2
    return ReadingScreen("Help", lambda: [line(Span(keys.ljust(width), "accent"), does) for keys, does in named])


def help_lines(words: Mapping[str, str] = MappingProxyType({}), first: Sequence[str] = ()) -> list[Line]:
    """The commands by group, each with its keys, title and help; the groups `first` before the others. `words` are said
    instead of keys of that name."""
    named = {each: " ".join(words.get(key, key) for key in each.key_list()) for each in COMMANDS}
    width = max(map(len, named.values())) + 2
    lines: list[Line] = []
    for group in dict.fromkeys((*first, *(command.group for command in COMMANDS))):
        lines += [(), line(Span(group, "title"))] if lines else [line(Span(group, "title"))]
        for command in COMMANDS:
            if command.group == group:
                keys = named[command].ljust(width)
                lines.append(line(Span(keys, "accent"), command.help()))
    guess = "A metric that mltui guessed to be the primary one; M chooses it."
    return [*lines, (), line(Span("Marks", "title")), line(Span("auc?".ljust(width), "accent"), guess)]


def command_log(runner: Runner) -> ReadingScreen:
    """The outside commands that were run, the newest first."""
    return ReadingScreen("Command log", lambda: log_lines(runner))


def log_lines(runner: Runner) -> list[Line]:
    """One line a command: seconds, exit code, the command without the settings that git gets every time."""
    done = list(getattr(runner, "log", ()))
    lines = [
        line(
            Span(f"{each.seconds:7.3f} s  ", "dim"),
            Span(f"{each.code:>3}  ", "bad" if each.code else "dim"),
            safe(shlex.join(_told(each.argv))),
        )
        for each in reversed(done)
    ]
    if any(len(_told(each.argv)) < len(each.argv) for each in done):
        lines += [(), line(Span("Without the -c settings by which git runs nothing of the repository's.", "note"))]
    return lines or [line(Span("nothing was run yet", "dim"))]


def _told(argv: Sequence[str]) -> list[str]:
    """A command without ``git``'s leading ``-c key=value`` pairs: five lines of the same, and then what it does."""
    at = 1
    while at < len(argv) and argv[0].rpartition("/")[2] == "git" and argv[at] == "-c":
        at += 2
    return [argv[0], *argv[at:]]


def problem_list(problems: Sequence[Problem]) -> ReadingScreen:
    """What could not be read, with what to do."""
    return ReadingScreen("Problems", lambda: problem_lines(problems))


def problem_lines(problems: Sequence[Problem]) -> list[Line]:
    """Each problem: who met it, what it is, where, and the hint."""
    lines: list[Line] = []
    for problem in problems:
        where = f"  {safe(problem.path)}" if problem.path else ""
        lines.append(
            line(Span(f"{safe(problem.source)}  ", "key"), Span(safe(problem.summary), "bad"), Span(where, "dim"))
        )
        if problem.hint:
            lines.append(line(Span(f"  {safe(problem.hint)}")))
        lines.append(())
    return lines[:-1]
