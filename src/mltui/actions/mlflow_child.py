"""Writes into a store with the project's own mlflow: one file that the project's interpreter runs.

``python mlflow_child.py killed URI RUN…`` sets runs to KILLED that are RUNNING, or FAILED since they were stopped;
``-`` is the URI in MLTUI_STORE, which may hold secrets. The answer is one JSON line: {"set": [run], "left": {run: why}}
or {"refused": why}.

A database is never migrated: mlflow would do that by itself when it opens one of another version, so the versions are
compared first. Runs with every mlflow since 2.0.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

DATABASES = ("sqlite", "postgres", "mysql", "mssql")


def refusal(uri: str) -> str:
    """Why this mlflow may not open the store; "" if it may."""
    if not uri.startswith(DATABASES):
        return ""
    import mlflow
    import mlflow.store.db_migrations as migrations
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, text

    if uri.startswith("sqlite:///") and not os.path.exists(uri[len("sqlite:///") :].partition("?")[0]):  # noqa: PTH110
        return "the database is gone"
    settings = Config()
    settings.set_main_option("script_location", os.path.dirname(str(migrations.__file__)))  # noqa: PTH120
    head = ScriptDirectory.from_config(settings).get_current_head()
    engine = create_engine(uri)
    try:
        with engine.connect() as connection:
            found = connection.execute(text("select version_num from alembic_version")).scalar()
    finally:
        engine.dispose()
    if found == head:
        return ""
    return f"mlflow {mlflow.__version__} would migrate the database from schema {found} to {head}"


def killed(uri: str, *runs: str) -> dict[str, Any]:
    uri = os.environ["MLTUI_STORE"] if uri == "-" else uri
    if why := refusal(uri):
        return {"refused": why}
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    done: list[str] = []
    left: dict[str, str] = {}
    for run in runs:
        try:
            info = client.get_run(run).info
            if info.status in ("RUNNING", "FAILED"):
                client.set_terminated(run, status="KILLED", end_time=info.end_time)
                done.append(run)
            else:
                left[run] = f"it is {info.status} by now"
        except Exception as error:  # one run's trouble is not the other's
            left[run] = f"{type(error).__name__}: {error}"
    return {"set": done, "left": left}


def main(words: list[str]) -> int:
    sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]  # noqa: PTH100, PTH120
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    answer, sys.stdout = sys.stdout, sys.stderr  # mlflow prints what it likes
    try:
        said = {"killed": killed}[words[0]](*words[1:])
    except Exception as error:
        said = {"refused": f"{type(error).__name__}: {error}"}
    answer.write(json.dumps(said) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
