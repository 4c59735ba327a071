"""What the charts' chooser offers: metrics to show, columns of the scatter chart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.tui.screens.chooser import Chooser, Option

if TYPE_CHECKING:
    from textual.widget import Widget

    from mltui.tui.widgets.charts.desk import Subject
    from mltui.tui.widgets.charts.look import Look


def choose_metrics(page: Widget, subject: Subject, look: Look, take: Callable[[tuple[str, ...]], None]) -> None:
    """Several metrics; with none marked all of them are shown."""
    count = len(subject.runs)
    options = [
        Option(key, key, _logged(sum(key in run.metrics for run in subject.runs), count), key in look.keys)
        for key in subject.keys
    ]

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None:
            take(keys)

    page.app.push_screen(Chooser("Metrics to show (none marked: all)", options, several=True), taken)


def _logged(by: int, of: int) -> str:
    return "" if of in (1, by) else f"logged by {by} of {of} runs"


def choose_columns(page: Widget, subject: Subject, look: Look, take: Callable[[Look], None]) -> None:
    """The x and then the y of the scatter chart."""
    columns = numeric_columns(subject)
    held = look.columns or ("", "")

    def offer(axis: str, chosen: str, then: Callable[[str], None]) -> None:
        options = [Option(each, each, chosen=each == chosen) for each in columns]

        def taken(keys: tuple[str, ...] | None) -> None:
            if keys is not None:
                then(keys[0])

        page.app.push_screen(Chooser(f"{axis} of the scatter chart", options), taken)

    def with_x(x: str) -> None:
        offer("y", held[1], lambda y: take(replace(look, columns=(x, y))))

    offer("x", held[0], with_x)


def numeric_columns(subject: Subject) -> list[str]:
    """The params, metrics, times and tags that are a number in some run: ``metrics.auc``, ``attributes.duration``."""
    from mltui.tui.widgets.charts.points import TIMES, column_value

    params, tags = (sorted({key for run in subject.runs for key in getattr(run, of)}) for of in ("params", "tags"))
    offered = (*(f"params.{key}" for key in params), *TIMES, *(f"tags.{key}" for key in tags))
    numeric = [each for each in offered if any(column_value(run, each) is not None for run in subject.runs)]
    metrics = [f"metrics.{key}" for key in subject.keys]
    before = [each for each in numeric if not each.startswith("tags.")]
    return [*before, *metrics, *numeric[len(before) :]]
