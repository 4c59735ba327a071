"""Picks of the series of many runs at once, computed by the database, in its short pages."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import Final

from mltui.model.columns import Pick
from mltui.model.picks import mean
from mltui.model.series import Series
from mltui.sources.mlflow.database import Database
from mltui.sources.mlflow.sql.values import number, text

#: Steps of a database are less than this, and not less than its negative.
_INTEGERS: Final = 1 << 63


def picks(database: Database, key: str, pick: Pick, of: int, runs: Collection[str]) -> dict[str, float | None]:
    """`pick` of the metric `key` by run id; a run that has no such point is not among them.

    MLflow keeps NaN as ``is_nan`` with the value 0, and infinities as the largest doubles: neither may enter a sum, so
    means are made of the last `of` values here. Of points at one step and time the largest value is the last
    (`settled`), so that every database answers the same.
    """
    if pick == "at" and not -_INTEGERS <= of < _INTEGERS:
        return {}  # no database has such a step, and some drivers refuse to ask
    of = min(of, _INTEGERS - 1)
    schema = database.schema()
    nan = "is_nan" if schema.has("metrics", "is_nan") else "1 = 0"
    step = "step" if schema.has("metrics", "step") else "0"
    if pick in ("min", "max"):
        columns: tuple[str, ...] = ("run_uuid", "picked")
        select = (
            f"select run_uuid, {pick}(case when {nan} then null else value end) as picked from metrics"
            ' where "key" = ? and {inside} group by run_uuid'
        )
        pages = database.selected_in("metrics", columns, select, (key,), runs)
        return {text(run_id): number(value, value is None) for page in pages for run_id, value in page}
    flag = f"case when {nan} then 1 else 0 end"
    if pick == "at":
        columns = ("run_uuid", "value", "flag", "moment")
        select = (
            f'select run_uuid, value, {flag} as flag, "timestamp" as moment from metrics'
            f' where "key" = ? and {step} = ? and {{inside}}'
        )
    else:
        columns = ("run_uuid", "value", "flag", "place")
        select = (
            "select run_uuid, value, flag, -place from"
            f" (select run_uuid, value, {flag} as flag, row_number() over"
            f' (partition by run_uuid order by {step} desc, "timestamp" desc, value desc, {flag}) as place'
            ' from metrics where "key" = ? and {inside}) newest where place <= ?'
        )
    found: dict[str, list[tuple[int, float, bool, float]]] = {}
    for page in database.selected_in("metrics", columns, select, (key, of), runs):
        for run_id, value, is_nan, moment in page:
            read = number(value, is_nan)
            found.setdefault(text(run_id), []).append((moment or 0, 0.0 if is_nan else read, not is_nan, read))
    if pick == "at":
        return {run_id: max(points, key=itemgetter(0, 1, 2))[3] for run_id, points in found.items()}
    return {run_id: mean([point[3] for point in points]) for run_id, points in found.items()}


def settled(series: Series) -> Sequence[float]:
    """Its values in the full order of MLflow's latest one: by step, time, and then value, NaN being kept as 0.

    Points at one step and time come in another order from every store; picks of them must not.
    """
    if not series.repeated:
        return series.values
    import numpy as np

    values = np.frombuffer(series.values, np.float64)
    steps, times = np.frombuffer(series.steps, np.int64), np.frombuffer(series.times, np.int64)
    if not ((steps[1:] == steps[:-1]) & (times[1:] == times[:-1])).any():
        return series.values
    order = np.lexsort((~np.isnan(values), np.nan_to_num(values), times, steps))
    return array("d", values[order].tobytes())
