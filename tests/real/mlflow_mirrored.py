"""What a mirror database holds, in the shape of what `mlflow_writer.read` prints."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from mltui.model.runs import MetricPoint
from mltui.sources.mlflow.files.mirror import FileMirror
from mltui.sources.mlflow.records import DBL_MAX
from mltui.sources.mlflow.server.mirror import ServerMirror

WRITER = Path(__file__).with_name("mlflow_writer.py")


def mlflow(command: str, uri: str, cwd: Path, python: str | Path = sys.executable) -> Any:
    """Run the writer with the real MLflow, that of `python`; what it printed as JSON, if anything."""
    quiet = {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [str(python), str(WRITER), command, uri],
        cwd=cwd,
        env={**os.environ, **quiet},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.startswith("{") else None


def held(mirror: FileMirror | ServerMirror) -> dict[str, Any]:
    """Everything in the mirror, and every series through it."""
    connection = sqlite3.connect(mirror.database)
    try:
        found = _held(connection)
    finally:
        connection.close()
    found["series"] = {
        f"{run} {key}": _points(mirror.series(run, key)) for run, one in found["runs"].items() for key in one["metrics"]
    }
    return found


def _points(series: tuple[MetricPoint, ...]) -> list[list[Any]]:
    return [[repr(point.value), point.time, point.step] for point in series]


def _held(connection: sqlite3.Connection) -> dict[str, Any]:
    def pairs(sql: str, *args: Any) -> dict[Any, Any]:
        return dict(connection.execute(sql, args).fetchall())

    runs = {}
    for row in connection.execute(
        """select run_uuid, experiment_id, name, status, lifecycle_stage, start_time, end_time, artifact_uri
           from runs"""
    ):
        latest = connection.execute("select key, value, is_nan from latest_metrics where run_uuid = ?", row[:1])
        runs[row[0]] = {
            "info": list(row[1:7]),
            "artifact_uri": row[7],
            "metrics": {key: number(value, is_nan) for key, value, is_nan in latest},
            "params": pairs("select key, value from params where run_uuid = ?", row[0]),
            "tags": pairs("select key, value from tags where run_uuid = ?", row[0]),
            "inputs": [
                [*dataset, pairs("select name, value from input_tags where input_uuid = ?", uuid)]
                for uuid, *dataset in connection.execute(
                    """select i.input_uuid, d.name, d.digest, d.dataset_source_type, d.dataset_source from inputs i
                       join datasets d on d.dataset_uuid = i.source_id where i.destination_id = ?
                       and i.source_type = 'DATASET'""",
                    row[:1],
                )
            ],
        }
    return {
        "experiments": {
            e: [name, stage, pairs("select key, value from experiment_tags where experiment_id = ?", e)]
            for e, name, stage in connection.execute("select experiment_id, name, lifecycle_stage from experiments")
        },
        "runs": runs,
        "models": {
            name: {
                "description": description or "",
                "tags": pairs("select key, value from registered_model_tags where name = ?", name),
                "aliases": pairs("select alias, version from registered_model_aliases where name = ?", name),
                "versions": {
                    str(v): [
                        *rest,
                        pairs("select key, value from model_version_tags where name = ? and version = ?", name, v),
                    ]
                    for v, *rest in connection.execute(
                        "select version, run_id, source, current_stage, status from model_versions where name = ?",
                        (name,),
                    )
                },
            }
            for name, description in connection.execute("select name, description from registered_models")
        },
    }


def number(value: float, is_nan: int) -> str:
    """A stored value as MLflow's Python shows it: ±DBL_MAX stands for an infinity."""
    if is_nan:
        return "nan"
    return repr(value) if abs(value) < DBL_MAX else repr(float("inf") * value)


def normal(said: dict[str, Any]) -> dict[str, Any]:
    """What MlflowClient printed, in the order of a mirror: series by step, then time; infinities as such."""
    as_shown = {repr(DBL_MAX): "inf", repr(-DBL_MAX): "-inf"}
    for run in said["runs"].values():
        run["metrics"] = {key: as_shown.get(value, value) for key, value in run["metrics"].items()}
    for model in said["models"].values():
        model["description"] = model["description"] or ""
    for key, points in said["series"].items():
        shown = [[as_shown.get(value, value), time, step] for value, time, step in points]
        said["series"][key] = sorted(shown, key=lambda point: (point[2], point[1]))
    return said
