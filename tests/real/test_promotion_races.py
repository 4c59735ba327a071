"""Races of two mltui in processes of their own, through the real writer: one winner each, every loser told who won,
and no claim is left.

In SQLite and on a server. Both were asked to confirm before either acts. `RACES=200` runs as many; each takes a second.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.real.promoting import Promoter, fill, project_of, registry, several, told

pytestmark = pytest.mark.real

#: Pairs of versions that are promoted at once, each time others than the one that the last race can have left.
PAIRS = (("3", "4"), ("5", "6"))
#: Of five races one is on a server.
ALL = max(10, int(os.environ.get("RACES", "50")))
RACES = {"sqlite": ALL - ALL // 5, "server": ALL // 5}


@pytest.mark.parametrize("kind", ["sqlite", "server"])
def test_of_two_at_once_one_wins_and_the_other_is_told(kind: str, tmp_path: Path) -> None:
    with registry(kind, tmp_path) as uri:
        fill(uri, tmp_path, *[0.9] * 6)
        root = project_of(tmp_path / "churn")
        two = Promoter(root, uri, "ada"), Promoter(root, uri, "bob")
        with several(*two):
            for each in two:
                each.up()
            won = [race(two, PAIRS[number % 2], number) for number in range(RACES[kind])]
        said = told(uri, tmp_path)
    assert said["aliases"]["champion"] == won[-1]
    assert said["tags"] == {}, "no claim is left"
    moves = [key for tags in said["versions"].values() for key in tags if key.startswith("mltui.move.")]
    assert len(moves) == RACES[kind], "each winner wrote it down, and no loser"


def race(two: tuple[Promoter, Promoter], versions: tuple[str, str], number: int) -> str:
    """One race; which version won."""
    for each, version in zip(two, versions, strict=True):
        each.ask(version, reason=f"race {number}")
    for each in two:
        assert each.answer() == {"ready": True}
    for each in two:
        each.say("go")
    answers = [each.answer() for each in two]
    states = [each["state"] for each in answers]
    assert sorted(states) == ["done", "refused"], answers
    winner = versions[states.index("done")]
    loser = answers[states.index("refused")]["summary"]
    moved = f"@champion moved meanwhile: it is at churn/{winner}, by " in loser
    waited = "somebody else is promoting" in loser and f"claims it for version {winner}" in loser  # where all is slow
    assert moved or waited, loser
    return winner
