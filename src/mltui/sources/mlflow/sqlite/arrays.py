"""Long JSON arrays of texts that repeat: run ids and keys, read without an object for each of their items.

Rows of a run stand beside each other mostly, ids of a store have one length mostly, and runs of one experiment have
the same keys mostly. Where it is otherwise the array is read as JSON.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any, NamedTuple

from mltui.model.key_sharing import places
from mltui.sources.mlflow.sqlite.fetch import decode


def array(text: bytes) -> list[Any]:
    """The items; null is "", as everywhere. Raises `ValueError` if it is no JSON."""
    items: list[Any] = json.loads(decode(text))
    return [one or "" for one in items] if None in items else items


def spans(text: bytes) -> list[tuple[str, int]]:
    """The items with how often each stands there in succession. Raises `ValueError` if it is no JSON."""
    size = text.find(b'"', 2) + 1  # from one quote that opens to the next
    if not _of_one_size(text, size):
        return [(item, len(list(same))) for item, same in groupby(array(text))]
    text = text[:-1] + b","
    found: list[tuple[str, int]] = []
    at, many = 1, 1
    while at < len(text):
        item = text[at : at + size]
        if not text.startswith(item * many, at) or text.startswith(item, at + size * many):
            many = 1
            while text.startswith(item, at + size * many):
                many += 1
        found.append((decode(item[1:-2]), many))
        at += size * many
    return found


def _of_one_size(text: bytes, size: int) -> bool:
    """Whether every item, with its quotes and a comma, has that size and says what it means."""
    count, rest = divmod(len(text) - 1, size) if size else (0, 1)
    return (
        not rest
        and text[1::size] == text[size - 1 :: size] == b'"' * count
        and text[size::size] == b"," * (count - 1) + b"]"
        and text.count(b'"') == 2 * count
        and b"\\" not in text
    )


class Shape(NamedTuple):
    """Some keys: how they stand in a JSON array, each with a comma, and where in a run's values each key's is."""

    text: bytes
    places: dict[str, int]


class Shapes:
    """The keys and texts that runs had so far: the same object for the same keys, and for the same text."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._known: dict[tuple[str, ...], Shape] = {}
        self._latest: dict[int, Shape] = {}

    def of(self, keys: tuple[str, ...]) -> Shape:
        """The shape of these keys, from now on the `latest` of so many."""
        shape = self._known.get(keys)
        if shape is None:
            shape = self._known[keys] = Shape("".join(f'"{key}",' for key in keys).encode(), places(keys))
        self._latest[len(keys)] = shape
        return shape

    def latest(self, count: int) -> Shape | None:
        return self._latest.get(count)

    def shared(self, texts: list[str]) -> tuple[str, ...]:
        """The same texts. Params and tags of ten thousand runs are mostly those of other runs, and JSON makes each
        anew: sixty bytes, two hundred thousand times."""
        return tuple(map(self._texts.setdefault, texts, texts))


class Keys:
    """The keys in a JSON array, taken from its begin some at a time."""

    def __init__(self, text: bytes, shapes: Shapes) -> None:
        self._array = text
        self._text = text[:-1] + b","
        self._shapes = shapes
        self._items: tuple[str, ...] | None = None
        self._taken = 0
        #: Where the text of those that are left begins; None once that can't be told, for a key is written otherwise.
        self._at: int | None = 1 if b"\\" not in text else None

    def take(self, count: int) -> dict[str, int]:
        """The places of the next `count` keys. Raises `ValueError` if the text is no JSON."""
        shape = self._shapes.latest(count)
        if shape is None or self._at is None or not self._text.startswith(shape.text, self._at):
            shape = self._shapes.of(self._parsed()[self._taken : self._taken + count])
            if self._at is not None and not self._text.startswith(shape.text, self._at):
                self._at = None
        if self._at is not None:
            self._at += len(shape.text)
        self._taken += count
        return shape.places

    def ended(self) -> bool:
        """Whether all were taken, and no more."""
        return self._at == len(self._text) if self._at is not None else self._taken == len(self._parsed())

    def _parsed(self) -> tuple[str, ...]:
        if self._items is None:
            self._items = tuple(array(self._array))
        return self._items
