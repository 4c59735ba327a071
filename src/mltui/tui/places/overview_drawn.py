"""What the Overview shows of one moment, made ready for its panels in a worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.present import overview as present
from mltui.present.data import dataset_rows
from mltui.present.history import commit_rows
from mltui.present.overview_holders import Facts, holder_rows
from mltui.present.overview_needs import need_rows
from mltui.present.panels import NEWEST
from mltui.present.rows import Rows
from mltui.tui.feeds import AT_ONCE
from mltui.tui.places.base import Parts
from mltui.tui.places.parts import traces_of, value

if TYPE_CHECKING:
    from mltui.model.git import Commit


@dataclass(frozen=True, slots=True)
class Drawn:
    """One moment, ready for the panels.

    `trends` is how far those were known. `arriving`: not every source has answered yet. `waiting` names those without
    whom nobody knows what needs somebody, `coming` those that will have a panel of their own.
    """

    view: present.Overview
    commits: tuple[Commit, ...]
    rows: Mapping[str, Rows[Any]]
    trends: int
    arriving: bool
    waiting: tuple[str, ...]
    coming: tuple[str, ...]


def drawn_of(
    view: present.Overview,
    parts: Parts,
    root: Path,
    moves: int,
    trends: Mapping[str, Sequence[float]] | None,
    *,
    facts: Facts | None = None,
) -> Drawn:
    """The panels of the project at `root`. `trends` are those of its runs that are known, after so many `moves`;
    `facts` what is known of who holds which alias."""
    traces = traces_of(parts["runs"], parts["pipeline"], parts["models"])
    known = value(parts["history"])
    commits = known.commits[:NEWEST] if known else ()
    rows: dict[str, Rows[Any]] = {
        "needs": need_rows(view),
        "holders": holder_rows(view, facts),
        "datasets": dataset_rows(view.snapshot.datasets, view.scene.symbols),
        "newest": present.newest_rows(view, trends),
        "commits": commit_rows(commits, traces, view.scene),
    }
    pipeline = parts["pipeline"]
    asked = pipeline is None or (pipeline.value is not None and not pipeline.value.settled)
    waiting = [name for name, open_ in (("pipeline", asked), ("runs", parts["runs"] is None)) if open_]
    arriving = any(parts[name] is None for name in AT_ONCE)  # nobody may ever ask for what is read late
    return Drawn(view, commits, rows, moves, arriving, tuple(waiting), tuple(_coming(parts, root)))


def _coming(parts: Parts, root: Path) -> Iterator[str]:
    """What has not answered yet and will, by a look at the disk and at what others said."""
    if parts["pipeline"] is None and ((root / ".dvc").is_dir() or (root / "dvc.yaml").is_file()):
        yield "pipeline"
    stores = value(parts["stores"]) or ()
    if parts["models"] is None and any(store.active and not store.problem for store in stores):
        yield "models"
