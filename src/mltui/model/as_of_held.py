"""Who held which alias and which stage at another time, as far as moves tell, in the models of then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from mltui.model.alias_history import held_at
from mltui.model.moves import Move
from mltui.model.part import Problem
from mltui.model.registry import ModelVersion, RegisteredModel

#: Aliases of which it is told why nobody knows; the rest is counted.
NAMED: Final = 5
STAGE: Final = "stage:"


def moves_by_model(moves: Iterable[Move]) -> dict[str, list[Move]]:
    """In their order."""
    found: dict[str, list[Move]] = {}
    for move in moves:
        found.setdefault(move.model, []).append(move)
    return found


def held_then(
    then: RegisteredModel, now: RegisteredModel, at: int, ours: Sequence[Move]
) -> tuple[RegisteredModel, dict[str, str]]:
    """`then`, the model `now` as it was at `at` without aliases, with those it is known to have had; and of the others
    why that can't be told, by `model@alias`. `ours` are the moves of this model."""
    if not then.versions:
        return then, {}
    versions = {each.version for each in then.versions}
    aliases: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for alias in dict.fromkeys((*now.aliases, *(each.target[1:] for each in ours if each.target.startswith("@")))):
        held = held_at(ours, now.name, f"@{alias}", at)
        if not held.known:
            unknown[f"{now.name}@{alias}"] = held.why
        elif held.version in versions:
            aliases[alias] = held.version
        elif held.version is not None:
            unknown[f"{now.name}@{alias}"] = f"version {held.version}, which is gone"
    staged = _stages(ours, now.name, at)
    told = tuple(_version(each, aliases, staged) for each in then.versions)
    return replace(then, aliases=aliases, versions=told), unknown


def _stages(moves: Sequence[Move], model: str, at: int) -> dict[str, str]:
    """The stages that moves tell of, by version."""
    found: dict[str, str] = {}
    for target in dict.fromkeys(move.target for move in moves if move.target.startswith(STAGE)):
        held = held_at(moves, model, target, at)
        if held.known and held.version is not None:
            found[held.version] = target.removeprefix(STAGE)
    return found


def _version(version: ModelVersion, aliases: dict[str, str], staged: dict[str, str]) -> ModelVersion:
    names = tuple(alias for alias, holder in aliases.items() if holder == version.version)
    stage = staged.get(version.version)
    if stage is None or (version.stage and not version.note):  # the registry's own time says it
        return replace(version, aliases=names) if names != version.aliases else version
    return replace(version, aliases=names, stage=stage, note="")


def unknown_holders(unknown: Iterable[tuple[str, str]], source: str) -> list[Problem]:
    """Each alias whose holder nobody knows, with why."""
    told = list(unknown)
    problems = [Problem(source, f"who held {name} then is not recorded: {why}") for name, why in told[:NAMED]]
    if len(told) > NAMED:
        problems.append(Problem(source, f"nor who held {len(told) - NAMED:,} other aliases"))
    return problems
