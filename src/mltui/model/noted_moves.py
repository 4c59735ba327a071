"""What was noted of moves, in the registry's tags and in the journal, put together by their ids.

A version that is copied takes its tags along: a move counts on the version that it moved to (or left, for nobody), and
on no copy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mltui.model.journal import JournalEntry
from mltui.model.move_tags import move_of_entry, move_of_tag
from mltui.model.moves import MOVE_TAG, Move
from mltui.model.registry import ModelVersion, RegisteredModel

#: A model is not older than what was noted of it; by clocks that differ by so much at most (ms).
SKEW: Final = 10 * 60_000


@dataclass(slots=True)
class Noted:
    """`certain` moves happened; of `uncertain` ones nobody noted the end. Neither is in any order."""

    certain: list[Move] = field(default_factory=list)
    uncertain: list[Move] = field(default_factory=list)


def noted_moves(models: Iterable[RegisteredModel], entries: Iterable[JournalEntry]) -> Noted:
    """Every move of MLflow's aliases and stages; GTO's are `gto_moves`.

    What failed counts where the registry has it all the same. What the journal says of a model that is older than the
    registry's of that name was about another one.
    """
    models = tuple(each for each in models if each.source == "mlflow")
    registry = {move.id: move for move in _tagged(models)}
    made = {model.name: model.created for model in models if model.created is not None}
    noted = Noted()
    names: dict[str, str] = {}
    theirs: list[tuple[JournalEntry, Move]] = []
    for entry in entries:
        if (move := move_of_entry(entry)) is None or move.target.startswith("#"):
            continue
        if (tagged := registry.pop(move.id, None)) is not None:
            noted.certain.append(_both(move, tagged))
            names[move.model] = tagged.model
        elif entry.state != "failed":
            theirs.append((entry, move))
    for entry, move in theirs:
        name = move.model if move.model in made else names.get(move.model, move.model)  # called otherwise by now
        if (move.at or 0) >= made.get(name, 0) - SKEW:
            (noted.certain if entry.state == "done" else noted.uncertain).append(replace(move, model=name))
    noted.certain += registry.values()
    return noted


def _both(journal: Move, registry: Move) -> Move:
    """The registry was written after it had happened; the journal has all gates."""
    whole = journal if len(journal.gates) >= len(registry.gates) else registry
    return replace(
        journal,
        model=registry.model,
        before=registry.before,
        after=registry.after,
        gates=whole.gates,
        gates_cut=whole.gates_cut,
        figures=journal.figures or registry.figures,
        told=("journal", "registry"),
    )


@dataclass(frozen=True, slots=True)
class _Tag:
    """A move as it stands on a version. `named` is the model that it says it is of."""

    move: Move
    version: ModelVersion
    named: str

    @property
    def home(self) -> bool:
        return self.named == self.version.model

    @property
    def carried(self) -> bool:
        """Whether it came with a copy: it was noted before the version was made."""
        copied = self.version.source.startswith("models:/")
        return copied and self.version.created is not None and (self.move.at or 0) < self.version.created


def _tagged(models: Iterable[RegisteredModel]) -> Iterator[Move]:
    """The moves on versions that they moved to, or left for nobody."""
    found: dict[str, list[_Tag]] = defaultdict(list)
    for model in models:
        for version in model.versions:
            for key, text in version.tags.items():
                move = move_of_tag(model.name, key, text) if key.startswith(MOVE_TAG) else None
                if move is not None and (move.after or move.before) == version.version:
                    found[move.id].append(_Tag(replace(move, model=model.name), version, move.model))
    for tags in found.values():
        own = [tag for tag in tags if tag.home] or [tag for tag in tags if not tag.carried]
        if own:
            yield min(own, key=lambda tag: tag.version.created or 0).move
