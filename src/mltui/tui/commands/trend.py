"""The command that shows a metric over history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class Trend(Command):
    """The primary metric over the commits of the history: tags, changes of data, and where it got worse. There, left
    and right go from commit to commit, n to a regression, enter to the commit in History, m chooses another metric."""

    id, keys, title, group, footer, rank = "trend", "T", "Trend of a metric", "Looking", "trend", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        if screen.workspace.project.git_dir is None:
            return "there is no git history here"
        return None if screen.metric_keys() else "no run has logged a metric, and no metrics file that is here has one"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        """Where commits are looked at."""
        return screen.place.title == "History" and not screen.place.in_detail() and super().in_footer(screen)

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.trend import open_trend

        open_trend(screen, screen.primary.key if screen.primary else screen.metric_keys()[0])


TREND: tuple[type[Command], ...] = (Trend,)
