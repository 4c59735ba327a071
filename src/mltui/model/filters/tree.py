"""What a filter means, as a tree. `at` is where a part stands in the text: (start, end)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal["metrics", "params", "tags", "attributes", "datasets"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "~", "like", "ilike", "in"]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Key:
    """What is compared: the `name` of a `family`; as a number if `number` (``num(params.lr)``).

    Of attributes `name` is one of `names.ATTRIBUTES`.
    """

    family: Family
    name: str
    at: Place
    number: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """What a key is compared with, as written. `bare`: without quotes."""

    text: str
    bare: bool
    at: Place


@dataclass(frozen=True, slots=True)
class Compare:
    """``key operator value``; of "in" the values of the list. `negated` is ``not in``, ``not like``.

    MLflow's own ``not in`` is false where the key is missing, as every comparison is.
    """

    key: Key
    operator: Operator
    values: tuple[Value, ...]
    at: Place
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Has:
    """``has key``, ``key is not null``."""

    key: Key


@dataclass(frozen=True, slots=True)
class Not:
    inner: Node


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


Node = Compare | Has | Not | And | Or
