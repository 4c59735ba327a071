"""Things in layers from left to right, so that lines between them cross little: what stands where.

After Sugiyama, Tagawa and Toda (1981): longest paths give layers, a link over several layers passes through a place of
its own in each, places are ordered by the middle of their neighbours and then moved close to them (a least-squares fit
that keeps the order, by pooling adjacent violators).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

#: Sweeps over the layers, there and back.
SWEEPS = 4

#: A thing by its id, or the place where the link `(source, target)` passes through a layer.
Item = str | tuple[str, str, int]
Link = tuple[str, str]
#: Lines from one item of a layer to the next: of any two, or of these two.
Gap = int | Callable[[Item, Item], int]
#: What lies left of each item, and what right.
Beside = tuple[dict[Item, list[Item]], dict[Item, list[Item]]]


@dataclass(frozen=True, slots=True)
class Layers:
    """`columns` are the items of each layer from top to bottom, `row` says on which line each is. `pieces` are what
    links come to between two neighbouring layers: the number of the left one, both items, and the link."""

    columns: tuple[tuple[Item, ...], ...]
    row: Mapping[Item, int]
    pieces: tuple[tuple[int, Item, Item, Link], ...]

    @property
    def height(self) -> int:
        """Lines from the first item to the last one."""
        return max(self.row.values(), default=-1) + 1

    def staggered(self, between: Container[int]) -> Layers:
        """With lines between all lines, of which the items of the layers behind those `between` numbers go to the
        others: on both sides there is nothing on the same line then."""
        row: dict[Item, int] = {}
        odd = 0
        for at, column in enumerate(self.columns):
            row |= {item: 2 * self.row[item] + odd for item in column}
            odd = 1 - odd if at in between else odd
        return Layers(self.columns, row, self.pieces)


def in_layers(ids: Sequence[str], links: Iterable[Link], gap: Gap = 2) -> Layers:
    """Lay `ids` out, with `gap` lines from one to the next of a layer. Links that close a circle are left out."""
    kept = _without_circles(ids, links)
    depth = _depths(ids, kept)
    columns: list[list[Item]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for id in ids:
        columns[depth[id]].append(id)
    pieces: list[tuple[int, Item, Item, Link]] = []
    for source, target in kept:
        before: Item = source
        for at in range(depth[source], depth[target]):
            after: Item = target if at + 1 == depth[target] else (source, target, at + 1)
            if after != target:
                columns[at + 1].append(after)
            pieces.append((at, before, after, (source, target)))
            before = after
    if all(len(column) == 1 for column in columns):  # a chain needs no search for its places
        return Layers(tuple(map(tuple, columns)), {item: 0 for (item,) in columns}, tuple(pieces))
    beside = _neighbours(pieces)
    _order(columns, beside)
    return Layers(tuple(map(tuple, columns)), _rows(columns, beside, gap), tuple(pieces))


def _without_circles(ids: Sequence[str], links: Iterable[Link]) -> list[Link]:
    kept: list[Link] = []
    after: dict[str, list[str]] = {id: [] for id in ids}
    for source, target in dict.fromkeys(links):
        if source != target and not _reaches(after, target, source):
            after[source].append(target)
            kept.append((source, target))
    return kept


def _reaches(after: Mapping[str, Sequence[str]], start: str, end: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        fresh = [each for each in after[here] if each not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False


def _depths(ids: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """The layer of each: behind all it comes from, and what comes from nothing just before what it leads to."""
    depth = dict.fromkeys(ids, 0)
    moved = True
    while moved:
        moved = False
        for source, target in links:
            if depth[target] <= depth[source]:
                depth[target], moved = depth[source] + 1, True
    targets = {target for _, target in links}
    nexts: dict[str, int] = {}
    for source, target in links:
        nexts[source] = min(depth[target], nexts.get(source, depth[target]))
    for id in ids:
        if id not in targets and id in nexts:
            depth[id] = nexts[id] - 1
    return depth


def _neighbours(pieces: Iterable[tuple[int, Item, Item, Link]]) -> Beside:
    """What lies left, and what right, of each item."""
    left: dict[Item, list[Item]] = {}
    right: dict[Item, list[Item]] = {}
    for _, before, after, _ in pieces:
        left.setdefault(after, []).append(before)
        right.setdefault(before, []).append(after)
    return left, right


def _order(columns: list[list[Item]], beside: Beside) -> None:
    for sweep in range(2 * SWEEPS):
        back = sweep % 2 == 1
        order = range(len(columns) - 2, -1, -1) if back else range(1, len(columns))
        for at in order:
            near = {item: place for place, item in enumerate(columns[at + 1 if back else at - 1])}
            own = {item: place for place, item in enumerate(columns[at])}
            wanted = {item: _middle([near[each] for each in beside[back].get(item, ())], own[item]) for item in own}
            columns[at].sort(key=lambda item, wanted=wanted: wanted[item])  # type: ignore[misc]


def _middle(places: Sequence[int], otherwise: int) -> float:
    return sum(places) / len(places) if places else otherwise


def _rows(columns: Sequence[Sequence[Item]], beside: Beside, gap: Gap) -> dict[Item, int]:
    apart = [_distances(column, gap) for column in columns]
    row: dict[Item, int] = {
        item: at for column, each in zip(columns, apart, strict=True) for item, at in zip(column, each, strict=True)
    }
    pairs = list(zip(columns, apart, strict=True))
    for sweep in range(2 * SWEEPS):
        back = sweep % 2 == 1
        for column, each in reversed(pairs) if back else pairs:
            wanted = [_middle([row[near] for near in beside[back].get(item, ())], row[item]) for item in column]
            row.update(zip(column, _apart(wanted, each), strict=True))
    top = min(row.values(), default=0)
    return {item: at - top for item, at in row.items()}


def _distances(column: Sequence[Item], gap: Gap) -> list[int]:
    """How far each item of a layer is from its first one, where they stand as close as they may."""
    if isinstance(gap, int):
        return [gap * at for at in range(len(column))]
    return list(accumulate((gap(one, other) for one, other in pairwise(column)), initial=0))[: len(column)]


def _apart(wanted: Sequence[float], distances: Sequence[int]) -> list[int]:
    """Lines as near as can be to those wanted, in this order and at least that far from the first one."""
    pools: list[tuple[float, int]] = []  # the mean of a pool, and how many it is of
    for each, distance in zip(wanted, distances, strict=True):
        mean, size = each - distance, 1
        while pools and pools[-1][0] > mean:
            before, more = pools.pop()
            mean, size = (before * more + mean * size) / (more + size), more + size
        pools.append((mean, size))
    flat = [round(mean) for mean, size in pools for _ in range(size)]
    return [each + distance for each, distance in zip(flat, distances, strict=True)]
