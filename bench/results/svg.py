"""Growth as a picture: a panel for each axis, both of its axes logarithmic, every line with its name at its end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from bench.measure import Grown
from bench.results.numbers import number, size
from bench.results.tables import order

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 330, 40, 40
#: Colours that are told apart by those who see few (Okabe and Ito); names at the lines' ends say the same.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#8f7700")
TEXT = 14


def svg(panels: dict[str, Sequence[Grown]]) -> str:
    """The whole file: `panels` is what grew, by axis and unit."""
    height = HEIGHT * len(panels)
    drawn = [
        f'<g transform="translate(0 {at * HEIGHT})">{_panel(title, grown)}</g>'
        for at, (title, grown) in enumerate(panels.items())
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"'
    white = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([f'{head} font-size="12">', white, *drawn, "</svg>", ""])


def by_unit(grown: Sequence[Grown]) -> dict[str, Sequence[Grown]]:
    """`ms over runs`, `MiB over runs`, …: what can share a panel."""
    titles = order(f"{one.unit} over {one.axis}" for one in grown)
    return {title: [one for one in grown if f"{one.unit} over {one.axis}" == title] for title in titles}


def _panel(title: str, grown: Sequence[Grown]) -> str:
    sizes = sorted({one.size for one in grown})
    low = math.floor(math.log10(max(1e-3, min(one.taken for one in grown))))
    high = max(low + 1, math.ceil(math.log10(max(one.taken for one in grown))))
    first, last = math.log10(sizes[0]), math.log10(sizes[-1] if len(sizes) > 1 else sizes[0] * 10)

    def x(value: float) -> float:
        return LEFT + (math.log10(value) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(max(value, 10.0**low)) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<text x="{LEFT}" y="20" font-weight="bold">{escape(title)}</text>']
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{number(10.0**power)}</text>')
    for each in sizes:
        parts.append(f'<text x="{x(each):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{size(each)}</text>')
    names = order(one.what for one in grown)
    lines = [sorted((one.size, float(one.taken)) for one in grown if one.what == name) for name in names]
    ends = _apart([y(points[-1][1]) for points in lines])
    for at, (name, points, end) in enumerate(zip(names, lines, ends, strict=True)):
        colour = COLOURS[at % len(COLOURS)]
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="{colour}"/>' for a, b in points]
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{end + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    return "".join(parts)


def _apart(ends: list[float]) -> list[float]:
    """The heights of names, moved so that none lies over another and all within the panel."""
    placed = list(ends)
    by_height = sorted(range(len(ends)), key=lambda at: ends[at])
    for above, at in pairwise(by_height):
        placed[at] = max(placed[at], placed[above] + TEXT)
    over = max(0.0, max(placed, default=0.0) - (HEIGHT - 8))
    return [height - over for height in placed]
