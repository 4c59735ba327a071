"""What needs somebody, as the Overview's first panel says it, and where each entry leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mltui.model.attention import failed_in, failed_text, problems
from mltui.present.marks import count, run_need_mark, state_mark
from mltui.present.pipeline import why_meanwhile
from mltui.present.rows import Cell, Column, Rows, by_text
from mltui.present.text import Line, Span, line, safe

if TYPE_CHECKING:
    from mltui.model.status import Attention
    from mltui.present.overview import Overview

_KIND_PLACES = {"stage": "pipeline", "run": "runs", "model": "models", "job": "jobs"}


def need_rows(view: Overview) -> Rows[Attention]:
    """What needs somebody: its symbol, its name, why."""
    longest = max((len(_what(each, view)) for each in view.needs), default=0)
    fields: tuple[Cell[Attention], ...] = (
        Cell(Column("mark", "", 1, rank=0), lambda each: (_need_mark(each, view),), lambda each: by_text(each.kind)),
        Cell(
            Column("what", "", min(longest, 28), rank=0),
            lambda each: line(Span(_what(each, view), "accent")),
            lambda each: by_text(each.what),
        ),
        Cell(
            Column("why", "", 20, flex=True, rank=0),
            lambda each: _why(each, view),
            lambda each: by_text(each.why),
        ),
    )
    return Rows(fields, view.needs, lambda each: f"{each.kind}:{each.what}:{each.why}")


def _what(each: Attention, view: Overview) -> str:
    """Its name; of a job what it does, as nobody knows its id; of a store's URI only the file, which the problem names
    by itself."""
    if each.kind == "job" and (title := _title(each, view)):
        return f"job {safe(title)}"
    return safe(each.what.rstrip("/").rpartition("/")[2] if "://" in each.what else each.what)


def _title(each: Attention, view: Overview) -> str:
    return next((job.spec.title for job in view.snapshot.jobs.value or () if job.id == each.what), "")


def _why(each: Attention, view: Overview) -> Line:
    """Why, in the terminal's characters; of a problem without its name said twice, and with what to do."""
    if each.kind == "stage" and (pipeline := view.snapshot.pipeline.value):
        stage = next(stage for stage in pipeline.stages if stage.address == each.what)
        told = safe(why_meanwhile(stage, pipeline)).replace("→", view.scene.symbols.arrow)
        failed = _failed(each, view) if view.states[each.what] == "failed" else ""
        return line("; ".join(filter(None, (failed, told if stage.locked or not failed else ""))))
    if each.kind == "job":
        return line(safe(each.why.removesuffix(f", {_title(each, view)}")))
    if each.kind != "problem":
        return line(safe(each.why).replace("→", view.scene.symbols.arrow))
    hints = (problem.hint for problem in problems(view.snapshot) if problem.summary == each.why)
    hint = next(hints, "")
    why = each.why.removeprefix(each.what).removeprefix(_what(each, view)).removeprefix(":").lstrip() or each.why
    return line(safe(why), Span(f"  {safe(hint)}" if hint else "", "dim"))


def _failed(stage: Attention, view: Overview) -> str:
    """That it failed, and in which job if that needs somebody too: the job has no row of its own."""
    job = failed_in((stage.what,), view.snapshot).get(stage.what)
    if job is None:
        return "failed"
    return f"{failed_text(job, stage.what, view.scene.now)} in job {safe(job.spec.title)}"


def _need_mark(each: Attention, view: Overview) -> Span:
    symbols = view.scene.symbols
    if each.kind == "stage":
        return state_mark(view.states[each.what], symbols)
    return run_need_mark(each.why, symbols) if each.kind in ("run", "job") else Span(symbols.unknown, "unknown")


def need_target(view: Overview, key: str) -> tuple[str, str] | None:
    """Where ``enter`` on an entry goes: the place and the key in it; None where there is nowhere to go."""
    each = next((each for each in view.needs if f"{each.kind}:{each.what}:{each.why}" == key), None)
    if each is None or each.kind not in _KIND_PLACES:
        return None
    if each.kind != "run":
        return _KIND_PLACES[each.kind], each.what
    run = next((run for run in view.snapshot.latest if each.what in (run.name, run.run_id)), None)
    if run is not None:
        return "runs", run.run_id
    stuck = [one for one in view.snapshot.experiments.value or () if one.stuck]
    return next((("runs", one.commit) for one in stuck if each.what in (one.name, one.commit)), None)


def calm(view: Overview, waiting: Sequence[str] = ()) -> Line:
    """What "Needs you" says when nothing does, with what was looked at; no all-clear before everything was read.

    `waiting` names what has not answered yet ("pipeline", "runs").
    """
    if waiting:
        mark = Span(f"{view.scene.symbols.scheduled} ", "dim")
        return line(mark, "Nothing so far", Span(f"; reading {' and '.join(waiting)}", "dim"))
    seen: list[str] = []
    pipeline = view.snapshot.pipeline.value
    if pipeline and pipeline.then:
        failed = (Span("; no newest run had failed", "dim"),) if view.snapshot.latest else ()
        return line(Span(f"{view.scene.symbols.unknown} ", "unknown"), "What was stale then is not known", *failed)
    if pipeline and pipeline.stages:
        told = Counter(stage.status for stage in pipeline.stages)
        others = [f"{told[status]} {status}" for status in ("missing", "unknown", "running") if told[status]]
        seen.append(", ".join((count(len(pipeline.stages), "stage"), "none stale", *others)))
    if view.snapshot.latest:
        seen.append("no newest run failed")
    looked = (Span(f": {'; '.join(seen)}", "dim"),) if seen else ()
    return line(Span(f"{view.scene.symbols.fresh} ", "good"), "Nothing needs you", *looked)
