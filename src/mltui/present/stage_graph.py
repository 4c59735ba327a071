"""The pipeline drawn: a box a stage with the symbol of its state, lines to what waits for it.

Where everything stands depends on the stages alone, never on their states: nothing jumps while they change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mltui.model.dvc import Stage
from mltui.model.stage_state import STATES, StageState
from mltui.present.graph_layout import Layout, laid_out
from mltui.present.implied import without_implied
from mltui.present.layout import cells, cut
from mltui.present.marks import state_mark
from mltui.present.spots import Drawing, Spot
from mltui.present.stage_groups import Box, GroupFolds, boxes, near
from mltui.present.text import Line, Role, Span, Symbols, safe

#: Columns of a name at most.
WIDEST: Final = 32
#: Before the name of a folded group: the key that unfolds it.
FOLDED: Final = "+"
#: So many links more than boxes, and those that others imply are not drawn.
MANY: Final = 12
#: States that a folded group counts; the more urgent ones where it has more.
COUNTED: Final = 3


@dataclass(frozen=True, slots=True)
class StageGraph:
    """Boxes in their places. `room` is that for which they were placed, `implied` how many links are not drawn because
    others imply them; `around` is the box whose neighbours are all there is, "" where all are."""

    boxes: Mapping[str, Box]
    layout: Layout
    room: tuple[int, int]
    folds: GroupFolds
    shape: tuple[object, ...]
    implied: int = 0
    around: str = ""

    @property
    def fits(self) -> bool:
        """Whether all of it is in sight at once."""
        return self.layout.width <= self.room[0] and self.layout.height <= self.room[1]

    @property
    def notes(self) -> list[str]:
        """What of the pipeline is not drawn, and why."""
        around, left_out = self.boxes.get(self.around), self.layout.left_out
        found = [f"only the neighbours of {safe(around.name)}"] if around is not None else []
        many = f"{left_out} links close a circle and are" if left_out > 1 else "1 link closes a circle and is"
        found += [f"{many} not drawn"] if left_out else []
        implied = f"{self.implied:,} links that others imply are" if self.implied > 1 else "1 link that others imply is"
        return found + ([f"{implied} not drawn"] if self.implied else [])


def placed(
    stages: Sequence[Stage],
    folds: GroupFolds,
    room: tuple[int, int],
    symbols: Symbols,
    former: StageGraph | None = None,
    *,
    around: str = "",
) -> StageGraph:
    """The boxes of `stages` in their places: as they were in `former`, where nothing but states moved. `around`, a
    stage's address or a box's id: only that box and its neighbours, and all of it if there is no such box."""
    found, links = boxes(stages, folds)
    around = next((box.id for box in found if box.id == around or any(s.address == around for s in box.stages)), "")
    if around:
        found, links = near(found, links, around)
    widths = {box.id: _width(box, symbols) for box in found}
    shape = (tuple(widths.items()), links, room)
    if former is not None and former.shape == shape:
        layout, implied = former.layout, former.implied
    else:
        few = without_implied(links) if len(links) > len(found) + MANY else links
        layout, implied = laid_out(widths, few, room, symbols.rule.isascii()), len(links) - len(few)
    return StageGraph({box.id: box for box in found}, layout, room, folds, shape, implied, around)


def drawn(
    graph: StageGraph, states: Mapping[str, StageState], symbols: Symbols, only: Collection[str] | None = None
) -> Drawing:
    """The drawing with each box in its state. `only`: addresses that a filter let through; the others are dim."""
    layout = graph.layout
    rows: list[list[tuple[int, int, Line]]] = [[] for _ in range(layout.height)]
    spots = []
    for id, (x, y) in layout.places.items():
        box = graph.boxes[id]
        label = _label(box, states, symbols)
        if only is not None:
            through = any(stage.address in only for stage in box.stages)
            label = tuple(Span(span.text, (span.role or "title") if through else "note") for span in label)
        spots.append(Spot(x, y, sum(cells(span.text) for span in label), id))
        rows[y].append((x, spots[-1].width, label))
    by_line: list[dict[int, str]] = [{} for _ in rows]
    ascii_only = symbols.rule.isascii()
    for at in {*layout.canvas.sides, *layout.canvas.over}:
        by_line[at[1]][at[0]] = layout.canvas.character(at, ascii_only)
    role: Role = "dim" if only is None else "faint"
    for spot in spots:  # the room that a group's counts leave is crossed by the line that begins behind it
        end = spot.x + _width(graph.boxes[spot.row], symbols)
        if (behind := by_line[spot.y].get(end + 1, "")).strip() and layout.way == "across":
            flat = behind if behind in "─-" else symbols.rule
            by_line[spot.y].update(dict.fromkeys(range(spot.x + spot.width + 1, end + 1), flat))
    lines = tuple(_line(sorted(row), cells_, role) for row, cells_ in zip(rows, by_line, strict=True))
    return Drawing(lines, tuple(spots), down=layout.way == "down")


def _line(labels: Sequence[tuple[int, int, Line]], lines: Mapping[int, str], role: Role) -> Line:
    """Labels where they begin, and the characters of lines between them."""
    spans: list[Span] = []
    x = 0
    ends = [*((begin, width, label) for begin, width, label in labels), (max(lines, default=-1) + 1, 0, ())]
    for begin, width, label in ends:
        if begin > x:
            text = "".join(lines.get(at, " ") for at in range(x, begin))
            spans.append(Span(text, role if text.strip() else ""))
        spans += label
        x = max(x, begin + width)
    return tuple(spans)


def _name(box: Box, symbols: Symbols) -> str:
    name = safe(box.name)
    return cut(name.replace("…", symbols.more) if box.folded else name, WIDEST, symbols.more)


def _width(box: Box, symbols: Symbols) -> int:
    """Columns of a box, in whatever states its stages are."""
    name = cells(_name(box, symbols))
    if not box.folded:
        return 2 + name
    counts = min(COUNTED, len(box.stages)) * (len(str(len(box.stages))) + 3)
    return 2 + name + counts + (cells(symbols.more) + 1 if len(box.stages) > COUNTED else 0)


def _label(box: Box, states: Mapping[str, StageState], symbols: Symbols) -> Line:
    """``~ train``, ``+ train@{a,b,…}  10 ✓ 2 ~``."""
    if not box.folded:
        return (state_mark(states[box.id], symbols), Span(f" {_name(box, symbols)}"))
    return (
        Span(FOLDED, "accent"),
        Span(f" {_name(box, symbols)}"),
        *counted([states[stage.address] for stage in box.stages], symbols, COUNTED),
    )


def counted(states: Sequence[StageState], symbols: Symbols, most: int = len(STATES)) -> Line:
    """``  2 ~ 10 ✓``: how many are in each state, the most urgent first, `most` of them."""
    counts = Counter(states)
    shown = [state for state in STATES if state in counts]
    spans: list[Span] = []
    for state in shown[:most]:
        spans += [Span(f"{' ' if spans else '  '}{counts[state]} "), state_mark(state, symbols)]
    return (*spans, Span(f" {symbols.more}", "dim")) if len(shown) > most else tuple(spans)


def legend(states: Collection[StageState], symbols: Symbols) -> Line:
    """What the symbols of these states mean, the most urgent first."""
    spans: list[Span] = []
    for state in STATES:
        if state in states:
            spans += [Span("  " if spans else ""), state_mark(state, symbols), Span(f" {state}", "dim")]
    return tuple(spans)
