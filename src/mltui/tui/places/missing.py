"""What each place says where it has nothing to show: what is missing, and the one command that fills it.

Asked of all places whenever a part comes in, for the bar above them: so it is known without importing a place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mltui.model.key_names import key_of
from mltui.present.text import Line, Span, line, safe

if TYPE_CHECKING:
    from mltui.model.part import Part, Problem
    from mltui.tui.places.base import Parts


def nothing(parts: Parts) -> tuple[Line, ...]:
    """Of a place that always has something to say."""
    return ()


def no_project(parts: Parts) -> tuple[Line, ...]:
    """Of the Overview, empty only where there is nothing of git, DVC and MLflow at all."""
    shown = [parts.get(name) for name in ("git", "history", "pipeline", "experiments", "runs", "models")]
    if any(part is None for part in shown) or stood_in_the_way(*shown, parts.get("stores")):
        return ()
    pipeline, runs = _value(parts["pipeline"]), _value(parts["runs"])
    there = (
        _value(parts["git"]),
        pipeline and pipeline.roots,
        runs and runs.runs,
        _value(parts["experiments"]),
        _value(parts["models"]),
    )
    if any(there):
        return ()
    return says("Nothing of git, DVC or MLflow here.", "mltui demo DIR", "builds a project to look around in.")


def no_commit(parts: Parts) -> tuple[Line, ...]:
    known = _value(part := parts.get("history"))
    none = says("No commit yet.", "git commit", "makes the first one.")
    nowhere = says("No git repository here.", "git init", "makes one.")
    return _lacking(part, known and known.commits, none if known else nowhere)


def no_dataset(parts: Parts) -> tuple[Line, ...]:
    known = _value(part := parts.get("pipeline"))
    none = says("No dataset here: DVC tracks none.", "dvc add data.csv", "tracks the first one.")
    return _without_stage_or_dataset(part, known and known.datasets, none)


def no_stage(parts: Parts) -> tuple[Line, ...]:
    known = _value(part := parts.get("pipeline"))
    none = says("No stage here: no dvc.yaml declares one.", "dvc stage add", "makes the first one.")
    return _without_stage_or_dataset(part, known and known.stages, none)


def no_run(parts: Parts) -> tuple[Line, ...]:
    runs, experiments = parts.get("runs"), parts.get("experiments")
    if (runs and runs.value and runs.value.runs) or (experiments and experiments.value):
        return ()
    if runs is None or experiments is None:
        return ()
    if problem := stood_in_the_way(runs, experiments):
        return problem
    if runs.value is not None and runs.value.problems:
        return problem_lines(runs.value.problems[:1])
    if runs.value is not None and any(store.active for store in _value(parts.get("stores")) or ()):
        return says("No run in this store yet.", "mlflow.start_run()", "in a training makes the first one.")
    return says(
        "No MLflow store found here, and no DVC experiment.",
        "mltui --store URI-OR-PATH",
        "opens one that lies elsewhere.",
    )


def no_model(parts: Parts) -> tuple[Line, ...]:
    part = parts.get("models")
    register = 'mlflow.register_model("runs:/RUN_ID/model", "NAME")'
    return _lacking(part, _value(part), says("No registered model here.", register, "makes the first one."))


def no_job(parts: Parts) -> tuple[Line, ...]:
    part, pipeline = parts.get("jobs"), parts.get("pipeline")
    none, known = line("Nothing was started from here yet."), _value(pipeline)
    retrains: tuple[Line, ...] = (line(Span(key_of("retrain"), "accent"), Span(" retrains the pipeline.")),)
    if pipeline is None:
        retrains = ()  # nobody knows yet whether there is one
    elif not (known.stages or known.then if known else stood_in_the_way(pipeline)):
        retrains = no_stage(parts)
    return _lacking(part, _value(part), (none, *retrains))


def stood_in_the_way(*parts: Part[Any] | None) -> tuple[Line, ...]:
    """The problems of parts that have no value, each with its hint; () if there is none."""
    problems = (part.problem for part in parts if part and part.value is None and part.problem)
    return problem_lines(problem for problem in problems if not problem.absent)


def problem_lines(problems: Iterable[Problem]) -> tuple[Line, ...]:
    """Each problem with its hint; what is no fault is said calmly."""
    lines: list[Line] = []
    for problem in problems:
        lines.append(line(Span(safe(problem.summary), "" if problem.absent else "bad")))
        if problem.hint:
            lines.append(line(Span(safe(problem.hint))))
    return tuple(lines)


def says(what: str, command: str, rest: str = "") -> tuple[Line, ...]:
    """``No dvc.yaml here. `dvc stage add` makes the first stage.``"""
    return (line(what), line(Span(command, "accent"), Span(f" {rest}" if rest else "")))


def _value(part: Part[Any] | None) -> Any:
    return part.value if part else None


def _lacking(part: Part[Any] | None, there: object, otherwise: tuple[Line, ...]) -> tuple[Line, ...]:
    """What a place says instead of rows: nothing if there are any or nobody knows, else what stood in the way."""
    return () if part is None or there else stood_in_the_way(part) or otherwise


def _without_stage_or_dataset(part: Part[Any] | None, there: object, none: tuple[Line, ...]) -> tuple[Line, ...]:
    """`_lacking` for what DVC tells: `none` is said of a project of DVC's that has none of them."""
    known = _value(part)
    if known is not None and known.then:
        at = f"in DVC's files at {known.commit[:7]}" if known.commit else "before the first commit"
        return () if there else (line(f"None {at}."),)
    return _lacking(
        part, there, none if known and known.roots else says("No DVC project here.", "dvc init", "makes one.")
    )
