"""A whole pipeline in a few lines: ``✓ prepare ── ✓ validate ── ~ train``, layer after layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mltui.model.stage_state import StageState
from mltui.present.graph import in_order
from mltui.present.layout import cut_line, width_of
from mltui.present.marks import stage_mark, state_mark
from mltui.present.text import Line, Span, Symbols, safe

if TYPE_CHECKING:
    from mltui.model.dvc import Stage

#: Stages of one layer that are named; of more only how many there are, by status.
NAMED = 2
#: Address -> its symbol and its name.
Shown = Mapping[str, tuple[Span, Span]]


def chain(
    stages: Sequence[Stage],
    width: int,
    height: int,
    symbols: Symbols,
    states: Mapping[str, StageState] | None = None,
) -> list[Line]:
    """Each separate pipeline as a chain of its layers, in at most `height` lines of `width` columns.

    What does not fit is counted behind a mark. `states` are finer than the stages' own status.
    """
    lines: list[Line] = []
    parts = components(in_order(stages))
    names = short_names(stages)
    shown = {
        stage.address: (
            state_mark(states[stage.address], symbols) if states else stage_mark(stage.status, symbols),
            Span(f" {safe(names[stage.address])}"),
        )
        for stage in stages
    }
    for at, part in enumerate(parts):
        left = height - len(lines)
        if left == 1 and at < len(parts) - 1:
            rest = [stage for each in parts[at:] for stage in each]
            lines.append((Span(f"{symbols.more} {len(rest)} more  ", "dim"), *_counts(rest, shown)))
            break
        lines.extend(_chain(part, shown, width, max(1, min(left, left - (len(parts) - at - 1))), symbols))
    return [cut_line(each, width, symbols.more) for each in lines[:height]]


def components(stages: Sequence[Stage]) -> list[list[Stage]]:
    """Stages that hang together, in the order of their first; `stages` are in order."""
    group: dict[str, list[Stage]] = {}
    for stage in stages:
        mine = [stage]
        for before in {id(group[parent]): group[parent] for parent in stage.parents if parent in group}.values():
            mine = before + mine
        for each in mine:
            group[each.address] = mine
    position = {stage.address: at for at, stage in enumerate(stages)}
    unique = {id(each): each for each in group.values()}.values()
    return sorted(
        (sorted(each, key=lambda s: position[s.address]) for each in unique), key=lambda e: position[e[0].address]
    )


def layers(stages: Sequence[Stage]) -> list[list[Stage]]:
    """Stages by how many stages at most lie before them; `stages` are in order."""
    depth: dict[str, int] = {}
    for stage in stages:
        depth[stage.address] = 1 + max((depth[parent] for parent in stage.parents if parent in depth), default=-1)
    result: list[list[Stage]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for stage in stages:
        result[depth[stage.address]].append(stage)
    return result


def short_names(stages: Sequence[Stage]) -> dict[str, str]:
    """Address -> name; of stages whose name another one has too with the directory that tells them apart."""
    times = Counter(stage.name for stage in stages)
    return {
        stage.address: stage.name
        if times[stage.name] == 1
        else stage.address.replace("/dvc.yaml:", "/", 1).removeprefix("dvc.yaml:")
        for stage in stages
    }


def _chain(stages: Sequence[Stage], shown: Shown, width: int, height: int, symbols: Symbols) -> list[Line]:
    groups = layers(stages)
    pieces = [_layer(each, shown) for each in groups]
    link = Span(f" {symbols.link} ", "dim")
    lines: list[list[Span]] = [list(pieces[0])]
    for at, piece in enumerate(pieces[1:], 1):
        last = at == len(pieces) - 1
        rest = Span(f" {symbols.link} {symbols.more} {sum(map(len, groups[at:]))} more", "dim")
        # Room that must stay on this line behind the piece: for the rest's count, or for the link to the next line.
        behind = 0 if last else len(rest.text) if len(lines) == height else len(link.text) - 1
        if width_of(tuple(lines[-1])) + len(link.text) + width_of(piece) + behind <= width:
            lines[-1].extend((link, *piece))
        elif len(lines) == height:
            lines[-1].append(rest)
            break
        else:
            lines[-1].append(Span(link.text.rstrip(), "dim"))
            lines.append([Span("  "), *piece])
    return [tuple(each) for each in lines]


def _layer(stages: Sequence[Stage], shown: Shown) -> Line:
    """``✓ prepare``, ``✓ a  ~ b``, or for many ``9 ✓ 2 ~``."""
    if len(stages) > NAMED:
        return _counts(stages, shown)
    spans: list[Span] = []
    for at, stage in enumerate(stages):
        spans.extend((*((Span("  "),) if at else ()), *shown[stage.address]))
    return tuple(spans)


def _counts(stages: Sequence[Stage], shown: Shown) -> Line:
    counts: dict[Span, int] = {}
    for stage in stages:
        mark = shown[stage.address][0]
        counts[mark] = counts.get(mark, 0) + 1
    return tuple(
        span for at, (mark, count) in enumerate(counts.items()) for span in (Span(f"{' ' if at else ''}{count} "), mark)
    )
