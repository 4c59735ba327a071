"""Screens one only reads: help, problems, one whole entry of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from mltui.model.key_names import key_of
from mltui.model.stage_state import StageState
from mltui.present.marks import state_mark
from mltui.present.text import ASCII, UNICODE, Line, Span, Symbols, line, safe
from mltui.tui.commands import COMMANDS
from mltui.tui.commands.base import WITHOUT_ARROWS
from mltui.tui.commands.chooser_keys import Told
from mltui.tui.screens.dialog import Dialog
from mltui.tui.widgets.lines import LinesView

if TYPE_CHECKING:
    from mltui.model.part import Problem


#: The group of commands behind which the marks are told, in its own place.
MARKED: Final = "Pipeline"
#: What the state of a stage means, in the order of urgency.
MEANINGS: Final[dict[StageState, str]] = {
    "failed": "failed in the last job that ran it",
    "running": "runs now, in a job or in a dvc of somebody's",
    "stale": "stale: what it reads, its command or params are others than dvc.lock has",
    "outs missing": "it ran, and what it made is not here",
    "never run": "never run",
    "upstream stale": "stale only because of a stage before it",
    "unknown": "nobody knows: not hashed, or not readable",
    "frozen": "frozen: dvc does not run it",
    "fresh": "fresh, or the job or run finished",
}


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
            box.border_title = Content(safe(self._headline))
            yield LinesView(self._lines())

    def action_dismiss_screen(self) -> None:
        self.dismiss()


def help_screen(first: Sequence[str] = ()) -> ReadingScreen:
    """Every key and what it does, beginning with the groups `first`; in Pipeline with what its marks mean."""
    return ReadingScreen("Help", lambda: help_lines(first=first))


def ascii_help(first: Sequence[str] = ()) -> ReadingScreen:
    """The same for a terminal without arrows."""
    return ReadingScreen("Help", lambda: help_lines(WITHOUT_ARROWS, first, ASCII))


def told_keys(told: Told, symbols: Symbols) -> ReadingScreen:
    """The keys of what lies over the main screen, as docs/keys.md has them."""
    words = WITHOUT_ARROWS if symbols is ASCII else {}
    named = [(" ".join(words.get(key, key) for key in keys.split()), does) for keys, does in told]
    width = max(len(keys) for keys, _ in named) + 2
    return ReadingScreen("Help", lambda: [line(Span(keys.ljust(width), "accent"), does) for keys, does in named])


def help_lines(
    words: Mapping[str, str] = MappingProxyType({}), first: Sequence[str] = (), symbols: Symbols = UNICODE
) -> list[Line]:
    """The commands by group, each with its keys, title and help; the groups `first` before the others; and what marks
    mean, behind the keys of the place that is full of them. `words` are said instead of keys of that name."""
    named = {each: " ".join(words.get(key, key) for key in each.key_list()) or "palette" for each in COMMANDS}
    width = max(map(len, named.values())) + 2
    lines: list[Line] = []
    for group in dict.fromkeys((*first, *(command.group for command in COMMANDS))):
        lines += [(), line(Span(group, "title"))] if lines else [line(Span(group, "title"))]
        for command in COMMANDS:
            if command.group == group:
                keys = named[command].ljust(width)
                lines.append(line(Span(keys, "accent"), command.help()))
        if group == MARKED and group in first:
            lines += [(), *mark_lines(symbols, width)]
    return lines if MARKED in first else [*lines, (), *mark_lines(symbols, width)]


def mark_lines(symbols: Symbols, width: int) -> list[Line]:
    """What the marks beside stages, jobs, runs and metrics mean, in lines whose first column has `width` columns."""
    told = [(state_mark(state, symbols), f"Stage: {means}.") for state, means in MEANINGS.items()]
    told.append((Span(symbols.killed, "warn"), "Job or run: stopped, killed."))
    told.append(
        (Span("auc?", "accent"), f"A metric that mltui guessed to be the primary one; {key_of('metric')} chooses it.")
    )
    return [
        line(Span("Marks", "title")),
        *(line(mark, " " * (width - len(mark.text)), means) for mark, means in told),
    ]


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
