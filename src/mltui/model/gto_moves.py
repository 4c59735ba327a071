"""Moves of GTO's stages, told by tags of git: who held a stage after each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from mltui.model.gto import GitTag, parse_tag, standings
from mltui.model.journal import JournalEntry
from mltui.model.move_tags import move_of_entry, move_of_tag
from mltui.model.moves import Move

#: A tag has whole seconds (ms).
SECOND: Final = 1_000
#: So long after its beginning an action without an end may still have made its tag (ms).
LONG: Final = 600_000


def moves_of_tags(tags: Iterable[GitTag]) -> Iterator[Move]:
    """Every change of who holds a stage, model by model, the oldest first. Tags of one second are one change, and those
    without a time were there before all others."""
    by_model: dict[str, list[GitTag]] = defaultdict(list)
    for tag in tags:
        if (said := parse_tag(tag.name)) is not None:
            by_model[said.artifact].append(tag)
    for model, its in by_model.items():
        yield from _of_model(model, tuple(its))


@lru_cache(maxsize=256)  # tags don't change, and are asked with each look
def _of_model(model: str, tags: tuple[GitTag, ...]) -> tuple[Move, ...]:
    held: dict[str, tuple[str, str]] = {}
    found: list[Move] = []
    for made, holders in standings(tags):
        for stage in sorted({*held, *holders}):
            before, (after, commit) = held.get(stage, (None,))[0], holders.get(stage, (None, ""))
            if before != after:
                tag = _maker(stage, made)
                move = Move(model, f"#{stage}", before, after, tag.time or 0, tag.name)
                told = replace(move, who=tag.tagger, commit=commit, told=("registry",))
                found.append(_in_its_words(told, tag.message))
        held = holders
    return tuple(found)


def _in_its_words(move: Move, message: str) -> Move:
    """`move` as the tag's message has it, where mltui made the tag: who, why, past which gates, and of which entry."""
    key, _, text = message.rpartition("\n")[2].partition(": ")
    said = move_of_tag(move.model, key, text)
    if said is None or (said.model, said.target, said.after) != (move.model, move.target, move.after):
        return move
    return replace(said, before=move.before, at=move.at, commit=move.commit or said.commit, told=move.told)


def _maker(stage: str, tags: Sequence[GitTag]) -> GitTag:
    """The tag that did it: of those of one second one about the stage, else the last."""
    about = [tag for tag in tags if (said := parse_tag(tag.name)) is not None and said.stage == stage]
    return (about or tags)[-1]


def gto_moves(tags: Iterable[GitTag], entries: Iterable[JournalEntry]) -> Iterator[Move]:
    """`moves_of_tags`; what the journal knows of who made a tag, why and past which gates stands with the move. What
    was done and has no tag any more is the journal's alone.

    A tag that does not name its entry of the journal is the one of that move that was at it when the tag was made.
    """
    noted = [(entry, move) for entry in entries if (move := move_of_entry(entry)) is not None]
    noted = [(entry, move) for entry, move in noted if move.target.startswith("#")]
    for move in moves_of_tags(tags):
        by = next((pair for pair in noted if pair[1].id == move.id or _same(*pair, move)), None)
        if by is None:
            yield move
            continue
        noted.remove(by)
        ours = by[1]
        yield replace(ours, before=move.before, at=move.at, commit=move.commit, told=("journal", "registry"))
    yield from (move for entry, move in noted if entry.state == "done")


def _same(entry: JournalEntry, ours: Move, move: Move) -> bool:
    if (ours.model, ours.target, ours.after) != (move.model, move.target, move.after):
        return False
    ended = entry.ended if entry.ended is not None else entry.at + LONG
    return entry.at - SECOND <= (move.at or 0) <= ended + SECOND
