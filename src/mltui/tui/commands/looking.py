"""Commands that look: filter, order, refresh, copy, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.model.key_names import key_of
from mltui.tui.clipboard import copy
from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class Looking(Command):
    """Common to all of them."""

    group = "Looking"


class Filter(Looking):
    """Show only rows that hold every word typed, in any case. Esc brings all rows back."""

    id, keys, title, footer, rank = "filter", "slash", "Filter", "filter", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        place = screen.place
        return None if place.filters() and not place.empty else f"{place.title} has nothing to filter"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return super().in_footer(screen) and not screen.place.in_detail()

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.place.show_rows()
        screen.filter_bar.open(screen.place.filter_text)


class _Match(Looking):
    by = 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return None if screen.filter_bar.last else f"filter something with {key_of('filter')} first"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        if not screen.place.step_match(screen.filter_bar.last, cls.by):
            screen.say(f"nothing matches {screen.filter_bar.last!r}")


class NextMatch(_Match):
    """To the next row that the words or the filter used last let through."""

    id, keys, title = "match.next", "n", "Next match"


class FormerMatch(_Match):
    """To the former row that the words or the filter used last let through."""

    id, keys, title, by = "match.former", "N", "Former match", -1


class Sort(Looking):
    """Order the table by a column, the best or largest value first where there is such; the same column again turns it
    round. A click on a title does the same."""

    id, keys, title, footer, rank = "sort", "s", "Sort", "sort", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        place = screen.place
        return None if place.sort_choices() and not place.empty else f"{place.title} has nothing to sort"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return super().in_footer(screen) and not screen.place.in_detail()

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.choices import choose_order

        screen.place.show_rows()
        choose_order(screen)


class Pause(Looking):
    """Stop refreshing by itself, or go on. What is on screen stays as it is; {refresh} still reads."""

    id, keys, title = "pause", "p", "Pause refreshing"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.pause()


class Refresh(Looking):
    """Read everything again now. Never runs a pipeline."""

    id, keys, title, rank = "refresh", "r", "Refresh", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.read_again()


class Redraw(Looking):
    """Draw the whole screen again, where something else wrote on the terminal."""

    id, keys, title, rank = "redraw", "ctrl+l", "Draw again", 3

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.call_later(screen.app.run_action, "redraw")


class CopyId(Looking):
    """Copy the full id of what the cursor is on: a commit, a run, a stage's address."""

    id, keys, title, rank = "copy", "y", "Copy id", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return None if screen.place.copy_id() else "nothing here has an id to copy"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        found = screen.place.copy_id() or ""
        copy(screen, screen.workspace, found, found, screen.say)


class CommandLog(Looking):
    """What was run since the start: every outside command with its exit code and how long it took, and the commands of
    actions; y copies one."""

    id, keys, title = "log.commands", "at", "Command log"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.command_log import CommandLogScreen

        screen.app.push_screen(CommandLogScreen(screen.workspace))


class Journal(Looking):
    """What was done through mltui, by whom, and what came of it; also what nobody knows the outcome of."""

    id, keys, title, rank = "journal", "J", "Journal", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.journal import JournalScreen

        screen.app.push_screen(JournalScreen(screen.workspace))


class Problems(Looking):
    """What could not be read, and what to do about it."""

    id, keys, title, rank = "problems", "exclamation_mark", "Problems", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return None if screen.problems() else "everything could be read"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.reading import problem_list

        screen.app.push_screen(problem_list(screen.problems()))


class Help(Looking):
    """Every key and what it does, those of the place and the page in front first."""

    id, keys, title, footer, rank, closing = "help", "question_mark", "Help", "help", 1, True

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.present.text import ASCII
        from mltui.tui.screens.reading import ascii_help, help_screen
        from mltui.tui.symbols import symbols

        first = screen.place.special()
        screen.app.push_screen(ascii_help(first) if symbols(screen.app) is ASCII else help_screen(first))


class Palette(Looking):
    """Every command by name; type a few letters of it."""

    id, keys, title, footer, closing = "palette", "ctrl+p,colon", "Commands", "commands", True

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.palette import open_palette

        open_palette(screen)


class Suspend(Looking):
    """Stop mltui and go back to the shell; `fg` brings it back. It waits for the end of a read, so that no training
    finds its store locked."""

    id, keys, title = "suspend", "ctrl+z", "Suspend"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.app.action_suspend_process()


class Quit(Looking):
    """Come out of a detail first, then end mltui. What it reads is left as it is."""

    id, keys, title = "quit", "q", "Quit"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        if not screen.leave():
            screen.app.exit()


LOOKING: tuple[type[Command], ...] = (
    Filter,
    NextMatch,
    FormerMatch,
    Sort,
    Pause,
    Refresh,
    Redraw,
    CopyId,
    CommandLog,
    Journal,
    Problems,
    Help,
    Palette,
    Suspend,
    Quit,
)
