"""Commands that look at several runs at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.model.key_names import key_of
from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.model.runs import Run
    from mltui.tui.screens.main import MainScreen


class Compare(Command):
    """Put the marked runs side by side, 2 to 20 of them: params, metrics, tags, datasets, environment. There, x shows
    only differences, b makes the run under the cursor the baseline, enter shows a whole value, Y copies all of it as
    Markdown."""

    id, keys, title, group, footer, rank = "compare", "c", "Compare", "Runs", "compare", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        runs = _chosen(screen)
        if runs is None:
            return f"{screen.place.title} has nothing to compare"
        if screen.place.empty:
            return "there is no run"
        from mltui.model.compare import FEWEST, MOST

        if len(runs) > MOST:
            return f"{len(runs):,} runs are marked; {MOST} are the most to compare"
        return None if len(runs) >= FEWEST else f"mark {FEWEST} to {MOST} runs with {key_of('mark')} first"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        """Before there are marks too: pressed then, it says that they are what it wants."""
        return hasattr(screen.place, "chosen") and not screen.place.empty and not screen.place.in_detail()

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.compare import CompareScreen

        screen.app.push_screen(CompareScreen(screen, _chosen(screen) or ()))


class WhyDifferent(Command):
    """Say why two things differ, the one from the other: data with rows and columns, params, code, commands of stages,
    environment, metrics, in the order of what could explain another metric, and what can't be known. Two marked runs,
    model versions or commits; one marked and the one under the cursor; or without marks the one under the cursor and
    the baseline or champion, or of a commit the worktree. There, x shows what is alike too, p only code that the
    pipeline depends on, s turns it round, Y copies it as Markdown, y the command line."""

    id, keys, title, group, footer, rank = "differ", "d", "Why different", "Looking", "why different", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        found = screen.place.pair()
        return found if isinstance(found, str) else None

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return super().in_footer(screen) and (not screen.place.in_detail() or screen.place.pair_is_marked())

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.difference import DifferenceScreen

        found = screen.place.pair()
        if not isinstance(found, str):
            screen.app.push_screen(DifferenceScreen(screen, *found))


def _chosen(screen: MainScreen) -> tuple[Run, ...] | None:
    """The runs that are marked, else the one under the cursor; None in a place that has no runs."""
    chosen = getattr(screen.place, "chosen", None)
    found: tuple[Run, ...] | None = chosen() if chosen is not None else None
    return found


COMPARING: tuple[type[Command], ...] = (Compare, WhyDifferent)
