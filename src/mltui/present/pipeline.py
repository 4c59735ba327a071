"""Stages as rows with their graph, and in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.model.attention import why
from mltui.model.stage_state import STATES, StageState, states_of
from mltui.present.graph import in_order, lanes
from mltui.present.marks import state_mark
from mltui.present.rows import Cell, Column, Rows, by_text
from mltui.present.text import Line, Span, Symbols, line, safe

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline, Stage


def stage_rows(
    pipeline: Pipeline, symbols: Symbols, states: Mapping[str, StageState] | None = None, *, flat: bool = False
) -> Rows[Stage]:
    """Stages in DAG order: the graph with the status symbols, the name, why not fresh, the outs.

    `flat` leaves the lines of the graph out: among other neighbours than in DAG order they would join the wrong ones.
    """
    stages = in_order(pipeline.stages)
    known = states if states is not None else states_of(stages)
    marks = {address: state_mark(state, symbols) for address, state in known.items()}
    pieces = [(marks[stage.address],) for stage in stages] if flat else lanes(stages, symbols, marks)
    graph: dict[str, Line] = dict(zip((stage.address for stage in stages), pieces, strict=True))
    width = max((sum(len(span.text) for span in piece) for piece in graph.values()), default=1)
    several = len({stage.path for stage in stages}) > 1
    ends = several or any("@" in stage.name for stage in stages)  # then they begin alike
    fields: tuple[Cell[Stage], ...] = (
        Cell(
            Column("status", "", width, rank=0),
            lambda stage: graph[stage.address],
            lambda s: _by_state(known[s.address]),
        ),
        Cell(
            Column("name", "stage", 12, flex=True, rank=0, tail=ends),
            lambda stage: line(Span(safe(stage.address if several else stage.name), "accent")),
            lambda stage: by_text(stage.address),
        ),
        Cell(
            Column("why", "why", 30, flex=True, rank=0, enough=44),
            lambda stage: why_line(stage, symbols),
            lambda stage: by_text(why(stage) if stage.status != "fresh" else None),
        ),
        Cell(Column("outs", "outs", 20, rank=4), _outs, lambda stage: by_text(_outs_text(stage))),
    )
    return Rows(
        fields,
        stages,
        lambda stage: stage.address,
        lambda stage: f"{stage.address} {stage.status} {known[stage.address]} {stage.cmd}",
    )


def _by_state(state: StageState) -> tuple[int, float, str]:
    return (0, float(STATES.index(state)), "")


def why_line(stage: Stage, symbols: Symbols) -> Line:
    """Why a stage is not fresh, in a few words; what is special about one that is."""
    if stage.status == "fresh":
        return (Span("frozen", "dim"),) if stage.frozen else ()
    text = safe(why(stage)).replace("→", symbols.arrow)
    frozen = (Span("  frozen", "dim"),) if stage.frozen else ()
    return (Span(text, "dim" if stage.status == "running" else ""), *frozen)


def why_meanwhile(stage: Stage, pipeline: Pipeline) -> str:
    """`why`, while a stage before it runs: DVC took that one's outs away itself, and nobody need do anything."""
    running = [each for each in pipeline.stages if each.status == "running" and each.address in stage.upstream]
    if not running:
        return why(stage)
    outs = [out.path for each in running for out in each.outs]
    own = tuple(
        one for one in stage.reasons if not any(one.path == out or one.path.startswith(f"{out}/") for out in outs)
    )
    after = f"after {', '.join(each.address for each in running)} (running)"
    return f"{why(replace(stage, reasons=own))}, {after}" if own else after


def _outs_text(stage: Stage) -> str:
    return safe(", ".join(out.path for out in stage.outs))


def _outs(stage: Stage) -> Line:
    return (Span(_outs_text(stage), "dim"),)


def summary(pipeline: Pipeline, symbols: Symbols, states: Mapping[str, StageState] | None = None) -> Line:
    """``1 stale  1 upstream stale  2 fresh``, in the order of urgency, each with its symbol."""
    known = states if states is not None else states_of(pipeline.stages)
    counts = Counter(known.values())
    spans: list[Span] = []
    for state in STATES:
        if state in counts:
            spans += [Span("   " if spans else ""), state_mark(state, symbols), Span(f" {counts[state]} {state}")]
    return tuple(spans)
