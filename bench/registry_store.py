"""A project whose store has a registry of 500 models with 40 versions each, every version of a run of its own."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

from bench.projects import BIN, WORK, Place

MODELS, VERSIONS = 500, 40
T0 = 1_700_000_000_000
HOUR = 3_600_000
#: The metrics of each run.
METRICS = ("auc", "loss", "f1")


def registry() -> Place:
    """500 models, 20,000 versions with aliases, tags and moves, 20,000 runs with metrics and params."""
    place = Place(WORK / "registry", WORK / "registry-home")
    if not place.path.exists():
        making = WORK / "registry-making"
        making.mkdir(parents=True)
        for command in (
            ["git", "init", "-q", "-b", "main"],
            [
                "git",
                "-c",
                "user.name=B",
                "-c",
                "user.email=b@example.com",
                "commit",
                "-q",
                "--allow-empty",
                "-m",
                "one",
            ],
            [str(BIN / "mlflow"), "db", "upgrade", f"sqlite:///{making}/mlflow.db"],
        ):
            subprocess.run(command, cwd=making, check=True, env=place.full_env(), stderr=subprocess.DEVNULL)
        fill(making / "mlflow.db")
        making.rename(place.path)
    return place


def fill(database: Path, models: int = MODELS, versions: int = VERSIONS) -> None:
    """Put runs and a registry into an MLflow database of today's schema. Always the same."""
    rnd = random.Random(1)
    rows: dict[str, list[dict[str, object]]] = {}

    def put(table: str, **values: object) -> None:
        rows.setdefault(table, []).append(values)

    put(
        "experiments",
        experiment_id=1,
        name="churn",
        artifact_location=f"{database.parent}/mlruns/1",
        lifecycle_stage="active",
        creation_time=T0,
        last_update_time=T0,
    )
    for at in range(models):
        name = f"team_{at % 20:02d}.model_{at:04d}"
        put("registered_models", name=name, creation_time=T0, last_updated_time=T0, description=f"What {name} is for.")
        put("registered_model_tags", name=name, key="team", value=f"team_{at % 20:02d}")
        put("registered_model_aliases", name=name, alias="champion", version=versions - 2)
        put("registered_model_aliases", name=name, alias="challenger", version=versions)
        for number in range(1, versions + 1):
            run_id = uuid.UUID(int=rnd.getrandbits(128)).hex
            made = T0 + (number * models + at) * HOUR // 10
            _run(put, run_id, f"run-{at}-{number}", made, rnd)
            put(
                "model_versions",
                name=name,
                version=number,
                creation_time=made + 60_000,
                last_updated_time=made + 60_000,
                description="",
                user_id="bench",
                current_stage="None",
                source=f"{database.parent}/mlruns/1/{run_id}/artifacts/model",
                run_id=run_id,
                status="READY",
            )
            put("model_version_tags", name=name, version=number, key="validated", value="yes")
        for held in (versions // 2, versions - 2):
            _move(put, name, held, T0 + (held * models + at) * HOUR // 10 + HOUR, rnd)
    _insert(database, rows)


def _run(put, run_id: str, name: str, made: int, rnd: random.Random) -> None:  # type: ignore[no-untyped-def]
    put(
        "runs",
        run_uuid=run_id,
        name=name,
        source_type="LOCAL",
        source_name="train.py",
        entry_point_name="",
        user_id="bench",
        status="FINISHED",
        start_time=made,
        end_time=made + 50_000,
        source_version="",
        lifecycle_stage="active",
        artifact_uri=f"mlruns/1/{run_id}/artifacts",
        experiment_id=1,
    )
    for key in METRICS:
        put("latest_metrics", run_uuid=run_id, key=key, value=rnd.random(), timestamp=made, step=0, is_nan=0)
    for key, value in (("lr", f"{rnd.random():.4f}"), ("depth", str(rnd.randint(2, 12)))):
        put("params", run_uuid=run_id, key=key, value=value)
    commit = f"{rnd.getrandbits(160):040x}"
    for key, value in (("mlflow.runName", name), ("mlflow.user", "bench"), ("mlflow.source.git.commit", commit)):
        put("tags", run_uuid=run_id, key=key, value=value)


def _move(put, name: str, to: int, at: int, rnd: random.Random) -> None:  # type: ignore[no-untyped-def]
    told = {
        "schema": 1,
        "kind": "promote",
        "target": "@champion",
        "from": str(to - 1),
        "to": str(to),
        "at": at,
        "who": "ada@example.org",
        "reason": "better on the holdout",
        "forced": False,
        "figures": {"auc": rnd.random()},
        "gates": [{"gate": "metrics.auc >= 0.8", "verdict": "passed", "figure": "0.947", "why": ""}],
    }
    key = f"mltui.move.20261101-101500-{rnd.getrandbits(32):08x}"
    put("model_version_tags", name=name, version=to, key=key, value=json.dumps(told))


def _insert(database: Path, rows: dict[str, list[dict[str, object]]]) -> None:
    connection = sqlite3.connect(database)
    with connection:
        for table, found in rows.items():
            there = {row[1] for row in connection.execute(f"pragma table_info({table})")}
            extra = {"workspace": "default"} if "workspace" in there else {}
            keys = [key for key in {**found[0], **extra} if key in there]
            values = [tuple({**row, **extra}[key] for key in keys) for row in found]
            marks = ", ".join("?" * len(keys))
            names = ", ".join(f'"{key}"' for key in keys)
            connection.executemany(f"insert or ignore into {table} ({names}) values ({marks})", values)
    connection.close()


if __name__ == "__main__":
    sys.exit(print(registry().path))
