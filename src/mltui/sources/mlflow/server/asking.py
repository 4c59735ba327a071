"""What a tracking server is asked, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from mltui.errors import NotFound
from mltui.model.runs import LoggedModel
from mltui.sources.mlflow.files.points import Point
from mltui.sources.mlflow.records import ExperimentRecord, LoggedModelRow, ModelRecord, VersionRecord
from mltui.sources.mlflow.server import translate
from mltui.sources.mlflow.server.door import Door

#: Rows per page: 1.7 s for 1,000 runs with 20 metrics and params each, measured on MLflow 3.
PAGE = 1_000

#: Points per page of a metric's history (MLflow's own most).
POINTS = 25_000

#: Logged models of one run that are asked for.
MODELS = 50

#: A server that keeps sending the same token would be asked for ever.
MOST_PAGES = 10_000


def experiments(rest: Door) -> list[ExperimentRecord]:
    """Every experiment, deleted ones too. Servers before MLflow 1.28 know ``experiments/list`` only."""
    found: list[ExperimentRecord] = []
    try:
        for answer in _posted(rest, "experiments/search", {"view_type": "ALL", "max_results": PAGE}):
            found.extend(
                e for item in translate.objects(answer.get("experiments")) if (e := translate.experiment(item))
            )
    except NotFound:
        answer = rest.get("experiments/list", {"view_type": "ALL"})
        found.extend(e for item in translate.objects(answer.get("experiments")) if (e := translate.experiment(item)))
    return found


def runs(
    rest: Door, experiment_ids: Sequence[str], size: int | None = None, having: str = ""
) -> Iterator[list[translate.JSON]]:
    """Pages of runs of these experiments, newest first, deleted ones too; `size` runs a page (None: `PAGE`).

    `having` is a filter as MLflow's ``search_runs`` takes it.
    """
    body: dict[str, Any] = {
        "experiment_ids": list(experiment_ids),
        "run_view_type": "ALL",
        "max_results": size or PAGE,
        "order_by": ["attributes.start_time DESC"],
    }
    if having:
        body["filter"] = having
    for answer in _posted(rest, "runs/search", body):
        yield list(translate.objects(answer.get("runs")))


def run(rest: Door, run_id: str) -> translate.JSON | None:
    """One run, whole; None if it is gone."""
    try:
        answer = rest.get("runs/get", {"run_id": run_id, "run_uuid": run_id})
    except NotFound:
        return None
    return next(translate.objects([answer.get("run")]), None)


def registry(rest: Door, *, needed: bool = False) -> tuple[ModelRecord, ...]:
    """Every registered model with its versions. A server without a registry has none, unless one is `needed`."""
    try:
        models = [
            m for a in _got(rest, "registered-models/search") for m in translate.objects(a.get("registered_models"))
        ]
    except NotFound:
        if needed:
            raise
        return ()
    versions: dict[str, list[VersionRecord]] = {}
    for answer in _got(rest, "model-versions/search") if models else ():
        for item in translate.objects(answer.get("model_versions")):
            if (version := translate.version(item)) is not None:
                versions.setdefault(version.name, []).append(version)
    records = (translate.model(item, tuple(versions.get(translate.text(item.get("name")), ()))) for item in models)
    return tuple(record for record in records if record is not None)


def logged_model(rest: Door, model_id: str) -> LoggedModelRow | None:
    """One logged model of MLflow 3; None if the server knows none of that id, or no logged models at all."""
    try:
        answer = rest.get(f"logged-models/{quote(model_id, safe='')}", {})
    except NotFound:
        return None
    return translate.logged_model(answer)


def logged_models(rest: Door, run_id: str, experiment_id: str) -> tuple[LoggedModel, ...]:
    """The models that a run logged, the newest first, one request; () from a server before MLflow 3."""
    body = {"experiment_ids": [experiment_id], "filter": f"source_run_id = '{run_id}'", "max_results": MODELS}
    try:
        answer = rest.post("logged-models/search", body)
    except NotFound:
        return ()
    found = (translate.run_model(item) for item in translate.objects(answer.get("models")))
    return tuple(sorted((one for one in found if one), key=lambda one: (-(one.created or 0), one.model_id)))


def history(rest: Door, run_id: str, key: str) -> list[Point]:
    """Every point of one metric."""
    query = {"run_id": run_id, "run_uuid": run_id, "metric_key": key}
    found: list[Point] = []
    for answer in _got(rest, "metrics/get-history", query, POINTS):
        found.extend(p for item in translate.objects(answer.get("metrics")) if (p := translate.point(item)) is not None)
    return found


def _posted(rest: Door, endpoint: str, body: dict[str, Any]) -> Iterator[translate.JSON]:
    token = ""
    for _ in range(MOST_PAGES):
        answer = rest.post(endpoint, {**body, "page_token": token} if token else body)
        yield answer
        token = _next(answer, token)
        if not token:
            return


def _got(rest: Door, endpoint: str, query: dict[str, str] | None = None, most: int = PAGE) -> Iterator[translate.JSON]:
    token = ""
    for _ in range(MOST_PAGES):
        asked = {**(query or {}), "max_results": str(most)}
        answer = rest.get(endpoint, {**asked, "page_token": token} if token else asked)
        yield answer
        token = _next(answer, token)
        if not token:
            return


def _next(answer: translate.JSON, before: str) -> str:
    token = translate.text(answer.get("next_page_token"))
    return "" if token == before else token
