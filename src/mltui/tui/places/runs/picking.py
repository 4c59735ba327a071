"""What columns of runs need of the store besides the runs: numbers of metrics' series, those on screen first, and when
the rows of a server's mirror were read. In a worker."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mltui.errors import SourceError
from mltui.model.columns import ColumnSpec, TableView, parse_column
from mltui.model.run_attributes import ColumnChoice
from mltui.model.runs import Run, RunTable
from mltui.present.runs import picks_of

if TYPE_CHECKING:
    from mltui.present.run_scene import RunScene
    from mltui.sources.mlflow.pick_list import PicksSource
    from mltui.sources.workspace import Workspace

READ: Final = ColumnSpec("attributes", "read")
REGISTERED: Final = ColumnSpec("attributes", "models")


def columns_of(view: TableView) -> tuple[ColumnSpec, ...]:
    """Every column that `view` shows, orders by or groups by."""
    others = [*(each.column for each in view.order), *filter(None, (view.group,))]
    return (*view.columns, *_parsed(others))


def unread(view: TableView, table: RunTable | None) -> frozenset[str]:
    """The ids of the columns that `view` needs and `table`, of a store too large to be loaded whole, has yet to get."""
    specs = columns_of(view) if table is not None and table.keys_read is not None else ()
    return frozenset(f"{s.family}.{s.key}" for s in specs if table is not None and table.lacks(s.family, s.key))


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


def shows_ages(view: TableView) -> bool:
    """Whether `view` has the column of when rows were read: it does where mltui chooses the columns."""
    return not view.columns or READ in [each.plain() for each in columns_of(view)]


def read_times(workspace: Workspace, runs: Iterable[Run]) -> Mapping[str, int]:
    """When these rows of a server's mirror were read, epoch ms by run id; nothing of other stores, nor if it fails."""
    with contextlib.suppress(SourceError):  # the store's own part says it
        reader = workspace.reader(wait=False)
        if reader is not None:
            return reader.read_times([run.run_id for run in runs if run.kind == "run"])
    return {}


def told(choices: Iterable[ColumnChoice], runs: Sequence[Run], scene: RunScene) -> tuple[ColumnChoice, ...]:
    """`choices` with how many runs have what no run itself knows: when it was read, what is registered of it."""
    known: dict[ColumnSpec, Mapping[str, object]] = {READ: scene.read_at, REGISTERED: scene.versions}

    def counted(choice: ColumnChoice) -> ColumnChoice:
        if (values := known.get(choice.spec)) is None:
            return choice
        found = [values[run.run_id] for run in runs if run.run_id in values]
        return replace(choice, count=len(found), varying=len(set(found)) + (len(found) < len(runs)) > 1)

    return tuple(map(counted, choices))


def _parsed(columns: Iterable[str]) -> Iterator[ColumnSpec]:
    for each in columns:
        with contextlib.suppress(ValueError):  # of a view written by hand
            yield parse_column(each)
