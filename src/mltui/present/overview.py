"""The Overview: what needs me, who holds which alias, how the pipeline stands, what the newest runs say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mltui.model.attention import attention, problems
from mltui.model.champion import CHALLENGER, CHAMPION, champions
from mltui.model.dvc import Pipeline
from mltui.model.merged import merged
from mltui.model.runs import Run
from mltui.model.status import Attention, Snapshot
from mltui.present.chain import chain
from mltui.present.chart import Curve
from mltui.present.layout import cut_line, grid
from mltui.present.marks import count, metric_label, run_need_mark, stage_mark
from mltui.present.models import Held, aliases_of, held, held_rows
from mltui.present.pipeline import summary, why_meanwhile
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.runs import RunScene, counted, run_rows
from mltui.present.spark import trend
from mltui.present.text import Line, Span, Symbols, ago, line, safe, size

#: Newest runs in the panel; of older ones the place Runs knows.
NEWEST = 30
#: Newest runs in the chart of the primary metric.
MEASURED = 200
#: Runs that make a curve.
FEWEST = 3
#: Lines of the pipeline's chain.
CHAIN_LINES = 4
#: Datasets named below the chain.
DATASETS = 3
#: Terminal columns of a dataset's version and size.
BESIDE = 18
#: Terminal columns of a run's trend.
TREND = 12
#: MLflow's legacy stages that somebody relies on.
_STAGES = ("Production", "Staging")
_KIND_PLACES = {"stage": "pipeline", "run": "runs", "model": "models", "job": "jobs"}


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the Overview shows, ready for its panels; a panel whose rows are empty is left out.

    `runs` are MLflow runs and DVC experiments, newest first, at most `NEWEST`; `measured` those of the chart.
    """

    snapshot: Snapshot
    scene: RunScene
    runs: tuple[Run, ...]
    by_id: Mapping[str, Run]
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
        needs=attention(snapshot, now),
        holders=holders(snapshot, by_id),
        measured=merged(runs[:MEASURED], snapshot.experiments.value or ())[:MEASURED],
    )


def holders(snapshot: Snapshot, by_id: Mapping[str, Run]) -> tuple[Held, ...]:
    """Versions that hold an alias or a stage; of a model where nothing does, its newest version."""
    found: list[Held] = []
    for model in snapshot.models.value or ():
        rows = list(held([model], by_id))
        found.extend(sorted(filter(_holds, rows), key=_standing) or rows[:1])
    return tuple(found)


def _holds(row: Held) -> bool:
    return bool(aliases_of(row)) or (row.version is not None and row.version.stage in _STAGES)


def _standing(row: Held) -> int:
    """Champion first, then challenger, then the rest."""
    names = {alias.casefold() for alias in aliases_of(row)}
    champion = CHAMPION in names or (row.version is not None and row.version.stage == _STAGES[0])
    return 0 if champion else 1 if CHALLENGER in names else 2


# Needs you


def need_rows(view: Overview) -> Rows[Attention]:
    """What needs somebody: its symbol, its name, why."""
    longest = max((len(_what(each)) for each in view.needs), default=0)
    fields: tuple[Cell[Attention], ...] = (
        Cell(Column("mark", "", 1, rank=0), lambda each: (_need_mark(each, view),), lambda each: by_text(each.kind)),
        Cell(
            Column("what", "", min(longest, 28), rank=0),
            lambda each: line(Span(_what(each), "accent")),
            lambda each: by_text(each.what),
        ),
        Cell(
            Column("why", "", 20, flex=True, rank=0),
            lambda each: _why(each, view),
            lambda each: by_text(each.why),
        ),
    )
    return Rows(fields, view.needs, lambda each: f"{each.kind}:{each.what}:{each.why}")


def _what(each: Attention) -> str:
    """Its name; of a store's URI only the file, which the problem names by itself."""
    return safe(each.what.rstrip("/").rpartition("/")[2] if "://" in each.what else each.what)


def _why(each: Attention, view: Overview) -> Line:
    """Why, in the terminal's characters; of a problem without its name said twice, and with what to do."""
    if each.kind == "stage" and (pipeline := view.snapshot.pipeline.value):
        stage = next(stage for stage in pipeline.stages if stage.address == each.what)
        return line(safe(why_meanwhile(stage, pipeline)).replace("→", view.scene.symbols.arrow))
    if each.kind != "problem":
        return line(safe(each.why).replace("→", view.scene.symbols.arrow))
    told = (problem.hint for problem in problems(view.snapshot) if problem.summary == each.why)
    hint = next(told, "")
    why = each.why.removeprefix(each.what).removeprefix(_what(each)).removeprefix(":").lstrip() or each.why
    return line(safe(why), Span(f"  {safe(hint)}" if hint else "", "dim"))


def _need_mark(each: Attention, view: Overview) -> Span:
    symbols = view.scene.symbols
    if each.kind == "stage":
        return Span(symbols.stale, "warn")
    return run_need_mark(each.why, symbols) if each.kind in ("run", "job") else Span(symbols.unknown, "unknown")


def need_target(view: Overview, key: str) -> tuple[str, str] | None:
    """Where ``enter`` on an entry goes: the place and the key in it; None where there is nowhere to go."""
    each = next((each for each in view.needs if f"{each.kind}:{each.what}:{each.why}" == key), None)
    if each is None or each.kind not in _KIND_PLACES:
        return None
    if each.kind != "run":
        return _KIND_PLACES[each.kind], each.what
    run = next((run for run in view.snapshot.latest if each.what in (run.name, run.run_id)), None)
    return ("runs", run.run_id) if run else None


def calm(view: Overview, waiting: Sequence[str] = ()) -> Line:
    """What "Needs you" says when nothing does, with what was looked at; no all-clear before everything was read.

    `waiting` names what has not answered yet ("pipeline", "runs").
    """
    if waiting:
        mark = Span(f"{view.scene.symbols.scheduled} ", "dim")
        return line(mark, "Nothing so far", Span(f"; reading {' and '.join(waiting)}", "dim"))
    seen: list[str] = []
    pipeline = view.snapshot.pipeline.value
    if pipeline and pipeline.then:
        failed = (Span("; no newest run had failed", "dim"),) if view.snapshot.latest else ()
        return line(Span(f"{view.scene.symbols.unknown} ", "unknown"), "What was stale then is not known", *failed)
    if pipeline and pipeline.stages:
        told = Counter(stage.status for stage in pipeline.stages)
        others = [f"{told[status]} {status}" for status in ("missing", "unknown", "running") if told[status]]
        seen.append(", ".join((count(len(pipeline.stages), "stage"), "none stale", *others)))
    if view.snapshot.latest:
        seen.append("no newest run failed")
    looked = (Span(f": {'; '.join(seen)}", "dim"),) if seen else ()
    return line(Span(f"{view.scene.symbols.fresh} ", "good"), "Nothing needs you", *looked)


# Models


def holder_rows(view: Overview) -> Rows[Held]:
    """Who holds which alias: the version, its primary metric against the champion's, its run and commit."""
    return held_rows(view.holders, view.scene, versus=bool(view.scene.champions))


# Pipeline


def pipeline_lines(pipeline: Pipeline, width: int, symbols: Symbols) -> list[Line]:
    """The stages as chains with their symbols, and how many are how."""
    lines = [*chain(pipeline.stages, width, CHAIN_LINES, symbols), summary(pipeline, symbols)]
    if pipeline.cache_empty and any(stage.status == "missing" for stage in pipeline.stages):
        lines.append(line(Span("The DVC cache is empty: ", "dim"), "dvc pull", Span(" brings the outs.", "dim")))
    return lines + _datasets(pipeline, width, symbols)


def _datasets(pipeline: Pipeline, width: int, symbols: Symbols) -> list[Line]:
    """A blank line and what the stages start from, with the version that is here."""
    if not pipeline.datasets:
        return []
    rows: list[list[Line]] = []
    for each in pipeline.datasets[:DATASETS]:
        at = next((number for number, past in enumerate(each.history, start=1) if past.hash == each.hash), None)
        version = f"v{at}" if at else ""
        name = line(stage_mark(each.status, symbols), " ", Span(safe(each.path), "accent"))
        rows.append([name, line(version), line(Span(size(each.size), "dim"))])
    if (more := len(pipeline.datasets) - DATASETS) > 0:
        rows.append([line(Span(f"{symbols.more} {count(more, 'more dataset')}", "dim"))])
    return [
        (),
        *(
            cut_line(each, width, symbols.more)
            for each in grid(rows, "llr", widest=(width - BESIDE, 0, 0), more=symbols.more)
        ),
    ]


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
