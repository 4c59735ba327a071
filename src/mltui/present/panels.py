"""Which panels the Overview has and how much room each wants: none without content."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.present.arrange import WIDE, Wish
from mltui.present.overview import Overview, curve
from mltui.present.overview_holders import holder_items
from mltui.present.overview_pipeline import pipeline_lines

if TYPE_CHECKING:
    from mltui.model.git import Commit

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
#: Rows kept for what is not read yet, so that its coming moves nothing: stages that need somebody, versions that hold
#: an alias, lines of the pipeline.
KEPT = {"needs": 3, "holders": 3, "pipeline": 5}


def wishes(
    view: Overview, commits: tuple[Commit, ...], width: int, waiting: Collection[str] = (), *, trended: bool = False
) -> tuple[Wish, ...]:
    """The panels that have something to show, in their order. `commits` are the newest ones.

    `waiting` names what is expected and not there yet ("pipeline", "models"): its panels have their room already.
    `trended`: the history has a trend of the primary metric.
    """
    return tuple(_wishes(view, commits, width, waiting, trended=trended))


def held(wanted: tuple[Wish, ...], former: Mapping[str, int]) -> tuple[Wish, ...]:
    """No panel less high than it was: `former` are heights by key. Those that give way to others are left alone."""
    return tuple(
        wish if wish.least else replace(wish, height=max(wish.height, former.get(wish.key, 0))) for wish in wanted
    )


def _wishes(
    view: Overview, commits: tuple[Commit, ...], width: int, waiting: Collection[str], *, trended: bool
) -> Iterator[Wish]:
    least = KEPT["needs"] if "pipeline" in waiting else 1
    yield Wish("needs", min(max(least, len(view.needs)), ROWS) + FRAME)
    if view.holders or "models" in waiting:
        least = KEPT["holders"] if "models" in waiting else 1
        yield Wish("holders", min(max(least, len(holder_items(view))), ROWS) + FRAME)
    pipeline = view.snapshot.pipeline.value
    stages = bool(pipeline and pipeline.stages)
    if pipeline and stages:
        inner = (width // 2 if width >= WIDE else width) - 4
        jobs = view.snapshot.jobs.value or ()
        yield Wish("pipeline", len(pipeline_lines(pipeline, inner, view.scene.symbols, view.states, jobs)) + FRAME)
    elif pipeline is None and "pipeline" in waiting:
        yield Wish("pipeline", KEPT["pipeline"] + FRAME)
    if pipeline and pipeline.datasets and not stages:
        rows = len(pipeline.datasets)
        yield Wish("datasets", min(rows, ROWS) + TABLE, grows=max(0, rows - ROWS))
    if trended or curve(view):
        yield Wish("chart", CHART[0], least=CHART[1], grows=CHART[2])
    if view.runs:
        rows = len(view.runs)
        yield Wish("newest", rows + TABLE, least=min(rows, FEWEST) + TABLE, whole=True)
    if commits:
        rows = min(len(commits), NEWEST)
        yield Wish("commits", rows + TABLE, least=min(rows, FEWEST) + TABLE, whole=True, spare=bool(view.runs))
