"""The table of runs: MLflow runs and DVC experiments side by side."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from mltui.model.columns import ColumnSpec, TableView, parse_column
from mltui.model.metric import Goal
from mltui.model.run_attributes import varying
from mltui.model.runs import USER_TAG, Run
from mltui.present.marks import count
from mltui.present.rows import Cell, Rows
from mltui.present.run_cells import cell_of, run_name
from mltui.present.run_scene import Picked, RunScene, pick_id, picks_of

__all__ = ["Picked", "RunScene", "counted", "default_columns", "pick_id", "picks_of", "run_name", "run_rows"]

#: Metrics shown beside the primary one.
OTHERS = 5
#: Characters with which all names begin where their ends tell them apart.
ALIKE = 8
#: Params shown of DVC experiments: those in which they differ.
PARAMS = 8
NAME = "attributes.name"
#: The rank of each attribute (`Column.rank`): the primary metric stays, other metrics and params go before these.
_RANKS = {
    "status": 0,
    "name": 0,
    "start": 2,
    "commit": 3,
    "kind": 4,
    "experiment": 5,
    "duration": 6,
    "user": 7,
    "read": 3,
    "models": 19,
}


def run_rows(
    runs: Sequence[Run],
    scene: RunScene,
    metrics: Sequence[str] = (),
    goals: Mapping[str, Goal] = MappingProxyType({}),
    view: TableView | None = None,
) -> Rows[Run]:
    """Runs as rows, in the order of `view`, else in the one given. A column's key is the id of its `ColumnSpec`.

    `metrics` are the keys known, commonest first; `goals` the better way of some: a column of metrics begins with the
    best, or the largest where nobody knows. Grouping is another step: `mltui.present.run_groups.grouped`.
    """
    if goals:
        scene = replace(scene, goals=goals)
    view = view or TableView()
    ranks = {spec: 1 + at for at, spec in enumerate(view.columns)} or default_columns(runs, scene, metrics)
    columns = differing_columns(runs, tuple(ranks)) if view.varying else tuple(ranks)
    ordered = _ordering(view)
    if any(spec.key == "parent" for spec in (*columns, *ordered)):
        scene = replace(scene, names={run.run_id: run.name for run in runs if run.name})
    told = {each.column for each in view.order}  # what the rows are in the order of stays in sight
    fields = [cell_of(spec, scene, runs, min(ranks[spec], 1) if spec.id in told else ranks[spec]) for spec in columns]
    rows = Rows(_told(fields, runs), runs, lambda run: run.run_id, _words, search_cells=False)
    return rows.ordered(
        [(each.column, each.descending) for each in view.order],
        [cell_of(spec, scene, runs) for spec in ordered if spec not in ranks],
    )


def default_columns(runs: Sequence[Run], scene: RunScene, metrics: Sequence[str] = ()) -> dict[ColumnSpec, int]:
    """The columns mltui chooses by itself, each with its rank (`Column.rank`).

    Those that say the same or nothing of every run (kind, experiment, user, commit) are left out. DVC experiments by
    themselves are told by the metrics and params in which they differ. Rows of a server's mirror say how old they are.
    """
    key = scene.primary.key if scene.primary else None
    params: list[str] = []
    if runs and all(run.kind == "exp" for run in runs):
        told = differing([run.metrics for run in runs])
        metrics = [*told, *(each for each in metrics if each not in told)]
        params = differing([run.params for run in runs])[:PARAMS]
    found = {ColumnSpec("attributes", name): _RANKS[name] for name in ("status", "name", "start")}
    if key is not None:
        found[ColumnSpec("metrics", key)] = 0
        if scene.champions:
            found[ColumnSpec("metrics", key, against="champion")] = 1
    found |= {ColumnSpec("attributes", name): _RANKS[name] for name in _telling(runs)}
    if any(run.run_id in scene.read_at for run in runs):
        found[ColumnSpec("attributes", "read")] = _RANKS["read"]
    if any(run.run_id in scene.versions for run in runs):
        found[ColumnSpec("attributes", "models")] = _RANKS["models"]
    shown = [each for each in metrics if each != key][:OTHERS]
    found |= {ColumnSpec("metrics", each): 10 + at for at, each in enumerate(shown)}
    found |= {ColumnSpec("params", each): 20 + at for at, each in enumerate(params)}
    return found


def differing_columns(runs: Sequence[Run], columns: Sequence[ColumnSpec]) -> tuple[ColumnSpec, ...]:
    """Those in which the runs differ, besides names, marks and what is pinned."""
    kept = {*varying(runs, columns), *(each for each in columns if each.pinned)}
    always = ("status", "name")
    return tuple(each for each in columns if each in kept or (each.family == "attributes" and each.key in always))


def counted(runs: Sequence[Run]) -> str:
    """How many of each kind: ``20 runs + 2 exp``, and only the number where all are alike."""
    experiments = sum(run.kind == "exp" for run in runs)
    if experiments in (0, len(runs)):
        return f"{len(runs):,}"
    return f"{count(len(runs) - experiments, 'run')} + {experiments:,} exp"


def differing(values: Sequence[Mapping[str, object]]) -> list[str]:
    """The keys, in order, that some have not or have with another value."""
    keys = dict.fromkeys(key for each in values for key in each)
    return sorted(key for key in keys if len({repr(each.get(key)) for each in values}) > 1)


def _words(run: Run) -> str:
    """What a filter searches: everything in a table of runs but its numbers."""
    user = run.tags.get(USER_TAG, "")
    return f"{run.name} {run.kind} {run.status} {run.experiment} {user} {run.run_id} {run.commit or ''} {run.problem}"


def _telling(runs: Sequence[Run]) -> Iterator[str]:
    """The attributes that tell these runs apart."""
    if any(run.commit for run in runs):
        yield "commit"
    if len({run.kind for run in runs}) > 1:
        yield "kind"
    if len({run.experiment for run in runs if run.kind == "run"}) > 1:
        yield "experiment"
    if any(run.kind == "run" for run in runs):
        yield "duration"
    if len({run.tags.get(USER_TAG, "") for run in runs}) > 1:
        yield "user"


def _told(fields: Sequence[Cell[Run]], runs: Sequence[Run]) -> tuple[Cell[Run], ...]:
    """With names that lose their beginning where all begin alike."""
    tail = len({run.name[:ALIKE] for run in runs}) == 1 < len(runs)
    return tuple(
        replace(cell, column=replace(cell.column, tail=tail)) if cell.column.key == NAME else cell for cell in fields
    )


def _ordering(view: TableView) -> list[ColumnSpec]:
    """The columns a view is ordered by; what is none (a view written by hand) orders nothing."""
    found = []
    for each in view.order:
        with contextlib.suppress(ValueError):
            found.append(parse_column(each.column))
    return found
