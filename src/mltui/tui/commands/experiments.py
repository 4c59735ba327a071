"""`X`: what can be done with a DVC experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class Experiment(Command):
    """What can be done with the DVC experiment under the cursor, or with those that are marked: apply, make a branch,
    stop, remove; and run what is queued. What exactly will happen is shown before it does."""

    id, keys, title, group, footer, rank = "experiment", "X", "DVC experiment", "Writing", "experiment", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only

        if screen.place.empty or not screen.place.chosen_experiments():
            return "the cursor is on no DVC experiment"
        refused = read_only(screen.workspace.config, "change a DVC experiment")
        return refused.summary if refused else None

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.experiments import choose_action

        choose_action(screen, tuple(screen.place.chosen_experiments()))


EXPERIMENTS: tuple[type[Command], ...] = (Experiment,)
