"""What the dialog of a retrain shows at once: the stages that are not fresh by the status, until DVC has said what of
them will run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mltui.model.dvc import Pipeline
from mltui.model.job import Job
from mltui.model.stage_state import states_of
from mltui.present.stage_detail import GraphScene
from mltui.present.stage_needs import need_lines
from mltui.present.text import Line, Span, Symbols, as_of, line

#: Columns before a stage and its reason, as in the preview (present/retrain.py).
LABEL: Final = 11
#: Columns of a reason at most: longer ones wrap.
ANY: Final = 1000


def first_lines(pipeline: Pipeline, jobs: Sequence[Job], symbols: Symbols, now: int, height: int) -> list[Line]:
    """At most `height` lines of stages, and a line that says what this is and is not. `now` is epoch ms."""
    scene = GraphScene(pipeline, states_of(pipeline.stages, jobs), jobs, now, symbols)
    rows = need_lines(scene, (ANY, max(1, height))) or [line(Span("none, by the status", "dim"))]
    lines = [(Span(f"{'not fresh' if at == 0 else '':<{LABEL}}", "key"), *row) for at, row in enumerate(rows)]
    known = "" if pipeline.settled or pipeline.as_of is None else f", {as_of(pipeline.as_of, now)}"
    said = f"This is the status{known}. DVC is being asked what of it will run, and what its run cache has"
    return [*lines, (), line(Span(said, "dim"))]
