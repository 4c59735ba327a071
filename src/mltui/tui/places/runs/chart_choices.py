"""What the charts' chooser offers: metrics to show, columns of the scatter chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from mltui.model.columns import ColumnSpec
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
    columns = {each.id: each for each in numeric_columns(subject)}
    held = look.columns or (None, None)

    def offer(axis: str, chosen: ColumnSpec | None, then: Callable[[ColumnSpec], None]) -> None:
        options = [Option(name, name, chosen=each == chosen) for name, each in columns.items()]

        def taken(keys: tuple[str, ...] | None) -> None:
            if keys is not None:
                then(columns[keys[0]])

        page.app.push_screen(Chooser(f"{axis} of the scatter chart", options), taken)

    def with_x(x: ColumnSpec) -> None:
        offer("y", held[1], lambda y: take(replace(look, columns=(x, y))))

    offer("x", held[0], with_x)


def numeric_columns(subject: Subject) -> list[ColumnSpec]:
    """What is a number in some run: params, times, the metrics, tags."""
    from mltui.tui.widgets.charts.points import TIMES, column_value

    def keys(family: Literal["params", "tags"]) -> list[ColumnSpec]:
        found = sorted({key for run in subject.runs for key in getattr(run, family)})
        return [ColumnSpec(family, key) for key in found]

    def numeric(columns: Iterable[ColumnSpec]) -> list[ColumnSpec]:
        return [each for each in columns if any(column_value(run, each) is not None for run in subject.runs)]

    metrics = [ColumnSpec("metrics", key) for key in subject.keys]
    return [*numeric(keys("params")), *numeric(TIMES), *metrics, *numeric(keys("tags"))]
