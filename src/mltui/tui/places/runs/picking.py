"""Numbers of metrics' series for the columns of runs: read in a worker, those on screen first."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.columns import ColumnSpec, TableView, parse_column
from mltui.model.runs import Run
from mltui.present.runs import picks_of

if TYPE_CHECKING:
    from mltui.present.run_scene import RunScene
    from mltui.sources.mlflow.pick_list import PicksSource


def columns_of(view: TableView) -> tuple[ColumnSpec, ...]:
    """Every column that `view` shows, orders by or groups by."""
    others = [*(each.column for each in view.order), *filter(None, (view.group,))]
    return (*view.columns, *_parsed(others))


def read_picks(
    source: PicksSource, view: TableView, scene: RunScene, runs: Sequence[Run], go_on: Callable[[], bool]
) -> Iterator[None]:
    """Read what the columns of `view` pick and nobody knows yet. Yields when there is something new to show: after
    the first piece, which is what is on screen if `runs` begin with it, and after the last.

    `go_on` is asked before each piece. In a worker thread.
    """
    picks = picks_of(columns_of(view))
    pieces = 0
    with contextlib.suppress(SourceError):  # the store's own part says it; the cells go on saying that it is read
        while picks and go_on() and source.read(picks, runs, scene.goal):
            pieces += 1
            if pieces == 1:
                yield
    if pieces > 1:
        yield


def _parsed(columns: Iterable[str]) -> Iterator[ColumnSpec]:
    for each in columns:
        with contextlib.suppress(ValueError):  # of a view written by hand
            yield parse_column(each)
