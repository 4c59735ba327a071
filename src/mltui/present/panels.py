"""Which panels the Overview has and how much room each wants: none without content."""

from __future__ import annotations

from collections.abc import Iterator

from mltui.model.git import Commit
from mltui.present.arrange import WIDE, Wish
from mltui.present.overview import Overview, curve, pipeline_lines

#: Lines of a panel's frame.
FRAME = 2
#: Frame and header of a table.
TABLE = 3
#: Rows that a panel shows before it scrolls.
ROWS = 7
#: Rows of the newest runs or commits where nothing presses.
NEWEST = 30
#: Lines of the chart with its frame: wished for, at least, and how many more it can use.
CHART = (9, 6, 9)
#: Rows of runs or commits that are left when the screen is low.
FEWEST = 3


def wishes(view: Overview, commits: tuple[Commit, ...], width: int) -> tuple[Wish, ...]:
    """The panels that have something to show, in their order. `commits` are the newest ones."""
    return tuple(_wishes(view, commits, width))


def _wishes(view: Overview, commits: tuple[Commit, ...], width: int) -> Iterator[Wish]:
    yield Wish("needs", min(max(1, len(view.needs)), ROWS) + FRAME)
    if view.holders:
        yield Wish("holders", min(len(view.holders), ROWS) + TABLE)
    pipeline = view.snapshot.pipeline.value
    stages = bool(pipeline and pipeline.stages)
    if pipeline and stages:
        inner = (width // 2 if width >= WIDE else width) - 4
        yield Wish("pipeline", len(pipeline_lines(pipeline, inner, view.scene.symbols)) + FRAME)
    if pipeline and pipeline.datasets and not stages:
        rows = len(pipeline.datasets)
        yield Wish("datasets", min(rows, ROWS) + TABLE, grows=max(0, rows - ROWS))
    if curve(view):
        yield Wish("chart", CHART[0], least=CHART[1], grows=CHART[2])
    if view.runs:
        rows = len(view.runs)
        yield Wish("newest", rows + TABLE, least=min(rows, FEWEST) + TABLE, whole=True)
    if commits:
        rows = min(len(commits), NEWEST)
        yield Wish("commits", rows + TABLE, least=min(rows, FEWEST) + TABLE, whole=True, spare=bool(view.runs))
