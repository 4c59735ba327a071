"""A series of a server by columns: all of a short one, a sample of a long one."""

from __future__ import annotations

import time
from dataclasses import dataclass

from mltui.errors import NotFound, SourceError
from mltui.model.series import Series
from mltui.sources.mlflow import points
from mltui.sources.mlflow.files.points import Point
from mltui.sources.mlflow.server import translate
from mltui.sources.mlflow.server.asking import POINTS
from mltui.sources.mlflow.server.door import Door

#: MLflow's own most for its sampled endpoint (``MAX_RESULTS_PER_RUN`` of ``GetMetricHistoryBulkInterval``).
SAMPLED = 2500
#: A server is asked for a series again after so many seconds, or so many times what the answer took.
AGAIN_SECONDS, AGAIN_SHARE = 5.0, 10.0
#: A chart waits no longer for other questions or for a server that asked to come later (s): it shows what is known.
WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """When the server is to be asked again, monotonic seconds."""

    again: float

    @classmethod
    def of(cls, began: float) -> Mark:
        now = time.monotonic()
        return cls(now + max(AGAIN_SECONDS, AGAIN_SHARE * (now - began)))


def history(rest: Door, run_id: str, key: str) -> tuple[list[Point], str]:
    """The points of one metric, and what of them is not here: of more than 25,000 the server's sample of 2,500.

    ``metrics/get-history`` gives pages in the order of time, the oldest first; all of a million points took minutes.
    """
    query = {"run_id": run_id, "run_uuid": run_id, "metric_key": key}
    answer = rest.get("metrics/get-history", {**query, "max_results": str(POINTS)}, WITHIN)
    first = _points(answer)
    if not answer.get("next_page_token"):
        return first, ""
    asked = {"run_ids": run_id, "metric_key": key, "max_results": str(SAMPLED)}
    try:
        sample = _points(rest.get("metrics/get-history-bulk-interval", asked, WITHIN))
    except NotFound:  # the endpoint came with MLflow 2.5
        return first, f"the oldest {len(first):,} points: this server gives no sample"
    except SourceError:
        return first, f"the oldest {len(first):,} points"
    return sample, f"{len(sample):,} points sampled by the server, of more than {len(first):,}"


def series(run_id: str, key: str, found: list[Point], note: str) -> Series:
    """Points of a server as a series."""
    import numpy as np

    steps, times, values = zip(*found, strict=True)
    ints = (np.array(column, np.int64) for column in (times, steps, ()))
    return points.series(run_id, key, points.Points(np.array(values, np.float64), *ints), note)


def _points(answer: translate.JSON) -> list[Point]:
    return [point for item in translate.objects(answer.get("metrics")) if (point := translate.point(item)) is not None]
