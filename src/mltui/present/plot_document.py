"""The points of a chart as a document for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mltui.model.runs import Run
from mltui.model.series import Series, XChoice
from mltui.present.jsonable import number


def chart_document(metric: str, choice: XChoice, found: Sequence[tuple[Run, Series]]) -> dict[str, Any]:
    """``mltui chart --json``: each run's points in MLflow's order, columns of equal length; times are epoch ms.

    NaN and infinities are strings, as everywhere. `x` is the axis a chart would have, `note` says why, and of a run
    what of its series is not here.
    """
    return {
        "schema": 1,
        "metric": metric,
        "x": choice.kind,
        "note": choice.why,
        "runs": [
            {
                "run_id": run.run_id,
                "name": run.name,
                "start": run.start,
                "steps": series.steps.tolist(),
                "times": series.times.tolist(),
                "values": [number(value) for value in series.values],
                "repeated_steps": series.repeated,
                "note": series.note,
            }
            for run, series in found
        ],
    }
