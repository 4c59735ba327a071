"""Commands of the table of runs: marks, columns, groups, a baseline, named views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from mltui.model.key_names import key_of
from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.places.runs.place import RunsPlace
    from mltui.tui.screens.main import MainScreen


#: The number of the place whose models fold their versions away.
MODELS: Final = 6


class _OfRuns(Command):
    """Common to all of them."""

    group = "Runs"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        if not hasattr(screen.place, "looks"):
            return f"{cls.title.lower()}: only in Runs"
        return "there is no run" if screen.place.empty else None

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return super().in_footer(screen) and not screen.place.in_detail()


def _runs(screen: MainScreen) -> RunsPlace:
    """The place in front, of which `enabled` knows that it is this one."""
    return cast("RunsPlace", screen.place)


class Mark(_OfRuns):
    """Mark the run under the cursor, or take its mark away, and step down; on the heading of a group all its runs.
    Charts, comparison and copying act on the marked runs. Two marked runs, model versions, commits or dataset versions
    are what {differ} asks of why they differ, and of a dataset what became of its files between them."""

    id, keys, title, footer, rank = "mark", "space", "Mark", "mark", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        return super().enabled(screen) if hasattr(screen.place, "looks") else screen.place.unmarkable()

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return super().in_footer(screen) if hasattr(screen.place, "looks") else cls.enabled(screen) is None

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.place.mark()


class MarkAll(_OfRuns):
    """Mark every run that the filter shows; where all of them are, take all marks away."""

    id, keys, title = "mark.all", "ctrl+a", "Mark all filtered"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.say(_runs(screen).mark_all(), "dim")


class Columns(_OfRuns):
    """Choose the columns: any metric, param, tag or attribute; of a metric the latest, best, least, largest value, a
    mean or the value at a step, and its difference to the baseline or the champion; their order, width, and which stay
    in sight. A mean of points of which one is NaN is NaN; the best, least and largest pass over it."""

    id, keys, title, footer, rank = "columns", "v", "Columns", "columns", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.run_table import choose_columns

        choose_columns(screen, _runs(screen))


class Varying(_OfRuns):
    """Show only the columns in which the runs shown differ; again: all of them."""

    id, keys, title, rank = "columns.varying", "x", "Only what varies", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        _runs(screen).toggle_varying()


class Baseline(_OfRuns):
    """Make the run under the cursor the baseline that others are measured against; again: none."""

    id, keys, title, rank = "baseline", "b", "Baseline", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        _runs(screen).choose_baseline()


class Group(_OfRuns):
    """Put runs together that agree in a param, tag, commit or attribute, or nested runs below their parents. Enter on a
    heading folds its runs away and shows them again; so do left and right, on parents too."""

    id, keys, title, rank = "group", "ctrl+g", "Group by", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.run_table import choose_group

        choose_group(screen, _runs(screen))


class FoldAll(_OfRuns):
    """Fold all groups away, in Models all models; where one is folded, show all."""

    id, keys, title = "group.fold", "minus", "Fold all"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        if screen.place.number == MODELS:
            return "there is no model" if screen.place.empty else None
        why = super().enabled(screen)
        return why or (None if _runs(screen).folds() else f"nothing is grouped: {key_of('group')} does that")

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.place.fold_all()  # type: ignore[attr-defined]


class NamedViews(_OfRuns):
    """Keep columns, order, groups and filter under a name, and come back to them; ctrl+d deletes one. The view used
    last is there again at the next start."""

    id, keys, title, rank = "views", "V", "Views", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.run_table import choose_view

        choose_view(screen, _runs(screen))


TABLE: tuple[type[Command], ...] = (Mark, MarkAll, Columns, Varying, Baseline, Group, FoldAll, NamedViews)
