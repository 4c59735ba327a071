"""Run by the tests in a process of its own: write a store with the real MLflow, or say what MlflowClient reads of one.

``write URI`` makes experiments, nested runs, odd metrics, inputs and a registry; ``read URI`` prints JSON. Any MLflow
since 2.0 will do: what it does not know yet is left out.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

#: Of the keys that begin so, thousands in a run, no series are read: each is a question of its own.
MANY = "many/"
DATASET = ("name", "digest", "source_type", "source")


def write(uri: str) -> None:
    import mlflow
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag

    mlflow.set_tracking_uri(uri)
    client = MlflowClient(uri)
    first = client.create_experiment("prix complète", tags={"team": "red"})
    second = client.create_experiment("dropped")
    mlflow.set_experiment(experiment_id=first)
    with mlflow.start_run(run_name="parent") as parent:
        mlflow.log_params({"lr": 0.1, "empty": "", "text": "two\nlines", "deep/key": "x"})
        for step, value in enumerate((0.5, math.nan, 0.25)):
            mlflow.log_metric("loss", value, step=step)
        mlflow.log_metric("val/auc", 0.75, step=3)
        mlflow.log_metric("nan", math.nan)
        mlflow.log_metric("up", math.inf)
        mlflow.log_metric("down", -math.inf)
        log_dataset()
        with mlflow.start_run(run_name="child", nested=True):
            mlflow.set_tag("note", "[red]ключ")
    points = [Metric("same", float(n), 1_700_000_000_000 + n % 3, 0) for n in range(50)]
    client.log_batch(parent.info.run_id, points, [Param("p", "1")], [RunTag("t", "2")])
    failed = client.create_run(first, run_name="failed")
    client.set_terminated(failed.info.run_id, "FAILED")
    client.create_run(first, run_name="for ever", tags={"mlflow.source.git.commit": "a" * 40})
    deleted = client.create_run(first)
    client.delete_run(deleted.info.run_id)
    client.create_run(second)
    client.delete_experiment(second)
    register(client, parent)


def log_dataset() -> None:
    """Datasets came with MLflow 2.4."""
    import mlflow

    if hasattr(mlflow, "log_input"):
        import mlflow.data.dataset_source_registry
        import pandas

        mlflow.log_input(mlflow.data.from_pandas(pandas.DataFrame({"a": [1, 2]}), name="wine"), context="training")


def register(client: Any, parent: Any) -> None:
    """Two models, one with versions; aliases came with MLflow 2.3, a registry in files with 2.1."""
    if not has_registry(client):
        return
    client.create_registered_model("wine", tags={"team": "red"}, description="reds")
    for number in range(3):
        version = client.create_model_version("wine", f"{parent.info.artifact_uri}/{number}", run_id=parent.info.run_id)
    client.set_model_version_tag("wine", "1", "ok", "yes")
    if hasattr(client, "set_registered_model_alias"):
        client.set_registered_model_alias("wine", "champion", "1")
        client.set_registered_model_alias("wine", "challenger", version.version)
    client.transition_model_version_stage("wine", "1", "Staging")
    client.delete_model_version("wine", "2")
    client.create_registered_model("empty")


def has_registry(client: Any) -> bool:
    from mlflow.exceptions import MlflowException

    try:
        client.search_registered_models()
    except MlflowException as error:
        if "not supported by the store" in str(error):
            return False
        raise
    return True


def add(uri: str) -> None:
    """Edit one run and delete another, as somebody would between two looks."""
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    (experiment,) = client.search_experiments(filter_string="name = 'prix complète'")
    runs = {run.info.run_name: run.info.run_id for run in client.search_runs([experiment.experiment_id])}
    client.set_terminated(runs["for ever"], "KILLED")
    client.log_metric(runs["child"], "late", 1.5, step=7)
    client.delete_run(runs["failed"])


def read(uri: str) -> dict[str, Any]:
    from mlflow import MlflowClient
    from mlflow.entities import ViewType

    client = MlflowClient(uri)
    experiments = client.search_experiments(view_type=ViewType.ALL)
    runs = client.search_runs([e.experiment_id for e in experiments], run_view_type=ViewType.ALL)
    return {
        "experiments": {e.experiment_id: [e.name, e.lifecycle_stage, e.tags] for e in experiments},
        "runs": {run.info.run_id: one(run) for run in runs},
        "series": {
            f"{run.info.run_id} {key}": [
                [repr(m.value), m.timestamp, m.step] for m in client.get_metric_history(run.info.run_id, key)
            ]
            for run in runs
            for key in run.data.metrics
            if not key.startswith(MANY)
        },
        "models": {
            model.name: {
                "description": model.description,
                "tags": model.tags,
                "aliases": {alias: int(version) for alias, version in getattr(model, "aliases", {}).items()},
                "versions": {
                    int(v.version): [v.run_id, v.source, v.current_stage, v.status, v.tags]
                    for v in client.search_model_versions(f"name = '{model.name}'")
                },
            }
            for model in (client.search_registered_models() if has_registry(client) else ())
        },
    }


def one(run: Any) -> dict[str, Any]:
    info, data = run.info, run.data
    return {
        "info": [info.experiment_id, info.run_name, info.status, info.lifecycle_stage, info.start_time, info.end_time],
        "artifact_uri": info.artifact_uri,
        "metrics": {key: repr(value) for key, value in data.metrics.items()},
        "params": data.params,
        "tags": data.tags,
        "inputs": [
            [
                i.dataset.name,
                i.dataset.digest,
                i.dataset.source_type,
                i.dataset.source,
                {t.key: t.value for t in i.tags},
            ]
            for i in (run.inputs.dataset_inputs if hasattr(run, "inputs") else ())
        ],
    }


if __name__ == "__main__":
    command, address = sys.argv[1:]
    if command == "read":
        json.dump(read(address), sys.stdout)
    else:
        {"write": write, "add": add}[command](address)
