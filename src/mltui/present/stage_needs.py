"""Which stages are not fresh and why, a line each: below a drawing that leaves room for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from mltui.model.dvc import Stage
from mltui.model.stage_state import STATES, StageState
from mltui.present.graph import in_order
from mltui.present.layout import cut_line, grid
from mltui.present.marks import count, state_mark
from mltui.present.pipeline import why_meanwhile
from mltui.present.stage_detail import GraphScene, running_words
from mltui.present.stage_graph import FOLDED, counted
from mltui.present.stage_groups import Box
from mltui.present.text import Line, Span, line, safe

#: Lines between the drawing and the list.
APART: Final = 2
#: Columns of a stage with its mark at most.
WIDEST: Final = 34
_CALM: Final[frozenset[StageState]] = frozenset({"fresh", "frozen"})


def need_lines(
    scene: GraphScene, room: tuple[int, int], only: Collection[str] | None = None, boxes: Iterable[Box] = ()
) -> list[Line]:
    """The stages that are not fresh in the order of the pipeline, in `room` columns and lines; what finds no room is
    counted. `only`: addresses that a filter let through. A group that `boxes` have folded is told of in one line."""
    (width, height), more = room, scene.symbols.more
    group_of = {stage.address: box for box in boxes if box.folded for stage in box.stages}
    found: dict[str, list[Stage]] = {}
    for stage in in_order(scene.pipeline.stages):
        if scene.states[stage.address] not in _CALM and (only is None or stage.address in only):
            box = group_of.get(stage.address)
            found.setdefault(box.id if box is not None else stage.address, []).append(stage)
    if not found or height < 1:
        return []
    most = height if len(found) <= height else height - 1
    shown = list(found.values())
    rows = [_group(group_of[each[0].address], each, scene) if len(each) > 1 else _row(each[0], scene) for each in shown]
    lines = [cut_line(each, width, more) for each in grid(rows[:most], widest=(WIDEST, 0), more=more)]
    if rest := sum(map(len, shown[most:])):
        lines.append(line(Span(f"{more} {count(rest, 'more stage')} not fresh", "dim")))
    return lines


def _row(stage: Stage, scene: GraphScene) -> list[Line]:
    state = scene.states[stage.address]
    return [line(state_mark(state, scene.symbols), f" {safe(stage.address)}"), line(Span(_why(stage, scene), "dim"))]


def _group(box: Box, stages: Sequence[Stage], scene: GraphScene) -> list[Line]:
    """How many are how, and why the most urgent one is so."""
    symbols = scene.symbols
    number, *others = counted([scene.states[stage.address] for stage in stages], symbols)
    first = min(stages, key=lambda stage: STATES.index(scene.states[stage.address]))
    name = safe(box.name).replace("…", symbols.more)
    told = line(number.text.lstrip(), *others, Span(f"  {_why(first, scene)}", "dim"))
    return [line(Span(FOLDED, "accent"), f" {name}"), told]


def _why(stage: Stage, scene: GraphScene) -> str:
    state = scene.states[stage.address]
    runs = running_words(stage, scene.jobs, scene.now) if state == "running" else []
    why = safe(why_meanwhile(stage, scene.pipeline)).replace("→", scene.symbols.arrow)
    if state == "failed":
        return f"failed; {why}" if stage.locked else "failed"
    return ", ".join(runs) or why
