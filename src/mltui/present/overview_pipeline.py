"""How the pipeline stands, as the Overview's panel draws it: its chains, its states, what it starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mltui.model.ages import elapsed
from mltui.model.durations import all_durations, usual
from mltui.model.key_names import key_of
from mltui.model.stage_state import StageState, states_of
from mltui.present.chain import chain
from mltui.present.layout import cut_line, grid, width_of
from mltui.present.marks import count, stage_mark
from mltui.present.pipeline import summary
from mltui.present.text import Line, Span, Symbols, line, plain, safe, size

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline
    from mltui.model.job import Job

#: Lines of the pipeline's chain.
CHAIN_LINES = 4
#: Datasets named below the chain.
DATASETS = 3
#: Terminal columns of a dataset's version and size.
BESIDE = 18
#: Stages that a retrain would run.
_WILL_RUN: frozenset[StageState] = frozenset({"failed", "stale", "upstream stale", "never run", "outs missing"})


def pipeline_lines(
    pipeline: Pipeline,
    width: int,
    symbols: Symbols,
    states: Mapping[str, StageState] | None = None,
    jobs: Sequence[Job] = (),
) -> list[Line]:
    """The stages as chains with the symbols of their states, how many are how, and how long a retrain takes."""
    known = states if states is not None else states_of(pipeline.stages)
    counts, takes = summary(pipeline, symbols, known), line(Span(_retrain_takes(known, jobs), "dim"))
    beside = line(*counts, "   ", *takes) if plain(takes) else counts
    told = [beside] if not plain(takes) or width_of(beside) <= width else [counts, takes]
    lines = [*chain(pipeline.stages, width, CHAIN_LINES, symbols, known), *told]
    if pipeline.pull_fills:
        lines.append(line(Span("The DVC cache is empty: ", "dim"), "dvc pull", Span(" brings the outs.", "dim")))
    return lines + _datasets(pipeline, width, symbols)


def _retrain_takes(states: Mapping[str, StageState], jobs: Sequence[Job]) -> str:
    """``R takes about 40 s``, as far as mltui's own jobs tell it of every stage that would run; else ""."""
    will = [address for address, state in states.items() if state in _WILL_RUN]
    taken = all_durations(jobs)
    known = [took for address in will if (took := usual(taken.get(address, ()))) is not None]
    return f"{key_of('retrain')} takes about {elapsed(sum(known) / 1000)}" if will and len(known) == len(will) else ""


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
