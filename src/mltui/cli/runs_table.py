"""The table of `mltui runs`: columns that fit on a terminal, all of them in a pipe."""

from __future__ import annotations

from heapq import merge
from itertools import chain, islice
from typing import TYPE_CHECKING

from mltui.cli.runs_columns import held_by
from mltui.cli.runs_filter import keys_of, matching
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.model.merged import order
from mltui.model.metric import primary_metric
from mltui.model.runs import USER_TAG, Run
from mltui.present.runs import OTHERS, RunScene, run_rows
from mltui.present.table_text import table_text
from mltui.sources.mlflow.lives import TAGS
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.asked import RunsAsked
    from mltui.cli.runs import Found
    from mltui.sources.workspace import Workspace


def print_table(workspace: Workspace, found: Found, asked: RunsAsked) -> tuple[Run, ...]:
    """Print the runs that were found as a table, and give them."""
    reader, experiments = found.reader, found.ours
    keys = (
        reader.metric_keys()[: OTHERS + 1]
        if reader
        else tuple(dict.fromkeys(k for r in experiments for k in r.metrics))
    )
    config = workspace.config
    wanted = (config.primary, *keys) if config.primary else keys
    metrics, params, tags = keys_of(asked)
    pages = (
        reader.runs(
            deleted=asked.deleted,
            experiments=found.ids,
            limit=asked.most,
            metrics={*wanted, *metrics},
            params=params,
            tags={USER_TAG, *TAGS, *tags},
        )
        if reader
        else ()
    )
    every = merge(chain.from_iterable(pages), experiments, key=order)
    runs = tuple(islice(matching(every, reader, asked), asked.limit))
    runs = workspace.lives.judged(reader, runs) if reader else runs
    primary = primary_metric(config.primary, config.goals, (), runs, config.gate_metric)
    drawn = is_terminal()
    scene = RunScene(asked.now or now_ms(), symbols(config), primary, held_by(reader, runs), whole=not drawn)
    use_utf8()
    write(table_text(run_rows(runs, scene, keys), columns() if drawn else None))
    return runs
