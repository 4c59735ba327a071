"""DVC experiments for people and programs, and what applying one would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mltui.errors import MltuiError
from mltui.model.applying import Applying
from mltui.model.dvc import DvcExperiment
from mltui.model.merged import as_run
from mltui.model.shell import quote
from mltui.present.jsonable import number as json_number
from mltui.present.layout import grid
from mltui.present.marks import run_mark, sha_span, stamp
from mltui.present.text import Line, Span, Symbols, line, number, safe, size

#: Metrics in a row of the list; paths of a kind that are named; untracked bytes that are worth a word.
METRICS, NAMED, MUCH = 3, 12, 50 << 20


def experiment_lines(
    experiments: Sequence[DvcExperiment], workers: Sequence[int], symbols: Symbols, lacks: MltuiError | None = None
) -> list[Line]:
    """One line each, and who runs the queue. `lacks` is why dvc could make none here."""
    if not experiments and lacks is not None:
        return [line("No DVC experiments: ", safe(lacks.summary)), *([line(safe(lacks.hint))] if lacks.hint else [])]
    if not experiments:
        return [line("No DVC experiments."), line(Span("mltui exp queue -S key=value", "accent"), " queues the first")]
    rows: list[list[Line]] = [
        [line(Span(head, "dim")) for head in ("  experiment", "from", "when", "commit", "metrics")]
    ]
    for one in experiments:
        shown = [f"{safe(key)} {number(value)}" for key, value in list(one.metrics.items())[:METRICS]]
        word = "  ".join(shown) if one.status == "FINISHED" else _state(one)
        rows.append([
            line(run_mark(as_run(one), symbols), " ", safe(one.name or one.commit[:7])),
            line(sha_span(one.baseline[:7])),
            line(stamp(one.time)),
            line(sha_span(one.commit[:7])),
            line(word),
        ])  # fmt: skip
    if workers:
        told = f"workers of the queue: {', '.join(map(str, workers))}"
    elif any(one.status == "SCHEDULED" for one in experiments):
        told = "no worker runs: mltui exp start"
    else:
        told = ""
    return [*grid(rows), *([(), line(Span(told, "note"))] if told else [])]


def _state(one: DvcExperiment) -> str:
    if one.stuck:
        kill = " --kill" if one.lives_on else ""
        return f"{one.stuck}; mltui exp stop {safe(quote(one.name or one.commit[:7]))}{kill}"
    return {"SCHEDULED": "queued"}.get(one.status, one.status.lower())


def experiments_document(
    experiments: Sequence[DvcExperiment], logs: Mapping[str, str], workers: Sequence[int]
) -> dict[str, Any]:
    """What ``mltui exp list --json`` prints (docs/experiments.md)."""
    return {
        "schema": 1,
        "experiments": [
            {
                "name": one.name,
                "status": one.status,
                "commit": one.commit,
                "ref": one.ref if one.status == "FINISHED" else None,
                "baseline": one.baseline,
                "author": one.author,
                "time": one.time,
                "end": one.end,
                "metrics": {key: json_number(value) for key, value in one.metrics.items()},
                "params": dict(one.params),
                "log": logs.get(one.commit),
                "alive": list(one.alive),
            }
            for one in experiments
        ],
        "workers": list(workers),
    }


def queue_lines(names: Sequence[str], jobs: int) -> list[Line]:
    """What running the queue runs; nothing where nothing is queued."""
    how = "" if len(names) < 2 else ", one after another" if jobs == 1 else f", {jobs} at a time"
    return [line(Span("runs  ", "key"), _paths(names), Span(how, "dim"))] if names else []


def applying_lines(effects: Applying) -> list[Line]:
    """The files that applying changes, overwrites, keeps."""
    lines = [line(Span("will change   ", "key"), _paths(effects.changes) or "nothing: HEAD has the same files")]
    if effects.overwritten:
        lines.append(line(Span("overwrites    ", "bad"), _paths(effects.overwritten), Span("  in no commit", "bad")))
        lines.append(line(Span("              DVC keeps them in a stash, until the next apply", "note")))
    if effects.kept:
        lines.append(line(Span("stays         ", "key"), _paths(effects.kept)))
    if effects.untracked > MUCH:
        told = f"git copies {size(effects.untracked)} of untracked files into its objects for that stash"
        lines.append(line(Span("slow          ", "warn"), told))
    return lines


def _paths(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return safe(", ".join(paths[:NAMED])) + more
