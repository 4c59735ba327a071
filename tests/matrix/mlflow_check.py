"""Stores that an MLflow of another version wrote, read by mltui, against what that version's MlflowClient says."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.matrix import writer_check
from tests.matrix.environments import Environment, Made
from tests.matrix.finding import Finding
from tests.real import mlflow_mirrored, store_shape
from tests.real.mlflow_mirrored import mlflow, normal
from tests.real.mlflow_process import start

from mltui.model.runs import Store
from mltui.sources.mlflow.files.mirror import FileMirror
from mltui.sources.mlflow.server.mirror import ServerMirror
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.sqlite import SqliteDatabase


def check(environment: Environment, made: Made, place: Path) -> Iterator[Finding]:
    """A SQLite store, the same by mltui's commands and behind that MLflow's server, a file store, and writing."""
    yield from _sqlite(made, place)
    yield from _server(made, place)
    yield from _files(made, place / "files")
    yield from writer_check.check(environment, made, place.parent / "written")


def _sqlite(made: Made, place: Path) -> Iterator[Finding]:
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    database = place / "mlflow.db"
    mlflow("write", f"sqlite:///{database}", place, made.python)
    before, revision = (_look(database), _schema(database)), _revision(database)
    said = _said(database, place, made.python)
    ours = _ours(database, place)
    kept = [] if before == (_look(database), _schema(database)) else ["the store is not as it was"]
    what = f"SQLite store, schema {revision}, read in place: {_amount(said)}"
    yield Finding(what, [*_differences(ours, said), *kept])
    yield from _lacking(said, made, "SQLite store")
    yield _commands(made, place, said)
    kept = [] if before == (_look(database), _schema(database)) else ["the store is not as it was"]
    yield Finding("its bytes, schema and alembic version after all that", kept)
    mlflow("add", f"sqlite:///{database}", place, made.python)
    later = _said(database, place, made.python)
    gone_on = [] if later != said else ["nothing was written"]
    what = f"MLflow {made.version} goes on writing it, and it is read again"
    yield Finding(what, [*gone_on, *_differences(_ours(database, place), later)])


def _commands(made: Made, place: Path, said: dict[str, Any]) -> Finding:
    """``mltui status`` and ``mltui runs`` in a project with that interpreter."""
    env = {**os.environ, "MLTUI_PYTHON": str(made.python)}
    documents, wrong = {}, []
    for command in (("status",), ("runs", "--all")):
        argv = [sys.executable, "-m", "mltui", *command, "--json"]
        done = subprocess.run(argv, cwd=place, env=env, capture_output=True, text=True, check=False)
        if done.returncode or "Traceback" in done.stderr:
            return Finding("mltui status and runs", [f"{command}: {done.returncode} {done.stderr[-300:]}"])
        documents[command[0]] = json.loads(done.stdout)
    found = {run["run_id"]: run for run in documents["runs"]["runs"]}
    if found.keys() != said["runs"].keys():
        wrong.append(f"runs {sorted(found)} and not {sorted(said['runs'])}")
    for run_id, run in found.items():
        if run["params"] != said["runs"][run_id]["params"]:
            wrong.append(f"params of {run_id}: {run['params']}")
    aliases = {model["name"]: model["aliases"] for model in documents["status"]["models"]}
    held = {
        name: {alias: str(version) for alias, version in one["aliases"].items()} for name, one in said["models"].items()
    }
    if {name: {alias: str(v) for alias, v in one.items()} for name, one in aliases.items()} != held:
        wrong.append(f"aliases {aliases} and not {held}")
    wrong.extend(f"problem: {one['summary']}" for one in documents["status"]["problems"])
    return Finding("mltui status --json and mltui runs --all --json", wrong)


def _server(made: Made, place: Path) -> Iterator[Finding]:
    server = start(place, python=made.python).up()
    try:
        mirror = ServerMirror(server.uri, place / "server-mirror.db", {})
        mirror.refresh()
        said = normal(mlflow("read", server.uri, place, made.python))
        wrong = [*_differences(mlflow_mirrored.held(mirror), said), *(one.summary for one in mirror.problems())]
    finally:
        server.stop()
    yield Finding(f"mlflow server of {made.version}, over REST: {_amount(said)}", wrong)


def _files(made: Made, place: Path) -> Iterator[Finding]:
    root = place / "mlruns"
    place.mkdir()
    mlflow("write", str(root), place, made.python)
    said = normal(mlflow("read", str(root), place, made.python))
    before = _tree(root)
    mirror = FileMirror(root, place / "mirror.db")
    mirror.refresh()
    wrong = [*_differences(mlflow_mirrored.held(mirror), said), *(one.summary for one in mirror.problems())]
    wrong += [] if _tree(root) == before else ["the store is not as it was"]
    yield Finding(f"file store: {_amount(said)}", wrong)
    yield from _lacking(said, made, "file store")


def _said(database: Path, place: Path, python: Path) -> dict[str, Any]:
    """Of a copy: opening a database with MlflowClient may change it."""
    copy = place / "copy.db"
    shutil.copy(database, copy)
    try:
        return store_shape.alike(store_shape.said(f"sqlite:///{copy}", place, python))
    finally:
        copy.unlink()


def _ours(database: Path, place: Path) -> dict[str, Any]:
    reader = SqlReader(Store(f"sqlite:///{database}", "sqlite", "flag"), SqliteDatabase(database, place / "copies"))
    try:
        return store_shape.alike(json.loads(json.dumps(store_shape.held(reader))))
    finally:
        reader.close()


def _differences(ours: dict[str, Any], said: dict[str, Any]) -> list[str]:
    found = []
    for part in ("experiments", "runs", "series", "models"):
        for key in ours[part].keys() | said[part].keys():
            mine, own = ours[part].get(key), said[part].get(key)
            if mine != own:
                found.append(f"{part} {key}: ours {mine} MLflow {own}")
    return found


def _amount(said: dict[str, Any]) -> str:
    points = sum(map(len, said["series"].values()))
    versions = sum(len(model["versions"]) for model in said["models"].values())
    experiments, runs, models = (len(said[part]) for part in ("experiments", "runs", "models"))
    return f"{experiments} experiments, {runs} runs, {points} points, {models} models, {versions} versions"


def _lacking(said: dict[str, Any], made: Made, where: str) -> Iterator[Finding]:
    """What that MLflow does not write."""
    why = f"MLflow {made.version} writes none"
    if not said["models"]:
        yield Finding(f"models in a {where}", skipped=why)
    elif not any(model["aliases"] for model in said["models"].values()):
        yield Finding(f"aliases in a {where}", skipped=why)
    if not any(run["inputs"] for run in said["runs"].values()):
        yield Finding(f"datasets in a {where}", skipped=why)


def _look(database: Path) -> tuple[str, int, list[str]]:
    """Content and time of the file, and what SQLite put beside it."""
    beside = sorted(path.name for path in database.parent.iterdir() if path.name.startswith(database.name))
    return hashlib.sha256(database.read_bytes()).hexdigest(), database.stat().st_mtime_ns, beside


def _schema(database: Path) -> list[Any]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = connection.execute("select name, sql from sqlite_master order by name").fetchall()
        found += connection.execute("select * from alembic_version").fetchall()
    connection.close()
    return found


def _revision(database: Path) -> str:
    return str(_schema(database)[-1][0])


def _tree(root: Path) -> list[tuple[str, int, bytes]]:
    return sorted(
        (str(path), path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in (root, *root.rglob("*"))
    )
