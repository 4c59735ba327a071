"""Axes around a canvas: labels of y on the left, a rule with ticks and labels of x below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mltui.present.plot_canvas import Canvas
from mltui.present.text import Line, Span, Symbols, clip


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A canvas with (place from 0 to 1, label) for the ticks of each axis, the labels of y in `margin` columns."""

    canvas: Canvas
    x: Sequence[tuple[float, str]]
    y: Sequence[tuple[float, str]]
    margin: int
    ruled: bool
    labelled: bool


def framed(frame: Frame, symbols: Symbols) -> list[Line]:
    """The rows from the top: the canvas', then the rule if `ruled`, then the labels of x if `labelled`."""
    ascii_only = symbols.sparks.isascii()
    bar, tick, corner, rule, mark = ("|", "+", "+", "-", "+") if ascii_only else ("│", "┤", "└", "─", "┴")
    labels: dict[int, str] = {}
    for place, label in frame.y:
        labels.setdefault(frame.canvas.place(0.0, place)[1], label)
    rows: list[Line] = []
    for row, cells in enumerate(frame.canvas.lines()):
        label = clip(labels.get(row, ""), frame.margin, symbols.more)
        rows.append((Span(f"{label:>{frame.margin}}{tick if row in labels else bar}", "dim"), *cells))
    places = _labels(frame)
    if frame.ruled:
        ticks = {column for column, _, _ in places}
        line = "".join(mark if column in ticks else rule for column in range(frame.canvas.width))
        rows.append((Span(" " * frame.margin + corner + line, "dim"),))
    if frame.labelled:
        text = [" "] * (frame.margin + 1 + frame.canvas.width)
        for _, start, label in places:
            text[start : start + len(label)] = label
        rows.append((Span("".join(text).rstrip(), "dim"),))
    return rows


def _labels(frame: Frame) -> list[tuple[int, int, str]]:
    """(column of the tick, where its label starts in the row, label): centred, none over another."""
    found: list[tuple[int, int, str]] = []
    width = frame.margin + 1 + frame.canvas.width
    free = 0
    for place, label in frame.x:
        column = frame.canvas.place(place, 0.0)[0]
        start = max(0, min(frame.margin + 1 + column - len(label) // 2, width - len(label)))
        if start >= free and len(label) <= width:
            found.append((column, start, label))
            free = start + len(label) + 1
    return found
