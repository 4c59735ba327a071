"""Fewer points with the same picture: the smallest and the largest of every stretch are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence


def min_max(values: Sequence[float], points: int) -> list[int]:
    """Indices of at most `points` of `values`, ascending, that draw as all of them would.

    The first and the last finite value are kept, and of each of equally long stretches between them the smallest and
    the largest (the "MinMax" of Jugel et al., M4, VLDB 2014). Values that are not finite are left out.
    """
    finite = [index for index, value in enumerate(values) if math.isfinite(value)]
    if len(finite) <= points:
        return finite
    if points < 4:
        return [finite[0], finite[-1]][: max(points, 0)]
    inner = finite[1:-1]
    stretches = (points - 2) // 2
    kept = {finite[0], finite[-1]}
    for at in range(stretches):
        stretch = inner[at * len(inner) // stretches : (at + 1) * len(inner) // stretches]
        kept.add(min(stretch, key=values.__getitem__))
        kept.add(max(stretch, key=values.__getitem__))
    return sorted(kept)
