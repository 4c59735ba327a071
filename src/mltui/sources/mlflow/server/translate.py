"""MLflow's JSON into records. Numbers come as numbers or as text (int64, "NaN", "Infinity"): both are read."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from typing import Any

from mltui.model.runs import NAME_TAG, LoggedModel
from mltui.sources.mlflow.files.points import Point
from mltui.sources.mlflow.files.runs import STATUS
from mltui.sources.mlflow.records import (
    DBL_MAX,
    PROMPT_TAG,
    DatasetRow,
    ExperimentRecord,
    Flaw,
    InputRow,
    Latest,
    LoggedModelRow,
    ModelRecord,
    RunRecord,
    VersionRecord,
)

JSON = Mapping[str, Any]


def objects(value: Any) -> Iterator[JSON]:
    """The objects of a JSON list; anything else in it, or no list, gives nothing."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def text(value: Any) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def integer(value: Any) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if -(1 << 63) <= number < 1 << 63 else None


def number(value: Any) -> float | None:
    """A float; None if it is none. ``float`` reads "NaN", "Infinity" and "-Infinity".

    A server on a database sends ±DBL_MAX for an infinity, as its tables keep it.
    """
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return math.copysign(math.inf, found) if abs(found) >= DBL_MAX else found


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """``[{"key": …, "value": …}]``; protobuf leaves an empty value out."""
    return tuple((text(item.get("key")), text(item.get("value"))) for item in objects(value))


def experiment(item: JSON) -> ExperimentRecord | None:
    """An experiment; None without an id."""
    identity = text(item.get("experiment_id"))
    if not identity:
        return None
    return ExperimentRecord(
        experiment_id=identity,
        name=text(item.get("name")) or identity,
        lifecycle_stage="deleted" if item.get("lifecycle_stage") == "deleted" else "active",
        artifact_location=text(item.get("artifact_location")),
        creation_time=integer(item.get("creation_time")),
        last_update_time=integer(item.get("last_update_time")),
        tags=pairs(item.get("tags")),
    )


def run(item: JSON) -> RunRecord | None:
    """A run with everything its page told; None without an id."""
    info, data = _object(item, "info"), _object(item, "data")
    identity = text(info.get("run_id") or info.get("run_uuid"))
    if not identity:
        return None
    experiment_id = text(info.get("experiment_id"))
    tags = pairs(data.get("tags"))
    status = _status(info.get("status"))
    flaws = []
    if not status:
        flaws.append(Flaw(f"runs/{identity}", f"status {info.get('status')!r} is none that MLflow knows", identity))
    latest, bad = _latest(data.get("metrics"))
    if bad:
        flaws.append(Flaw(f"runs/{identity}", f"{bad} of its metrics can't be read", identity))
    inputs, datasets = _inputs(identity, experiment_id, _object(item, "inputs"))
    return RunRecord(
        run_uuid=identity,
        experiment_id=experiment_id,
        name=text(info.get("run_name") or info.get("name")) or dict(tags).get(NAME_TAG, ""),
        status=status or "RUNNING",
        lifecycle_stage="deleted" if info.get("lifecycle_stage") == "deleted" else "active",
        start_time=integer(info.get("start_time")),
        end_time=integer(info.get("end_time")) or None,
        user_id=text(info.get("user_id")),
        artifact_uri=text(info.get("artifact_uri")),
        params=pairs(data.get("params")),
        tags=tags,
        latest=latest,
        inputs=inputs,
        datasets=datasets,
        flaws=tuple(flaws),
    )


def _object(item: JSON, key: str) -> JSON:
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def _status(said: Any) -> str:
    if isinstance(said, int):
        return STATUS.get(said, "")
    word = text(said) or "RUNNING"
    return word if word in STATUS.values() else ""


def _latest(value: Any) -> tuple[tuple[Latest, ...], int]:
    """Latest points, and how many entries were none. A key may come twice (MLflow 3, with and without a dataset)."""
    best: dict[str, Point] = {}
    bad = 0
    for item in objects(value):
        key, found = text(item.get("key")), point(item)
        if not key or found is None:
            bad += 1
        elif key not in best or found > best[key]:
            best[key] = found
    return tuple(Latest(key, p[2], p[1], p[0]) for key, p in sorted(best.items())), bad


def point(item: JSON) -> Point | None:
    """(step, timestamp, value); protobuf leaves a step or a value of 0 out."""
    value = number(item.get("value", 0.0))
    if value is None:
        return None
    return integer(item.get("step")) or 0, integer(item.get("timestamp")) or 0, value


def _inputs(run_id: str, experiment_id: str, value: JSON) -> tuple[tuple[InputRow, ...], tuple[DatasetRow, ...]]:
    inputs, datasets = [], []
    for item in objects(value.get("dataset_inputs")):
        found = _object(item, "dataset")
        name, digest = text(found.get("name")), text(found.get("digest"))
        short = hashlib.md5(f"{name}\0{digest}".encode(), usedforsecurity=False).hexdigest()
        dataset = DatasetRow(
            dataset_uuid=f"{experiment_id}/{short}",
            experiment_id=experiment_id,
            name=name,
            digest=digest,
            source_type=text(found.get("source_type")),
            source=text(found.get("source")),
            schema=text(found.get("schema")) or None,
            profile=text(found.get("profile")) or None,
        )
        datasets.append(dataset)
        inputs.append(InputRow(f"{run_id}/{short}", "DATASET", dataset.dataset_uuid, pairs(item.get("tags"))))
    for item in objects(value.get("model_inputs")):
        model = text(item.get("model_id"))
        inputs.append(InputRow(f"{run_id}/{model}", "MODEL", model))
    return tuple(inputs), tuple(datasets)


def model(item: JSON, versions: tuple[VersionRecord, ...]) -> ModelRecord | None:
    """A registered model; None without a name, or if it is a prompt."""
    name, tags = text(item.get("name")), pairs(item.get("tags"))
    if not name or dict(tags).get(PROMPT_TAG, "").lower() == "true":
        return None
    aliases = []
    for held in objects(item.get("aliases")):
        by = integer(held.get("version"))
        if by is not None:
            aliases.append((text(held.get("alias")), by))
    return ModelRecord(
        name=name,
        creation_time=integer(item.get("creation_timestamp")),
        last_updated_time=integer(item.get("last_updated_timestamp")),
        description=text(item.get("description")) or None,
        tags=tags,
        aliases=tuple(aliases),
        versions=versions,
    )


def logged_model(item: JSON) -> LoggedModelRow | None:
    """The answer of ``logged-models/<id>``; None without an id."""
    info = _object(_object(item, "model"), "info")
    identity = text(info.get("model_id"))
    if not identity:
        return None
    return LoggedModelRow(
        model_id=identity,
        experiment_id=text(info.get("experiment_id")),
        name=text(info.get("name")),
        artifact_location=text(info.get("artifact_uri")),
        created=integer(info.get("creation_timestamp_ms")),
        updated=integer(info.get("last_updated_timestamp_ms")),
        model_type=text(info.get("model_type")) or None,
        source_run_id=text(info.get("source_run_id")) or None,
    )


def run_model(item: JSON) -> LoggedModel | None:
    """One of ``logged-models/search``, with the metrics of its latest step; None without an id."""
    info, data = _object(item, "info"), _object(item, "data")
    identity = text(info.get("model_id"))
    if not identity:
        return None
    metrics: dict[str, Point] = {}
    for each in objects(data.get("metrics")):
        key, found = text(each.get("key")), point(each)
        if found is not None:
            metrics[key] = max(found, metrics.get(key, found))
    return LoggedModel(
        model_id=identity,
        name=text(info.get("name")),
        status=text(info.get("status")).removeprefix("LOGGED_MODEL_").lower().replace("upload_failed", "failed"),
        kind=text(info.get("model_type")),
        created=integer(info.get("creation_timestamp_ms")),
        location=text(info.get("artifact_uri")),
        step=max((at for at, _, _ in metrics.values()), default=None),
        metrics={key: value for key, (_, _, value) in sorted(metrics.items())},
        params=dict(pairs(data.get("params"))),
        tags=dict(pairs(info.get("tags"))),
    )


def version(item: JSON) -> VersionRecord | None:
    """A model version; None without a name or a number."""
    name, by = text(item.get("name")), integer(item.get("version"))
    if not name or by is None:
        return None
    return VersionRecord(
        name=name,
        version=by,
        creation_time=integer(item.get("creation_timestamp")),
        last_updated_time=integer(item.get("last_updated_timestamp")),
        description=text(item.get("description")) or None,
        user_id=text(item.get("user_id")) or None,
        current_stage=text(item.get("current_stage")) or "None",
        source=text(item.get("source")) or None,
        storage_location=None,
        run_id=text(item.get("run_id")),
        run_link=text(item.get("run_link")) or None,
        status=text(item.get("status")) or "READY",
        status_message=text(item.get("status_message")) or None,
        model_id=text(item.get("model_id")) or None,
        tags=pairs(item.get("tags")),
    )
