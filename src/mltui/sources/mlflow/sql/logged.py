"""The logged models of MLflow 3 (``logged_models`` and its metrics), where a store has such tables."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from mltui.model.runs import LoggedModel
from mltui.sources.mlflow.database import Database
from mltui.sources.mlflow.sql.values import instant, number, text

#: ``LoggedModelStatus`` of MLflow (``mlflow/protos/service.proto``).
STATUS = {1: "pending", 2: "ready", 3: "failed"}


def read(database: Database, run_id: str) -> tuple[LoggedModel, ...]:
    """The models that the run logged, the newest first."""
    schema = database.schema()
    if not schema.has("logged_models", "source_run_id"):
        return ()
    columns = ("model_id", "name", "status", "model_type", "creation_timestamp_ms", "artifact_location")
    rows = [
        row
        for page in database.rows("logged_models", columns, "source_run_id = ?", (run_id,))
        for row in page
        if row[0] is not None
    ]
    metrics: dict[str, dict[str, tuple[int, int, float]]] = {}
    if rows and schema.has("logged_model_metrics"):
        asked = ("model_id", "metric_name", "metric_value", "metric_step", "metric_timestamp_ms")
        for page in database.rows_in("logged_model_metrics", asked, "model_id", [text(row[0]) for row in rows]):
            for model_id, name, value, step, moment in page:
                kept = metrics.setdefault(text(model_id), {})
                with contextlib.suppress(ValueError):  # text where a number belongs, which SQLite lets be
                    point = instant(step) or 0, instant(moment) or 0, number(value, False)
                    kept[text(name)] = max(point, kept.get(text(name), point))
    ids = [text(row[0]) for row in rows]
    params = _pairs(database, "logged_model_params", "param", ids)
    tags = _pairs(database, "logged_model_tags", "tag", ids)
    found = [
        LoggedModel(
            model_id=text(model_id),
            name=text(name),
            status=STATUS.get(status, "") if isinstance(status, int) else "",
            kind=text(kind),
            created=instant(created),
            location=text(location),
            step=max((at for at, _, _ in metrics.get(text(model_id), {}).values()), default=None),
            metrics={key: value for key, (_, _, value) in sorted(metrics.get(text(model_id), {}).items())},
            params=params.get(text(model_id), {}),
            tags=tags.get(text(model_id), {}),
        )
        for model_id, name, status, kind, created, location in rows
    ]
    return tuple(sorted(found, key=lambda one: (-(one.created or 0), one.model_id)))


def _pairs(database: Database, table: str, what: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Params or tags by model."""
    found: dict[str, dict[str, str]] = {}
    if ids and database.schema().has(table):
        for page in database.rows_in(table, ("model_id", f"{what}_key", f"{what}_value"), "model_id", ids):
            for model_id, key, value in page:
                found.setdefault(text(model_id), {})[text(key)] = text(value)
    return found


def traces(database: Database, run_id: str) -> int | None:
    """Traces that were recorded in the run (``TraceMetadataKey.SOURCE_RUN``); None where the store keeps none."""
    if not database.schema().has("trace_request_metadata"):
        return None
    where, asked = '"key" = ? and value = ?', ("mlflow.sourceRun", run_id)  # an unquoted key is a word of MySQL's own
    return sum(map(len, database.rows("trace_request_metadata", ("request_id",), where, asked)))
