"""What a filter must be told beside a `Run`: which keys it reads, and what only the store knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mltui.model.filters.tree import And, Compare, Has, Key, Node, Not, Or
from mltui.model.runs import NAME_TAG, USER_TAG, RunInput


@dataclass(frozen=True, slots=True)
class Needs:
    """The keys of each family, and whether `Facts.inputs` and `Facts.users` are read; `lifecycle`: whether it asks
    which runs are deleted; `sources`: the inputs with where they came from, which no filter asks."""

    metrics: frozenset[str] = frozenset()
    params: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    inputs: bool = False
    users: bool = False
    lifecycle: bool = False
    sources: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What a `Run` does not hold, by run id: the datasets it logged and MLflow's ``user_id``.

    Of runs without an entry nothing is known: no datasets; the user that the tag ``mlflow.user`` names. `matched` are
    the texts that each regular expression matches which was searched elsewhere (`searching`).
    """

    inputs: Mapping[str, Sequence[RunInput]] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    matched: Mapping[str, frozenset[str]] = field(default_factory=dict)


NOTHING_MORE = Facts()


def needs(node: Node | None) -> Needs:
    """What `node` reads."""
    keys = set(_keys(node)) if node is not None else set()

    def of(family: str) -> frozenset[str]:
        return frozenset(key.name for key in keys if key.family == family)

    attributes = of("attributes")
    tags = {*of("tags")}
    if "run_name" in attributes:
        tags.add(NAME_TAG)
    if "user_id" in attributes:
        tags.add(USER_TAG)
    return Needs(
        of("metrics"),
        of("params"),
        frozenset(tags),
        bool(of("datasets")),
        "user_id" in attributes,
        "lifecycle" in attributes,
    )


def _keys(node: Node) -> list[Key]:
    if isinstance(node, Compare | Has):
        return [node.key]
    if isinstance(node, Not):
        return _keys(node.inner)
    parts: And | Or = node
    return [key for part in parts.parts for key in _keys(part)]
