"""The table of runs: MLflow runs and DVC experiments side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mltui.model.champion import Champion, opponent
from mltui.model.metric import PrimaryMetric
from mltui.model.runs import USER_TAG, Run
from mltui.present.marks import delta_span, metric_label, run_mark, sha_span, took, value_span
from mltui.present.rows import Column, Listing, Row, Rows, Value
from mltui.present.text import Line, Span, Symbols, ago, line, safe

#: Metrics shown beside the primary one.
OTHERS = 5


@dataclass(frozen=True, slots=True)
class RunScene:
    """What the cells of a run need besides the run. `now` is epoch ms."""

    now: int
    symbols: Symbols
    primary: PrimaryMetric | None = None
    champions: tuple[Champion, ...] = ()

    def base(self, run: Run) -> float | None:
        """The primary metric of the champion that `run` is measured against."""
        champion = opponent(run, self.champions)
        if champion is None or champion.run is None or self.primary is None:
            return None
        return champion.run.metrics.get(self.primary.key)

    def primary_of(self, run: Run) -> float | None:
        return run.metrics.get(self.primary.key) if self.primary else None

    def gain(self, run: Run) -> float | None:
        """The primary metric minus the champion's."""
        value, base = self.primary_of(run), self.base(run)
        return None if value is None or base is None else value - base

    def versus(self, run: Run) -> Span:
        """The cell "vs champion"."""
        return delta_span(self.primary_of(run), self.base(run), self.primary.goal if self.primary else None)


def run_name(run: Run) -> Span:
    """A run's name, or the start of its id in parentheses where it has none."""
    if run.name:
        return Span(safe(run.name), "accent")
    return Span(f"({safe(run.run_id)[:8]})", "dim")


def runs_listing(runs: Sequence[Run], scene: RunScene, metrics: Sequence[str] = (), note: Line = ()) -> Listing:
    """Runs as rows, in the order given. `metrics` are the keys known, commonest first.

    Columns with nothing in any row (kind, experiment, vs champion, user) are left out.
    """
    key = scene.primary.key if scene.primary else None
    others = tuple(each for each in metrics if each != key)[:OTHERS]
    shown = _present(runs, scene)
    columns = tuple(column for column in _columns(scene, others) if column.key in shown or column.key not in OPTIONAL)
    keys = tuple(column.key for column in columns)

    def make(run: Run) -> Row:
        cells = _cells(run, scene, others)
        return Row(
            run.run_id,
            tuple(cells[each][0] for each in keys),
            tuple(cells[each][1] for each in keys),
            f"{run.run_id} {run.commit or ''} {run.status}",
        )

    return Listing(columns, Rows(runs, [run.run_id for run in runs], make), note)


#: Columns that are left out where they say the same or nothing of every run.
OPTIONAL = frozenset({"kind", "experiment", "versus", "primary", "user", "commit"})


def _present(runs: Sequence[Run], scene: RunScene) -> set[str]:
    shown: set[str] = set()
    if len({run.kind for run in runs}) > 1:
        shown.add("kind")
    if len({run.experiment for run in runs}) > 1:
        shown.add("experiment")
    if scene.primary:
        shown.add("primary")
        if scene.champions:
            shown.add("versus")
    if any(run.commit for run in runs):
        shown.add("commit")
    if len({run.tags.get(USER_TAG, "") for run in runs}) > 1:
        shown.add("user")
    return shown


def _columns(scene: RunScene, others: Sequence[str]) -> tuple[Column, ...]:
    primary = metric_label(scene.primary, scene.symbols)
    return (
        Column("status", "", min_width=1, max_width=1, sortable=True),
        Column("name", "run", min_width=10, max_width=40, grow=True),
        Column("kind", "kind", max_width=4, priority=5),
        Column("experiment", "experiment", max_width=20, priority=6),
        Column("start", "when", align="right", max_width=9, priority=2, descending=True),
        Column("took", "took", align="right", max_width=18, priority=7, descending=True),
        Column("primary", primary, align="right", max_width=24, descending=True),
        Column("versus", "vs champion", align="right", max_width=12, priority=1, descending=True),
        *(
            Column(f"metric:{key}", safe(key), align="right", max_width=18, priority=9 + at, descending=True)
            for at, key in enumerate(others)
        ),
        Column("commit", "commit", max_width=12, priority=3),
        Column("user", "user", max_width=14, priority=8),
    )


def _cells(run: Run, scene: RunScene, others: Sequence[str]) -> dict[str, tuple[Line, Value]]:
    """Column key -> the cell and what it is ordered by."""
    if run.problem:
        return _unreadable(run, scene, others)
    primary = scene.primary_of(run)
    running = run.status == "RUNNING"
    ended = scene.now if running and run.end is None else run.end
    lasted = None if run.start is None or ended is None else float(ended - run.start)
    user = run.tags.get(USER_TAG, "")
    cells: dict[str, tuple[Line, Value]] = {
        "status": ((run_mark(run, scene.symbols),), run.status),
        "name": ((run_name(run), *_deleted(run)), run.name or None),
        "kind": ((Span(run.kind, "dim"),), run.kind),
        "experiment": (line(safe(run.experiment)), run.experiment or None),
        "start": (line(ago(run.start, scene.now)), None if run.start is None else float(run.start)),
        "took": (line(took(run.start, run.end, scene.now, running=running)), lasted),
        "primary": ((value_span(primary),), primary),
        "versus": ((scene.versus(run),), scene.gain(run)),
        "commit": ((sha_span(run.commit),), run.commit),
        "user": (line(safe(user)), user or None),
    }
    for key in others:
        value = run.metrics.get(key)
        cells[f"metric:{key}"] = ((value_span(value),), value)
    return cells


def _deleted(run: Run) -> Line:
    return (Span(" deleted", "warn"),) if run.lifecycle == "deleted" else ()


def _unreadable(run: Run, scene: RunScene, others: Sequence[str]) -> dict[str, tuple[Line, Value]]:
    """A row that says what could not be read, and why; the rest of it stays empty."""
    nothing: tuple[Line, Value] = ((), None)
    name = run.name or run.run_id[:8]
    return {
        "status": ((run_mark(run, scene.symbols),), None),
        "name": (line(Span(safe(name), "unknown"), Span(" unreadable: ", "warn"), safe(run.problem)), name),
        "kind": ((Span(run.kind, "dim"),), run.kind),
        "experiment": (line(safe(run.experiment)), run.experiment or None),
        **dict.fromkeys(("start", "took", "primary", "versus", "commit", "user"), nothing),
        **dict.fromkeys((f"metric:{key}" for key in others), nothing),
    }
