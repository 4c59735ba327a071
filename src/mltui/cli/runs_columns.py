"""`mltui runs --column`, `--sort`, `--group-by`: runs as somebody chose to see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.cli.as_of import at_document
from mltui.cli.runs_hints import say_championless
from mltui.errors import NotFound, UsageError
from mltui.model.champion import Champion, champions
from mltui.model.columns import ColumnSpec, Order, TableView, parse_column
from mltui.model.metric import primary_metric
from mltui.model.run_attributes import ATTRIBUTES
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.asked import RunsAsked
    from mltui.model.runs import Run
    from mltui.present.rows import Rows
    from mltui.present.run_scene import RunScene
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

#: Metrics of a group where nobody named any: the commonest.
METRICS = 6
#: Words behind a column of `--sort`, and whether they let the largest come first.
_WAYS = {"asc": False, "ascending": False, "desc": True, "descending": True}


class NoAttribute(UsageError):
    """A column without a family that is no attribute: most of the time it is the `key` of a metric, param or tag."""

    def __init__(self, text: str, key: str) -> None:
        super().__init__(f"{text!r} is no attribute of a run", f"there are {', '.join(ATTRIBUTES)}")
        self.key = key


def column(text: str) -> ColumnSpec:
    """The column that `text` names. Raises `UsageError`."""
    try:
        spec = parse_column(text)
    except ValueError as error:
        raise UsageError(str(error), "a column is like metrics.auc, params.lr, tags.team, start") from error
    if spec.family == "attributes" and spec.key not in ATTRIBUTES:
        raise NoAttribute(text, spec.key)
    return spec


def ordering(text: str) -> Order:
    """``metrics.auc desc``. Raises `UsageError`."""
    name, _, way = text.strip().rpartition(" ")
    if way.lower() in _WAYS and name:
        return Order(column(name).id, _WAYS[way.lower()])
    return Order(column(text).id)


def print_chosen(workspace: Workspace, reader: StoreReader | None, runs: Sequence[Run], asked: RunsAsked) -> None:
    """Print the columns, the order, the groups that were asked for."""
    runs = workspace.lives.judged(reader, runs) if reader else runs
    scene, keys = _scene(workspace, reader, runs, asked)
    if asked.groups:
        from mltui.cli.runs_frame import frame_of, grouped, print_frame, told

        chosen = asked.columns or tuple(ColumnSpec("metrics", key) for key in keys[:METRICS])
        wanted = tuple(dict.fromkeys((*asked.groups, *chosen)))
        found = grouped(frame_of(runs, wanted, scene), asked.groups, asked.aggregates, asked.order)
        found = found if asked.limit is None else found[: asked.limit]
        shown = told(found, scene, runs) if asked.form in ("table", "md") else found
        print_frame(shown, asked.form, at_document(workspace.as_of))
        return
    rows = _rows(runs, scene, keys, asked)
    rows = replace(rows, order=(rows.order or tuple(range(len(runs))))[: asked.limit])
    if asked.form == "csv":
        from mltui.cli.runs_document import print_columns

        print_columns([rows.item(at) for at in range(len(rows))], asked.columns or _default(rows), scene)
    elif asked.form == "md":
        import sys

        from mltui.present.run_link import page_of
        from mltui.present.runs_markdown import runs_markdown

        sys.stdout.write(runs_markdown(rows, (lambda run: page_of(run, reader.store)) if reader else lambda run: ""))
    else:
        from mltui.cli.terminal import columns, is_terminal, use_utf8, write
        from mltui.present.table_text import table_text

        use_utf8()
        write(table_text(rows, columns() if is_terminal() and not asked.columns else None))


def held_by(reader: StoreReader | None, runs: Iterable[Run]) -> tuple[Champion, ...]:
    """The champions, with their runs, which need not be among `runs`."""
    if reader is None:
        return ()
    known = {run.run_id: run for run in runs}
    found = []
    for each in champions(reader.models(), known):
        run = each.run
        if run is None and each.version.run_id:
            with suppress(NotFound):
                run = reader.run(each.version.run_id)
        found.append(replace(each, run=run))
    return tuple(found)


def _rows(runs: Sequence[Run], scene: RunScene, keys: Sequence[str], asked: RunsAsked) -> Rows[Run]:
    from mltui.present.runs import run_rows

    return run_rows(runs, scene, keys, view=TableView(columns=asked.columns, order=asked.order))


def _default(rows: Rows[Run]) -> tuple[ColumnSpec, ...]:
    return tuple(parse_column(each.key) for each in rows.columns)


def _scene(
    workspace: Workspace, reader: StoreReader | None, runs: Sequence[Run], asked: RunsAsked
) -> tuple[RunScene, tuple[str, ...]]:
    """What the columns need besides the runs, and the metrics, commonest first."""
    from mltui.cli.terminal import is_terminal, symbols
    from mltui.present.run_scene import RunScene, picks_of

    config = workspace.config
    counts = Counter(key for run in runs for key in run.metrics)
    keys = tuple(sorted(counts, key=lambda key: (-counts[key], key)))
    held = held_by(reader, runs)
    say_championless(asked, held)
    base = _baseline(workspace, asked)
    primary = primary_metric(config.primary, config.goals, (), runs, config.gate_metric)
    scene = RunScene(
        asked.now or now_ms(), symbols(config), primary, held, dict(config.goals), base, whole=not is_terminal()
    )
    picks = picks_of(asked.named)
    if picks:
        others = (base, *(each.run for each in held))
        wanted = {run.run_id: run for run in (*runs, *others) if run}
        while workspace.picks.read(picks, wanted.values(), scene.goal):
            pass
        scene = replace(scene, picked=workspace.picks.known())
    if reader is not None and ColumnSpec("attributes", "read") in asked.named:
        scene = replace(scene, read_at=reader.read_times([run.run_id for run in runs if run.kind == "run"]))
    if reader is not None and ColumnSpec("attributes", "models") in asked.named:
        from mltui.model.registry import registered_as

        scene = replace(scene, versions=registered_as(reader.models()))
    return scene, keys


def _baseline(workspace: Workspace, asked: RunsAsked) -> Run | None:
    """The run that `--baseline` names. Raises `UsageError`."""
    if asked.baseline is None:
        return None
    from mltui.cli.find_runs import find_runs

    return find_runs(workspace, [asked.baseline])[0]
