"""Numbers as a reader of a table wants them: three digits that say something, and never an exponent."""

from __future__ import annotations

from bench.measure import Figure
from bench.results.kept import sample

HEADINGS = ("measure", "ours", "peer", "against", "ratio", "goal", "met")


def number(value: float) -> str:
    """`12,340`, `123`, `12.3`, `1.23`, `0.012`."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.1 or not size else f"{value:.2g}"


def spread(value: float, unit: str) -> str:
    """The median with its unit, and how far the runs lay apart: `123 ms (110–160, 5 runs)`."""
    of = sample(value)
    if of.runs == 1:
        return f"{number(of)} {unit} (1 run)"
    return f"{number(of)} {unit} ({number(of.low)}–{number(of.high)}, {of.runs} runs)"


def row(figure: Figure) -> tuple[str, ...]:
    """The cells below `HEADINGS`."""
    sign = "at least" if figure.faster else "at most"
    kind = "x faster" if figure.faster else "x"
    beside = figure.peer is not None
    ratio = f"{number(figure.ratio)}{kind}" if beside else ""
    return (
        figure.what,
        spread(figure.ours, figure.unit),
        "" if figure.peer is None else spread(figure.peer, figure.unit),
        figure.against,
        ratio,
        "" if figure.goal is None else f"{sign} {figure.goal:g}{kind if beside else ' ' + figure.unit}",
        "" if figure.goal is None else "yes" if figure.met else "NO",
    )


def size(value: int) -> str:
    """`1k`, `80k`, `1M`."""
    for step, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= step and value % step == 0:
            return f"{value // step}{letter}"
    return f"{value:,}"
