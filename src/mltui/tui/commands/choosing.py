"""Commands that choose what is looked at: primary metric, experiments, store, project, theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class Choosing(Command):
    """Common to all of them."""

    group = "Choosing"


class PrimaryMetric(Choosing):
    """Choose the metric every table shows first, and which way is better. Kept for you, never in the repository."""

    id, keys, title, rank = "metric", "M", "Primary metric", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return None if screen.metric_keys() else "no run has logged a metric, and no metrics file that is here has one"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.choices import choose_metric

        choose_metric(screen)


class Experiments(Choosing):
    """Choose which experiments of the store belong to this project; {experiments.all} takes all of them."""

    id, keys, title = "experiments", "E", "Experiments in scope"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return None if screen.active_store() else "there is no MLflow store here"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.choices import choose_experiments

        choose_experiments(screen)


class AllExperiments(Choosing):
    """Show the runs of all experiments of the store, and take that back."""

    id, keys, title = "experiments.all", "asterisk", "All experiments"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return Experiments.enabled(screen)

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.toggle_all_experiments()


class Store(Choosing):
    """Choose which MLflow store is looked at, where the project has several."""

    id, keys, title = "store", "S", "Store"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return None if len(screen.store_list()) > 1 else "there is no other store to choose"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.choices import choose_store

        choose_store(screen)


class Recent(Choosing):
    """Open another project that was open before."""

    id, keys, title, rank = "recent", "ctrl+r", "Recent projects", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.choices import choose_project

        choose_project(screen)


class Theme(Choosing):
    """Dark, light, high contrast, or the terminal's own colours."""

    id, keys, title = "theme", "ctrl+t", "Theme"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.choices import choose_theme

        choose_theme(screen)


CHOOSING: tuple[type[Command], ...] = (PrimaryMetric, Experiments, AllExperiments, Store, Recent, Theme)
