"""Moves of aliases and stages for what is on screen: found in a thread, never with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from mltui.model.alias_history import moves_of
from mltui.model.moves import Move

if TYPE_CHECKING:
    from mltui.model.journal import JournalRead
    from mltui.model.part import Part
    from mltui.model.registry import RegisteredModel

JournalPart: TypeAlias = "Part[JournalRead] | None"


def moves_by_model(models: Iterable[RegisteredModel], journal: JournalPart) -> dict[str, Sequence[Move]]:
    """The moves of `models` by name, the oldest first, as the registry's tags and the journal that were read tell."""
    models = tuple(models)
    read = journal.value if journal else None
    found: dict[str, list[Move]] = {model.name: [] for model in models}
    for move in moves_of(models, read.entries if read else ()):
        if move.model in found:
            found[move.model].append(move)
    return dict(found)
