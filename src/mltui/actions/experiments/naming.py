"""Which experiment a word means."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.errors import NotFound, UsageError
from mltui.model.dvc import DvcExperiment

#: Hex digits that make a word a commit.
SHORTEST = 4


def named(experiments: Sequence[DvcExperiment], word: str) -> DvcExperiment:
    """The experiment of this ref, name or (abbreviated) commit.

    Raises `NotFound`, and `UsageError` where several have that name: a baseline has each name once, so that the full
    ref tells them apart.
    """
    found = [one for one in experiments if one.status == "FINISHED" and one.ref == word]
    found = found or [one for one in experiments if one.name == word]
    if not found and len(word) >= SHORTEST:
        found = [one for one in experiments if one.commit.startswith(word.lower())]
    if not found:
        raise NotFound(f"there is no experiment {word}", "mltui exp list tells which there are")
    if len({one.commit for one in found}) > 1 or len(found) > 1:
        ways = ", ".join(way(one) for one in found[:4])
        raise UsageError(f"{len(found)} experiments are called {word}", f"use one of: {ways}")
    return found[0]


def way(one: DvcExperiment) -> str:
    """The word that means this one and no other, for dvc too."""
    return one.ref if one.status == "FINISHED" else one.commit
