"""A cell for each column a table of runs can have."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from mltui.model.columns import ColumnSpec
from mltui.model.life import life_text
from mltui.model.run_attributes import value_of
from mltui.model.runs import Run
from mltui.present.marks import METRIC, delta_span, metric_label, run_mark, sha_span, took, value_span
from mltui.present.rows import MISSING, Cell, Column, SortKey, by_number, by_text
from mltui.present.run_scene import RunScene
from mltui.present.text import Line, Span, ago, line, safe

#: Characters of a long text (a param may have 6 kB) that a cell is made of; what is left of them is cut with a mark.
LONGEST = 400
#: Terminal columns of a difference.
VERSUS = 11
#: What attributes are called above their column, where that is not their name; how wide they like to be.
_LABELS = {"status": "", "name": "run", "start": "when", "duration": "took", "run_id": "run id", "models": "registered"}
_WIDTHS = {
    "status": 1,
    "name": 12,
    "start": 9,
    "end": 9,
    "duration": 18,
    "commit": 12,
    "kind": 4,
    "experiment": 20,
    "read": 7,
    "models": 22,
}
_RIGHT = ("start", "end", "duration", "read")


def cell_of(spec: ColumnSpec, scene: RunScene, runs: Sequence[Run], rank: int = 1) -> Cell[Run]:
    """The cell of a column. `runs` are those of the table: whether a param is of numbers is a matter of all of them."""
    if spec.family == "metrics":
        return _metric(spec, scene, rank)
    if spec.family == "attributes":
        return _attribute(spec, scene, rank)
    numeric = spec.family == "params" and _numeric(spec, runs)
    column = Column(
        spec.id,
        safe(spec.key),
        spec.width or METRIC,
        "right" if numeric else "left",
        rank=rank,
        terse=True,
        pinned=spec.pinned,
        fixed=spec.width is not None,
    )
    return Cell(column, partial(_text, spec, scene), partial(_natural, spec))


def header_of(spec: ColumnSpec, scene: RunScene | None = None) -> str:
    """What stands above a column: ``when`` of ``attributes.start``. "status" has nothing above it, and is called so."""
    if spec.family == "metrics":
        return safe(spec.key) if scene is None else metric_name(spec, scene)
    return (_heading(spec.key) or spec.key) if spec.family == "attributes" else safe(spec.key)


def _heading(attribute: str) -> str:
    return _LABELS.get(attribute, safe(attribute).replace("_", " "))


def metric_name(spec: ColumnSpec, scene: RunScene) -> str:
    """What stands above a column of a metric: ``auc``, ``loss min``, ``loss mean 5``, ``auc vs champion``."""
    name = safe(spec.key)
    if scene.primary is not None and spec.key == scene.primary.key:
        if spec.pick == "latest" and spec.against:
            return f"vs {spec.against}"
        name = metric_label(scene.primary, scene.symbols)
    word = {"latest": "", "mean": f" mean {spec.of}", "at": f" at {spec.of}"}.get(spec.pick, f" {spec.pick}")
    if spec.pick == "best" and scene.goal(spec.key) is None:
        word = " best: which way?"
    return f"{name}{word}{f' vs {spec.against}' if spec.against else ''}"


# Metrics


def _metric(spec: ColumnSpec, scene: RunScene, rank: int) -> Cell[Run]:
    column = Column(
        spec.id,
        metric_name(spec, scene),
        spec.width or (VERSUS if spec.against else METRIC),
        "right",
        rank=rank,
        terse=not spec.against,
        falling=scene.goal(spec.key) != "min",
        pinned=spec.pinned,
        fixed=spec.width is not None,
    )
    if spec.pick == "best" and scene.goal(spec.key) is None:  # nobody said which way is better: no guess
        return Cell(column, lambda run: (Span(scene.symbols.unknown, "unknown"),), lambda run: MISSING)
    if spec.against:
        return Cell(column, partial(_difference, spec, scene), partial(_gain, spec, scene))
    return Cell(column, partial(_value, spec, scene), lambda run: by_number(scene.metric(run, spec)))


def _value(spec: ColumnSpec, scene: RunScene, run: Run) -> Line:
    if run.problem:
        return ()
    if scene.pending(run, spec):
        return (Span(scene.symbols.more, "dim"),)
    return (value_span(scene.metric(run, spec)),)


def _difference(spec: ColumnSpec, scene: RunScene, run: Run) -> Line:
    if run.problem:
        return ()
    other = scene.other(run, spec.against)
    if other is None:
        return (Span("-", "dim"),)
    if scene.pending(run, spec) or scene.pending(other, spec):
        return (Span(scene.symbols.more, "dim"),)
    return (delta_span(scene.metric(run, spec), scene.metric(other, spec), scene.goal(spec.key)),)


def _gain(spec: ColumnSpec, scene: RunScene, run: Run) -> SortKey:
    return by_number(scene.measured(run, spec))


# Params and tags


def _text(spec: ColumnSpec, scene: RunScene, run: Run) -> Line:
    """The text in one line: what is beyond the longest cell is cut with a mark, unless all is wanted."""
    value = value_of(run, spec)
    if value is None:
        return (Span(scene.symbols.more if scene.pending(run, spec) else "-", "dim"),)
    text = str(value)
    if scene.whole or len(text) <= LONGEST:
        return (Span(safe(text)),)
    return (Span(safe(text[:LONGEST]) + scene.symbols.more),)


def _natural(spec: ColumnSpec, run: Run) -> SortKey:
    """Numbers by size, before texts; NaN after both."""
    value = value_of(run, spec)
    if value is None:
        return MISSING
    number = as_number(str(value))
    return by_number(number) if number is not None else (0, math.inf, str(value)[:LONGEST].casefold())


def _numeric(spec: ColumnSpec, runs: Sequence[Run]) -> bool:
    values = [run.params[spec.key] for run in runs if spec.key in run.params]
    return bool(values) and all(as_number(value) is not None for value in values)


def as_number(text: str) -> float | None:
    """The number that a text is; None for what is none."""
    try:
        return float(text)
    except ValueError:
        return None


# Attributes


def _attribute(spec: ColumnSpec, scene: RunScene, rank: int) -> Cell[Run]:
    key = spec.key
    column = Column(
        spec.id,
        _heading(key),
        spec.width or _WIDTHS.get(key, METRIC),
        "right" if key in _RIGHT else "left",
        flex=key == "name" and spec.width is None,
        rank=0 if key in ("name", "status") else rank,
        falling=key in ("start", "end", "read"),
        pinned=spec.pinned,
        fixed=spec.width is not None,
    )
    show: Callable[[Run], Line] = _SHOWN.get(key, lambda run, scene: _text(spec, scene, run))  # type: ignore[assignment]
    return Cell(column, lambda run: show(run, scene), lambda run: _attribute_key(key, run, scene))  # type: ignore[call-arg]


def _attribute_key(key: str, run: Run, scene: RunScene) -> SortKey:
    if key in ("start", "end"):
        return by_number(run.start if key == "start" else run.end)
    if key == "read":
        return by_number(scene.read_at.get(run.run_id))
    if key == "duration":
        return by_number(_lasted(run, scene))
    if key == "models":
        return by_text(", ".join(scene.versions.get(run.run_id, ())))
    value = value_of(run, ColumnSpec("attributes", key))
    if key == "parent" and value is not None:
        value = scene.names.get(str(value), str(value))
    return MISSING if value is None else by_text(str(value))


def run_name(run: Run) -> Span:
    """A run's name, or the start of its id in parentheses where it has none."""
    if run.name:
        return Span(safe(run.name), "accent")
    return Span(f"({safe(run.run_id)[:8]})", "dim")


def _name(run: Run, scene: RunScene) -> Line:
    if run.problem:
        name = Span(safe(run.name or run.run_id[:8]), "unknown")
        return line(name, Span("  unreadable: ", "warn"), safe(run.problem))
    return (run_name(run), Span("  deleted", "warn")) if run.lifecycle == "deleted" else (run_name(run),)


def _took(run: Run, scene: RunScene) -> Line:
    if run.kind == "exp":
        return ()
    if run.life is not None:  # nobody knows how long it ran
        return line(Span(life_text(replace(run.life, gap=None), scene.now), "warn"))
    return line(took(run.start, run.end, scene.now, running=run.status == "RUNNING"))


def _lasted(run: Run, scene: RunScene) -> float | None:
    if run.kind == "exp":
        return None
    end = scene.now if run.status == "RUNNING" and run.end is None else run.end
    return None if run.start is None or end is None else float(end - run.start)


def _commit(run: Run, scene: RunScene) -> Line:
    return () if run.problem else (sha_span(run.commit),)


def _experiment(run: Run, scene: RunScene) -> Line:
    """Of a DVC experiment the commit it began at, which says so: a bare hash is no name of an experiment."""
    return line(Span("baseline ", "dim"), safe(run.experiment)) if run.kind == "exp" else line(safe(run.experiment))


def _parent(run: Run, scene: RunScene) -> Line:
    parent = value_of(run, ColumnSpec("attributes", "parent"))
    if parent is None:
        return ()
    name = scene.names.get(str(parent))
    return (Span(safe(name), "accent"),) if name else (Span(f"({safe(str(parent))[:8]})", "dim"),)


#: How an attribute is shown that is more than its text.
_SHOWN: dict[str, Callable[[Run, RunScene], Line]] = {
    "status": lambda run, scene: (run_mark(run, scene.symbols),),
    "name": _name,
    "start": lambda run, scene: line(ago(run.start, scene.now)),
    "end": lambda run, scene: line(ago(run.end, scene.now)),
    "duration": _took,
    "read": lambda run, scene: line(ago(scene.read_at.get(run.run_id), scene.now)),
    "commit": _commit,
    "kind": lambda run, scene: (Span(run.kind, "dim"),),
    "experiment": _experiment,
    "parent": _parent,
    "models": lambda run, scene: line(", ".join(map(safe, scene.versions.get(run.run_id, ())))),
    "user": lambda run, scene: line(safe(str(value_of(run, ColumnSpec("attributes", "user")) or ""))),
}
