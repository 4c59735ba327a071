"""Moves of one model, for a detail: read in a thread when somebody looks at it, never with the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from mltui.model.move_tags import move_of_entry, move_of_tag
from mltui.model.moves import Move

if TYPE_CHECKING:
    from mltui.model.journal import JournalRead
    from mltui.model.part import Part
    from mltui.model.registry import RegisteredModel
    from mltui.sources.workspace import Workspace

JournalPart: TypeAlias = "Part[JournalRead] | None"


def moves_of(workspace: Workspace, model: RegisteredModel, journal: JournalPart) -> Sequence[Move]:
    """The moves of `model`, the oldest first, by the registry's tags and the journal as they were read."""
    found: dict[str, Move] = {}
    for version in model.versions:
        for key, text in version.tags.items():
            if (move := move_of_tag(model.name, key, text)) is not None and move.after == version.version:
                found.setdefault(move.id, move)
    read = journal.value if journal else None
    for entry in read.entries if read else ():
        if entry.state == "done" and (noted := move_of_entry(entry)) is not None and noted.model == model.name:
            found.setdefault(noted.id, noted)
    return sorted(found.values(), key=lambda move: (move.at or 0, move.id))
