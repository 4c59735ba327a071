"""The table of runs: MLflow runs and DVC experiments side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from mltui.model.champion import Champion, opponent
from mltui.model.metric import Goal, PrimaryMetric
from mltui.model.runs import USER_TAG, Run
from mltui.present.marks import METRIC, count, delta_span, metric_label, run_mark, sha_span, took, value_span
from mltui.present.rows import Cell, Column, Rows, SortKey, by_number, by_text
from mltui.present.text import Line, Span, Symbols, ago, line, safe

#: Metrics shown beside the primary one.
OTHERS = 5
#: Characters with which all names begin where their ends tell them apart.
ALIKE = 8
#: Params shown of DVC experiments: those in which they differ.
PARAMS = 8


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


def run_rows(
    runs: Sequence[Run], scene: RunScene, metrics: Sequence[str] = (), goals: Mapping[str, Goal] = MappingProxyType({})
) -> Rows[Run]:
    """Runs as rows, in the order given. `metrics` are the keys known, commonest first; `goals` the better way of some:
    a column of metrics begins with the best, or the largest where nobody knows.

    Columns that say the same or nothing of every run (kind, experiment, user, commit) are left out. DVC experiments by
    themselves are told by the metrics and params in which they differ.
    """
    key = scene.primary.key if scene.primary else None
    params: list[str] = []
    if runs and all(run.kind == "exp" for run in runs):
        told = differing([run.metrics for run in runs])
        metrics = [*told, *(each for each in metrics if each not in told)]
        params = differing([run.params for run in runs])[:PARAMS]
    shown = [each for each in metrics if each != key][:OTHERS]
    fields = (
        *_fields(runs, scene),
        *_metric_fields(shown, goals),
        *_param_fields(runs, params),
    )
    return Rows(fields, runs, lambda run: run.run_id, _words, search_cells=False)


def counted(runs: Sequence[Run]) -> str:
    """How many of each kind: ``20 runs + 2 exp``, and only the number where all are alike."""
    experiments = sum(run.kind == "exp" for run in runs)
    if experiments in (0, len(runs)):
        return f"{len(runs):,}"
    return f"{count(len(runs) - experiments, 'run')} + {experiments:,} exp"


def differing(values: Sequence[Mapping[str, object]]) -> list[str]:
    """The keys, in order, that some have not or have with another value."""
    keys = dict.fromkeys(key for each in values for key in each)
    return sorted(key for key in keys if len({repr(each.get(key)) for each in values}) > 1)


def _words(run: Run) -> str:
    """What a filter searches: everything in a table of runs but its numbers."""
    user = run.tags.get(USER_TAG, "")
    return f"{run.name} {run.kind} {run.status} {run.experiment} {user} {run.run_id} {run.commit or ''} {run.problem}"


def _fields(runs: Sequence[Run], scene: RunScene) -> Iterator[Cell[Run]]:
    symbols = scene.symbols
    yield Cell(Column("status", "", 1, rank=0), lambda run: (run_mark(run, symbols),), lambda run: by_text(run.status))
    tail = len({run.name[:ALIKE] for run in runs}) == 1 < len(runs)
    yield Cell(Column("name", "run", 12, flex=True, rank=0, tail=tail), _name, lambda run: by_text(run.name))
    yield Cell(
        Column("start", "when", 9, "right", rank=2, falling=True), _when(scene), lambda run: by_number(run.start)
    )
    if scene.primary:
        yield from _primary_fields(scene)
    if any(run.commit for run in runs):
        yield Cell(Column("commit", "commit", 12, rank=3), _commit, lambda run: by_text(run.commit))
    if len({run.kind for run in runs}) > 1:
        yield Cell(
            Column("kind", "kind", 4, rank=4), lambda run: (Span(run.kind, "dim"),), lambda run: by_text(run.kind)
        )
    if len({run.experiment for run in runs if run.kind == "run"}) > 1:
        yield Cell(Column("experiment", "experiment", 20, rank=5), _experiment, lambda run: by_text(run.experiment))
    if any(run.kind == "run" for run in runs):
        yield Cell(
            Column("took", "took", 18, "right", rank=6), _took(scene), lambda run: by_number(_lasted(run, scene))
        )
    if len({run.tags.get(USER_TAG, "") for run in runs}) > 1:
        yield Cell(Column("user", "user", 14, rank=7), _user, lambda run: by_text(run.tags.get(USER_TAG)))


def _primary_fields(scene: RunScene) -> Iterator[Cell[Run]]:
    label = metric_label(scene.primary, scene.symbols)
    falling = not scene.primary or scene.primary.goal != "min"
    yield Cell(
        Column("primary", label, METRIC, "right", rank=0, terse=True, falling=falling),
        lambda run: () if run.problem else (value_span(scene.primary_of(run)),),
        lambda run: by_number(scene.primary_of(run)),
    )
    if scene.champions:
        yield Cell(
            Column("versus", "vs champion", 11, "right", rank=1, falling=falling),
            lambda run: () if run.problem else (scene.versus(run),),
            lambda run: by_number(scene.gain(run)),
        )


def _metric_fields(keys: Sequence[str], goals: Mapping[str, Goal]) -> Iterator[Cell[Run]]:
    for at, key in enumerate(keys):
        yield Cell(
            Column(
                f"metric:{key}", safe(key), METRIC, "right", rank=10 + at, terse=True, falling=goals.get(key) != "min"
            ),
            lambda run, key=key: () if run.problem else (value_span(run.metrics.get(key)),),  # type: ignore[misc]
            lambda run, key=key: by_number(run.metrics.get(key)),  # type: ignore[misc]
        )


def _param_fields(runs: Sequence[Run], keys: Sequence[str]) -> Iterator[Cell[Run]]:
    for at, key in enumerate(keys):
        numeric = all(_number(run.params[key]) is not None for run in runs if key in run.params)
        yield Cell(
            Column(f"param:{key}", safe(key), METRIC, "right" if numeric else "left", rank=20 + at, terse=True),
            partial(_param, key),
            partial(_param_number if numeric else _param_text, key),
        )


def _param(key: str, run: Run) -> Line:
    value = run.params.get(key)
    return (Span("-", "dim") if value is None else Span(safe(value)),)


def _param_text(key: str, run: Run) -> SortKey:
    return by_text(run.params.get(key))


def _param_number(key: str, run: Run) -> SortKey:
    return by_number(_number(run.params.get(key)))


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _name(run: Run) -> Line:
    if run.problem:
        name = Span(safe(run.name or run.run_id[:8]), "unknown")
        return line(name, Span("  unreadable: ", "warn"), safe(run.problem))
    return (run_name(run), Span("  deleted", "warn")) if run.lifecycle == "deleted" else (run_name(run),)


def _when(scene: RunScene) -> Callable[[Run], Line]:
    return lambda run: line(ago(run.start, scene.now))


def _took(scene: RunScene) -> Callable[[Run], Line]:
    return lambda run: (
        () if run.kind == "exp" else line(took(run.start, run.end, scene.now, running=run.status == "RUNNING"))
    )


def _lasted(run: Run, scene: RunScene) -> float | None:
    if run.kind == "exp":
        return None
    end = scene.now if run.status == "RUNNING" and run.end is None else run.end
    return None if run.start is None or end is None else float(end - run.start)


def _commit(run: Run) -> Line:
    return () if run.problem else (sha_span(run.commit),)


def _experiment(run: Run) -> Line:
    """Of a DVC experiment the commit it began at, which says so: a bare hash is no name of an experiment."""
    return line(Span("baseline ", "dim"), safe(run.experiment)) if run.kind == "exp" else line(safe(run.experiment))


def _user(run: Run) -> Line:
    return line(safe(run.tags.get(USER_TAG, "")))
