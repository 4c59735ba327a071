"""The table of `mltui runs`: columns that fit on a terminal, all of them in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from itertools import chain, islice
from typing import TYPE_CHECKING

from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.model.champion import champions
from mltui.model.merged import order
from mltui.model.metric import primary_metric
from mltui.model.runs import USER_TAG, Run
from mltui.present.layout import grid, width_of
from mltui.present.runs import OTHERS, RunScene, run_rows
from mltui.present.text import Line, Span, line
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.options import RunsAsked
    from mltui.present.rows import Rows
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

#: Blanks between two columns.
GAP = 2


def print_table(
    workspace: Workspace,
    reader: StoreReader | None,
    ids: tuple[str, ...] | None,
    experiments: Sequence[Run],
    asked: RunsAsked,
) -> None:
    """Print the runs of the experiments `ids` of `reader` and the DVC experiments as a table."""
    keys = (
        reader.metric_keys()[: OTHERS + 1]
        if reader
        else tuple(dict.fromkeys(k for r in experiments for k in r.metrics))
    )
    config = workspace.config
    wanted = (config.primary, *keys) if config.primary else keys
    pages = (
        reader.runs(
            deleted=asked.deleted, experiments=ids, limit=asked.limit, metrics=wanted, params=(), tags=(USER_TAG,)
        )
        if reader
        else ()
    )
    runs = tuple(islice(merge(chain.from_iterable(pages), experiments, key=order), asked.limit))
    primary = primary_metric(config.primary, config.goals, (), runs)
    models = reader.models() if reader else ()
    held = champions(models, {run.run_id: run for run in runs})
    rows = run_rows(runs, RunScene(now_ms(), symbols(config), primary, held), keys)
    use_utf8()
    write(_table(rows, columns() if is_terminal() else None))


def _table(rows: Rows[Run], width: int | None) -> list[Line]:
    """The rows under their header; columns of the highest rank go first where `width` is too small for all."""
    heads = rows.columns
    built = [rows.row(index).cells for index in range(len(rows))]
    widths = [max([len(heads[at].label), *(width_of(cells[at]) for cells in built)]) for at in range(len(heads))]
    keep = list(range(len(heads)))
    while width is not None and sum(widths[at] + GAP for at in keep) - GAP > width:
        last = max(keep, key=lambda at: (heads[at].rank, at))
        if heads[last].rank == 0:
            break
        keep.remove(last)
    table: list[tuple[Line, ...]] = [tuple(line(Span(heads[at].label, "dim")) for at in keep)]
    table += [tuple(cells[at] for at in keep) for cells in built]
    return grid(table, aligns="".join("r" if heads[at].align == "right" else "l" for at in keep), gap=GAP)
