"""What needs somebody: the Overview's *Needs you* and `attention[]` of `mltui status --json` (CONTRACT)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mltui.model.ages import age_ago
from mltui.model.dvc import Pipeline, Reason, Stage
from mltui.model.life import life_text
from mltui.model.part import Problem
from mltui.model.runs import Run
from mltui.model.status import Attention, Snapshot

#: Reasons named in one line; the rest is counted.
REASONS_SHOWN = 2


def attention(snapshot: Snapshot, now: int | None = None) -> tuple[Attention, ...]:
    """Everything that needs somebody, in the order of CONTRACT: stages, runs, problems.

    With `now` (epoch ms) runs say how long ago they failed; a document that a machine compares has no use for that.

    Stale stages; missing ones only if the project's DVC cache holds anything (a fresh clone before ``dvc pull`` needs
    nobody); each experiment's newest run if it FAILED, is gone or silent; problems.
    """
    return (
        *(_stages(snapshot.pipeline.value) if snapshot.pipeline.value else ()),
        *_runs(snapshot.latest, now),
        *(Attention("problem", problem.path or problem.source, problem.summary) for problem in problems(snapshot)),
    )


def problems(snapshot: Snapshot) -> tuple[Problem, ...]:
    """What stood in the way, each once: of every part, of the pipeline's files, of the stores, of the configuration.

    That something is not there at all (`Problem.absent`) is no problem. A store that does not answer is in the way of
    its runs and models too: it is said once, of the store. So is what keeps git from its state and its experiments.
    """
    parts = (
        snapshot.git,
        snapshot.pipeline,
        snapshot.experiments,
        snapshot.stores,
        snapshot.newest,
        snapshot.models,
    )
    found = [part.problem for part in parts if part.problem and not part.problem.absent]
    found += snapshot.pipeline.value.problems if snapshot.pipeline.value else ()
    found += [
        Problem("mlflow", store.problem, store.hint, store.uri)
        for store in snapshot.stores.value or ()
        if store.problem
    ]
    found += [problem for problem in snapshot.problems if not problem.absent]
    placed = {(problem.summary, problem.hint) for problem in found if problem.path}
    said = {(one.path, one.summary, one.hint): one for one in reversed(found)}  # the first to say it
    once = [one for one in found if said[one.path, one.summary, one.hint] is one]
    return tuple(one for one in dict.fromkeys(once) if one.path or (one.summary, one.hint) not in placed)


def _stages(pipeline: Pipeline) -> Iterator[Attention]:
    wanted = ("stale",) if pipeline.cache_empty else ("stale", "missing")
    for stage in pipeline.stages:
        if stage.status in wanted:
            yield Attention("stage", stage.address, why(stage))


def why(stage: Stage) -> str:
    """Why `stage` is not fresh, in one line: ``param lr 0.1 → 0.05``, ``dep data.csv modified``, ``after train``."""
    own = stage.reasons[:REASONS_SHOWN]
    if own:
        more = len(stage.reasons) - len(own)
        return ", ".join(reason_text(reason) for reason in own) + (f" and {more} more" if more else "")
    before = [parent for parent in stage.parents if parent in stage.upstream] or list(stage.upstream)
    if before:
        return "after " + _some(before)
    return "never run" if stage.status == "missing" else stage.status


def reason_text(reason: Reason) -> str:
    """One reason in a few words; a param with its values, a command without (they are long)."""
    if reason.kind == "param":
        name = reason.key or reason.path
        if reason.old is None and reason.new is None:
            return f"param {name} {reason.change}"
        return f"param {name} {value_text(reason.old)} → {value_text(reason.new)}"
    if reason.kind == "command":
        return "command changed"
    if reason.kind == "always":
        return "always changed"
    return " ".join(part for part in (_noun(reason), reason.path, reason.change) if part)


def value_text(value: Any) -> str:
    """A param's value: text bare, a missing one as "none", mappings and lists as YAML writes them in one line."""
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {value_text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(value_text, value)) + "]"
    return value if isinstance(value, str) and value else repr(value)


def _noun(reason: Reason) -> str:
    return {"dep": "dep", "out": "out"}.get(reason.kind, "")


def _some(addresses: Sequence[str]) -> str:
    more = len(addresses) - REASONS_SHOWN
    return ", ".join(addresses[:REASONS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _runs(latest: Sequence[Run], now: int | None) -> Iterator[Attention]:
    several = len({run.experiment_id for run in latest}) > 1
    for run in latest:
        if run.lifecycle != "active" or run.problem:
            continue
        where = f" in {run.experiment}" if several else ""
        if run.status == "FAILED":
            when = run.end if run.end is not None else run.start
            yield Attention("run", run.name or run.run_id, f"failed{_ago(when, now)}{where}")
        elif run.life is not None:
            yield Attention("run", run.name or run.run_id, f"{life_text(run.life, now)}{where}")


def _ago(then: int | None, now: int | None) -> str:
    if then is None or now is None or then > now:
        return ""
    return f" {age_ago((now - then) / 1000)}"
