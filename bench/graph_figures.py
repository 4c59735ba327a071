"""The pipeline of 300 stages drawn: from the key of its place until it is on the screen, while it is at rest."""

from __future__ import annotations

from bench.measure import Figure, in_turn
from bench.projects import MLTUI, large
from bench.terminal import Terminal
from bench.warm import USEFUL, warm_up

ROUNDS = 5
#: A line from one stage to the next, and the title that counts them.
DRAWN = r"(?s)Pipeline  300.*stage_0000 ──▸ . stage_0001"


def graph() -> list[Figure]:
    """The first time in a session, which lays it out; and coming back to it."""
    place = large()
    warm_up(place)

    def first() -> float:
        with Terminal([MLTUI], place.path, place.env) as terminal:
            terminal.wait(USEFUL)
            terminal.settle()
            terminal.press("4")
            return terminal.wait(DRAWN) * 1000

    (taken,) = in_turn(ROUNDS, first)
    return [Figure("graph of 300 stages, key to paint", taken, None, "", 300)]
