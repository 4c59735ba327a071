"""A store in the shape of what `mlflow_writer.read` prints, so that a reader and MlflowClient can be compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.real.mlflow_mirrored import mlflow, normal
from tests.real.mlflow_writer import MANY

from mltui.model.runs import PARENT_TAG
from mltui.sources.mlflow.sql import SqlReader


def held(store: SqlReader) -> dict[str, Any]:
    """What the reader says (without tags of experiments)."""
    runs = {run.run_id: run for page in store.runs(deleted=True) for run in page}
    return {
        "experiments": {one.experiment_id: [one.name, one.lifecycle] for one in store.experiments()},
        "runs": {
            run_id: {
                "info": [run.experiment_id, run.name, run.status, run.lifecycle, run.start, run.end],
                "artifact_uri": run.artifact_uri,
                "metrics": {key: repr(value) for key, value in run.metrics.items()},
                "params": dict(run.params),
                "tags": dict(run.tags),
                "inputs": [
                    [one.name, one.digest, one.source_type, one.source, one.context] for one in store.inputs(run_id)
                ],
            }
            for run_id, run in runs.items()
        },
        "series": {
            f"{run_id} {key}": [[repr(point.value), point.time, point.step] for point in store.series(run_id, key)]
            for run_id, run in runs.items()
            for key in run.metrics
            if not key.startswith(MANY)
        },
        "models": {
            model.name: {
                "description": model.description,
                "tags": model.tags,
                "aliases": {alias: int(version) for alias, version in model.aliases.items()},
                "versions": {
                    one.version: [one.run_id, one.source, one.stage or "None", one.status, one.tags]
                    for one in model.versions
                },
            }
            for model in store.models()
        },
    }


def said(uri: str, cwd: Path, python: str | Path = sys.executable) -> dict[str, Any]:
    """What MlflowClient (of `python`) says of the store at `uri`, which opening it may change."""
    found = normal(mlflow("read", uri, cwd, python))
    found["experiments"] = {key: one[:2] for key, one in found["experiments"].items()}
    for run in found["runs"].values():
        run["inputs"] = [[*one[:4], one[4].get("mlflow.data.context", "")] for one in run["inputs"]]
    return found


def alike(found: dict[str, Any]) -> dict[str, Any]:
    """Points at the same step and time come in any order."""
    return {**found, "series": {key: sorted(points, key=repr) for key, points in found["series"].items()}}


def anonymous(found: dict[str, Any]) -> dict[str, Any]:
    """Without ids, places and MLflow's own first experiment."""
    found = alike(found)
    names = {run_id: run["info"][1] for run_id, run in found["runs"].items()}
    experiments = {key: one[0] for key, one in found["experiments"].items()}
    return {
        "experiments": sorted(one for one in found["experiments"].values() if one[0] != "Default"),
        "runs": {
            names[run_id]: {
                **{part: run[part] for part in ("metrics", "params")},
                "info": [experiments[run["info"][0]], *run["info"][1:]],
                "tags": {key: names[of] if key == PARENT_TAG else of for key, of in run["tags"].items()},
                "inputs": sorted(run["inputs"]),
            }
            for run_id, run in found["runs"].items()
        },
        "series": {
            f"{names[key.partition(' ')[0]]} {key.partition(' ')[2]}": of for key, of in found["series"].items()
        },
        "models": {
            name: {
                **model,
                "description": model["description"] or "",
                "versions": {int(number): [names[of[0]], *of[1:]] for number, of in model["versions"].items()},
            }
            for name, model in found["models"].items()
        },
    }
