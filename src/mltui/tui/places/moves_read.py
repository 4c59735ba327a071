"""Moves of aliases and stages for what is on screen: found in a thread, never with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from mltui.model.moves import Move
from mltui.sources.promotion.moves import read_moves

if TYPE_CHECKING:
    from mltui.model.journal import JournalRead
    from mltui.model.part import Part
    from mltui.model.registry import RegisteredModel
    from mltui.sources.workspace import Workspace

JournalPart: TypeAlias = "Part[JournalRead] | None"


def moves_by_model(workspace: Workspace, models: Iterable[RegisteredModel]) -> dict[str, Sequence[Move]]:
    """The moves of `models` by name, the oldest first. Of another time those that had been by then.

    Where MLflow and GTO have a model of one name, each target tells whose it is. Raises `SourceError`.
    """
    models = tuple(models)
    then = workspace.as_of.at if workspace.as_of is not None else None
    found: dict[str, list[Move]] = {model.name: [] for model in models}
    for move in read_moves(workspace, models):
        if move.model in found and (then is None or (move.at is not None and move.at <= then)):
            found[move.model].append(move)
    return dict(found)
