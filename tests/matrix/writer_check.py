"""mltui's writer by another mlflow: promotes, and rolls back, in a store of that one's schema; refuses any other."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.matrix.environments import Environment, Made
from tests.matrix.finding import Finding
from tests.real.written_store import make_store


def check(environment: Environment, made: Made, place: Path) -> Iterator[Finding]:
    """By that mlflow as the project's, in its own store; by mltui's own mlflow, which would migrate it."""
    place.mkdir()
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    database = place / "mlflow.db"
    make_store(f"sqlite:///{database}", place, made.python)
    with closing(sqlite3.connect(database)) as store:
        aliases = store.execute("select 1 from sqlite_master where name = 'registered_model_aliases'").fetchone()
    target = "champion" if aliases else "Production"
    before = _schema(database)
    wrong = [
        said
        for argv in (
            ["promote", "churn", "3", "--to", target],
            ["promote", "churn", "2", "--to", target],
            ["rollback", "churn", "--alias", target],
        )
        if (said := _mltui(place, made.python, *argv))[0] != 0
    ]
    held = _held(database, target)
    kept = [] if _schema(database) == before else ["the schema is not as it was"]
    now = [] if held == "3" else [f"{target} is {held} and not 3"]
    what = f"promoted to {target} and rolled back by mlflow {made.version}, schema {before[-1][0]}"
    yield Finding(what, [*map(str, wrong), *now, *kept])
    yield _refused(place, database, before, target)


def _refused(place: Path, database: Path, before: list[Any], target: str) -> Finding:
    content = database.read_bytes()
    code, said = _mltui(place, Path(sys.executable), "promote", "churn", "1", "--to", target)
    what = "mltui's own mlflow, of another schema, is not let near it"
    if code == 0:
        return Finding(what, skipped="it has the same schema") if _schema(database) == before else Finding(what, [said])
    words = f"store is at {before[-1][0]}, this client would migrate it", "set python = to the project's environment"
    wrong = [f"{code} {said}"] if code != 4 or not all(each in said for each in words) else []
    return Finding(what, [*wrong, *([] if database.read_bytes() == content else ["the store is not as it was"])])


def _mltui(place: Path, python: Path, *argv: str) -> tuple[int, str]:
    env = {**os.environ, "MLTUI_PYTHON": str(python), "MLTUI_STORE": f"sqlite:///{place / 'mlflow.db'}"}
    command = [sys.executable, "-m", "mltui", *argv, "--yes"]
    done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr[-600:]


def _held(database: Path, target: str) -> str:
    asked = {
        "champion": "select version from registered_model_aliases where alias = 'champion'",
        "Production": "select max(version) from model_versions where current_stage = 'Production'",
    }
    with closing(sqlite3.connect(database)) as store:
        (found,) = store.execute(asked[target]).fetchone() or ("",)
    return str(found)


def _schema(database: Path) -> list[Any]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as store:
        found = store.execute("select name, sql from sqlite_master order by name").fetchall()
        return found + store.execute("select version_num from alembic_version").fetchall()
