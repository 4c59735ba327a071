"""The pipeline of 300 stages drawn: from the key of its place until it is on the screen, while it is at rest."""

from __future__ import annotations

from bench.measure import Figure, in_turn
from bench.projects import MLTUI, Place, large
from bench.terminal import Terminal
from bench.warm import warm_up

ROUNDS = 5
#: An arrow from a stage to the next, to the right or down, and the title that counts them.
DRAWN = r"(?s)Pipeline  {count}\b.*stage_0000.*[▸▾]"


def graph() -> list[Figure]:
    """The first time in a session, which lays it out."""
    place = large()
    warm_up(place)
    (taken,) = in_turn(ROUNDS, lambda: key_to_graph(place, 300))
    return [Figure("graph of 300 stages, key to paint", taken, None, "", 300)]


def key_to_graph(place: Place, count: int) -> float:
    """ms from the key until the graph of `count` stages is on the screen, in a program that is at rest."""
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait(rf"(?s)\bmain\b.*\b{count} ")
        terminal.settle()
        terminal.press("4")
        return terminal.wait(DRAWN.replace("{count}", str(count))) * 1000
