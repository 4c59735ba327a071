"""The Overview: what needs me, who holds which alias, how the pipeline stands, what the newest runs say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.model.attention import attention, told_once
from mltui.model.champion import CHALLENGER, CHAMPION, champions
from mltui.model.merged import merged
from mltui.model.runs import Run
from mltui.model.stage_state import StageState, states_of
from mltui.present.chart import Curve
from mltui.present.marks import metric_label
from mltui.present.models import Held, aliases_of, versions_held
from mltui.present.rows import Cell, Column, Rows, by_number
from mltui.present.runs import RunScene, counted, run_rows
from mltui.present.spark import trend
from mltui.present.text import Span, Symbols, ago, line

if TYPE_CHECKING:
    from mltui.model.status import Attention, Snapshot

#: Newest runs in the panel; of older ones the place Runs knows.
NEWEST = 30
#: Newest runs in the chart of the primary metric.
MEASURED = 200
#: Runs that make a curve.
FEWEST = 3
#: Terminal columns of a run's trend.
TREND = 12
#: MLflow's legacy stages that somebody relies on.
_STAGES = ("Production", "Staging")


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the Overview shows, ready for its panels; a panel whose rows are empty is left out.

    `runs` are MLflow runs and DVC experiments, newest first, at most `NEWEST`; `measured` those of the chart.
    """

    snapshot: Snapshot
    scene: RunScene
    runs: tuple[Run, ...]
    by_id: Mapping[str, Run]
    states: Mapping[str, StageState]
    needs: tuple[Attention, ...]
    holders: tuple[Held, ...]
    measured: tuple[Run, ...]


def overview(snapshot: Snapshot, runs: Sequence[Run], now: int, symbols: Symbols) -> Overview:
    """Join the parts of one moment. `runs` are all MLflow runs that are loaded, newest first."""
    by_id = {run.run_id: run for run in runs}
    models = snapshot.models.value or ()
    scene = RunScene(now, symbols, snapshot.primary, champions(models, by_id))
    newest = merged(runs[:NEWEST], snapshot.experiments.value or ())[:NEWEST]
    return Overview(
        snapshot=snapshot,
        scene=scene,
        runs=newest,
        by_id=by_id,
        states=states_of(pipeline.stages, snapshot.jobs.value or ()) if (pipeline := snapshot.pipeline.value) else {},
        needs=told_once(attention(snapshot, now), snapshot, now),
        holders=holders(snapshot, by_id),
        measured=merged(runs[:MEASURED], snapshot.experiments.value or ())[:MEASURED],
    )


def holders(snapshot: Snapshot, by_id: Mapping[str, Run]) -> tuple[Held, ...]:
    """Versions that hold an alias or a stage; of a model where nothing does, its newest version."""
    found: list[Held] = []
    for model in snapshot.models.value or ():
        named = set(model.aliases.values())
        holding = [each for each in model.versions if each.version in named or each.aliases or each.stage in _STAGES]
        rows = list(versions_held(model, by_id, holding or model.versions[:1]))
        found.extend(sorted(rows, key=_standing) if rows else (Held(model, None, None),))
    return tuple(found)


def _standing(row: Held) -> int:
    """Champion first, then challenger, then the rest."""
    names = {alias.casefold() for alias in aliases_of(row)}
    champion = CHAMPION in names or (row.version is not None and row.version.stage == _STAGES[0])
    return 0 if champion else 1 if CHALLENGER in names else 2


# The primary metric over the newest runs


def curve(view: Overview) -> Curve | None:
    """The primary metric of the newest runs, oldest first; None where there is nothing to see: it never changed, or two
    points are all."""
    if view.scene.primary is None:
        return None
    values = [view.scene.primary_of(run) for run in reversed(view.measured)]
    found = tuple(value for value in values if value is not None and math.isfinite(value))
    return Curve(found) if len(set(found)) > 1 and len(found) >= FEWEST else None


def curve_title(view: Overview) -> str:
    """What the curve is of, and what is counted in it."""
    kinds = {run.kind for run in view.measured}
    alike = "" if len(kinds) > 1 else " DVC experiments" if kinds == {"exp"} else " runs"
    return f"{metric_label(view.scene.primary, view.scene.symbols)}, newest {counted(view.measured)}{alike}"


def curve_ends(view: Overview) -> tuple[str, str]:
    """How old the first and the last run of the curve are."""
    shown = [run for run in view.measured if math.isfinite(view.scene.primary_of(run) or math.nan)]
    return (ago(shown[-1].start, view.scene.now), ago(shown[0].start, view.scene.now)) if shown else ("", "")


# Newest runs


def newest_rows(view: Overview, trends: Mapping[str, Sequence[float]] | None) -> Rows[Run]:
    """The newest runs as in the place Runs, with their trend; None while that is read, and its column has its room."""
    rows = run_rows(view.runs, view.scene, metric_keys(view.runs))
    fields = [cell for cell in rows.fields if cell.column.key not in ("attributes.duration", "attributes.user")]
    expected = any(run.kind == "run" and view.scene.primary_of(run) is not None for run in view.runs)
    if trends or (trends is None and expected):
        known = trends or {}
        fields.append(
            Cell(
                Column("trend", "trend", TREND, rank=2),
                lambda run: line(Span(trend(known.get(run.run_id, ()), TREND, view.scene.symbols), "accent")),
                lambda run: by_number(None),
            )
        )
    return Rows(tuple(fields), view.runs, lambda run: run.run_id, rows.words, search_cells=False)


def metric_keys(runs: Sequence[Run]) -> list[str]:
    """Their metrics, commonest first, ties alphabetical."""
    counts = Counter(key for run in runs for key in run.metrics)
    return sorted(counts, key=lambda key: (-counts[key], key))
