"""tig beside History: from the spawn to the newest commits of 20,000 and of 80,000."""

from __future__ import annotations

from bench.measure import Figure, in_turn
from bench.peers.found import against, found
from bench.projects import MLTUI, Place, large, long
from bench.terminal import Terminal
from bench.warm import warm_up

ROUNDS = 5
NEWEST = "Pin the current state"


def tig() -> list[Figure]:
    """tig opens on the commits; mltui on the Overview, where the key of History is pressed as soon as it is shown."""
    return [figure for place, count in ((large(), "20,000"), (long(), "80,000")) for figure in _beside(place, count)]


def _beside(place: Place, count: str) -> list[Figure]:
    warm_up(place)
    what, other = f"spawn to the newest of {count} commits in History", against("tig", "tig")
    if not tig_is_here():
        (ours,) = in_turn(ROUNDS, lambda: newest_commits(place))
        return [Figure(what, ours, None, other, None)]
    ours, peer = in_turn(ROUNDS, lambda: newest_commits(place), lambda: tig_newest(place))
    return [Figure(what, ours, peer, other, None)]


def newest_commits(place: Place) -> float:
    """ms from the spawn to the newest commit in the place History."""
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait("2 History")
        terminal.press("2")
        return terminal.since_spawn(rf"(?s)History  \d.*{NEWEST}") * 1000


def tig_is_here() -> bool:
    return found("tig") is not None


def tig_newest(place: Place) -> float:
    """ms from the spawn to tig's newest commit, without anybody's own configuration."""
    env = {**place.env, "HOME": str(place.home), "TIGRC_USER": ""}
    with Terminal([found("tig") or "tig"], place.path, env) as terminal:
        return terminal.since_spawn(NEWEST) * 1000
