"""The history of aliases and stages: every move that anybody noted, and the moves outside mltui between them.

An alias carries no time and no name of who set it. What is known of it are mltui's moves; where one does not begin
where the one before it ended, or the target is held by another version than the last one moved it to, somebody moved it
outside mltui.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mltui.model.gto import GitTag
from mltui.model.gto_moves import gto_moves
from mltui.model.journal import JournalEntry
from mltui.model.move_chain import HELD, STAGE, Chain
from mltui.model.move_order import in_order
from mltui.model.moves import Held, Move
from mltui.model.noted_moves import noted_moves
from mltui.model.registry import RegisteredModel


def moves_of(
    models: Iterable[RegisteredModel], entries: Iterable[JournalEntry], tags: Iterable[GitTag] = ()
) -> tuple[Move, ...]:
    """Every move, the oldest first, from the tags of `models`, the journal, and git's tags (of GTO).

    A move outside mltui stands where it must have happened. What nobody noted the end of counts only if the registry
    shows that it happened; what the journal says of models that are not among `models` is believed.
    """
    models, entries = tuple(models), tuple(entries)
    noted = noted_moves(models, entries)
    certain: dict[tuple[str, str], list[Move]] = defaultdict(list)
    uncertain: dict[tuple[str, str], list[Move]] = defaultdict(list)
    for moves, found in ((noted.certain, certain), (noted.uncertain, uncertain)):
        for move in moves:
            found[move.model, move.target].append(move)
    chains: list[Sequence[Move]] = []
    known = {model.name: model for model in models if model.source == "mlflow"}
    for model in known.values():
        noted_of_it = (target for name, target in certain if name == model.name)
        for target in dict.fromkeys((*_held(model), *filter(_points, noted_of_it))):
            key = model.name, target
            chains.append(Chain(model, target, noted.certain).of(certain.pop(key, []), uncertain.get(key, [])))
    chains += [in_order(moves) for moves in certain.values()]
    by_stage: dict[tuple[str, str], list[Move]] = defaultdict(list)
    for move in gto_moves(tags, entries):
        by_stage[move.model, move.target].append(move)
    chains += [sorted(moves, key=lambda move: (move.at or 0, move.id)) for moves in by_stage.values()]
    return _joined(chains)


def _points(target: str) -> bool:
    """Whether it is an alias or a stage, at which one version is at a time; a copy into a model is made each time."""
    return target.startswith(("@", STAGE))


def _held(model: RegisteredModel) -> list[str]:
    """What its versions hold now."""
    stages = (each.stage for each in model.versions)
    return [*(f"@{alias}" for alias in model.aliases), *(f"{STAGE}{stage}" for stage in stages if stage in HELD)]


def _joined(chains: Iterable[Sequence[Move]]) -> tuple[Move, ...]:
    """All chains by time; within a chain the order is what it is."""
    timed: list[tuple[int, str, str, int, Move]] = []
    for chain in chains:
        time = 0
        for place, move in enumerate(chain):
            time = max(time, _time(move))
            timed.append((time, move.model, move.target, place, move))
    return tuple(each[-1] for each in sorted(timed, key=lambda each: each[:-1]))


def _time(move: Move) -> int:
    return next((time for time in (move.at, move.since, move.until) if time is not None), 0)


def of_target(moves: Iterable[Move], model: str, target: str) -> tuple[Move, ...]:
    """The moves of one target, the oldest first."""
    return tuple(each for each in moves if each.model == model and each.target == target)


def held_before(moves: Iterable[Move], model: str, target: str) -> tuple[str, ...]:
    """Who held it before the version that holds it now, the last one first; each once."""
    chain = of_target(moves, model, target)
    if not chain:
        return ()
    held = [version for move in reversed(chain) for version in (move.after, move.before)]
    return tuple(version for version in dict.fromkeys(held) if version is not None and version != chain[-1].after)


def held_at(moves: Iterable[Move], model: str, target: str, at: int) -> Held:
    """Who held it at `at` (epoch ms), as far as the moves tell; else why that can't be told.

    Somebody who moved it outside mltui and back leaves no trace.
    """
    chain = of_target(moves, model, target)
    if not chain:
        return Held(None, False, "no move of it was noted")
    former: Move | None = None
    for move in chain:
        since = move.since if move.outside else move.at
        if since is not None and at < since:
            break
        if move.outside and (move.until is None or at < move.until):
            return Held(None, False, f"it was moved to {move.after or 'nobody'} outside mltui, nobody knows when", move)
        former = move
    if former is None:
        return Held(None, False, "it was before the first move that was noted", chain[0])
    return Held(former.after, True, move=former)
