"""Picks of the series of many runs at once, computed by the database, in its short pages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mltui.model.columns import Pick
from mltui.model.picks import mean
from mltui.sources.mlflow.database import Database
from mltui.sources.mlflow.sql.values import number, text


def picks(database: Database, key: str, pick: Pick, of: int, runs: Collection[str]) -> dict[str, float | None]:
    """`pick` of the metric `key` by run id; a run that has no such point is not among them.

    MLflow keeps NaN as ``is_nan`` with the value 0, and infinities as the largest doubles: neither may enter a sum, so
    means are made of the last `of` values here.
    """
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
            f' (partition by run_uuid order by {step} desc, "timestamp" desc) as place'
            ' from metrics where "key" = ? and {inside}) newest where place <= ?'
        )
    found: dict[str, list[tuple[Any, float]]] = {}
    for page in database.selected_in("metrics", columns, select, (key, of), runs):
        for run_id, value, is_nan, moment in page:
            found.setdefault(text(run_id), []).append((moment, number(value, is_nan)))
    if pick == "at":
        return {run_id: max(points, key=lambda point: point[0] or 0)[1] for run_id, points in found.items()}
    return {run_id: mean([value for _, value in points]) for run_id, points in found.items()}
