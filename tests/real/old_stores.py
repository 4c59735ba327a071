"""Databases as an older mlflow left them: made by the migrations that the installed mlflow has, up to one of them.

Run as a script, ``old_stores.py make DIRECTORY`` makes one of each schema there ever was, named by its version, and
``old_stores.py ask DIRECTORY`` tells what the writer's child says of each: lines of JSON, ``[version, refusal]``.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

#: As of MLflow 1.11, the oldest in the wild, and of 2.14.
SCHEMAS = ("a8c4a736bde6", "acf3f17fdcc7")
RUN = "a" * 32


def filled(database: Path) -> None:
    """A run, another that never ended, and a model of two versions, in tables of any age."""
    said = {"lifecycle_stage": "active"}
    started = {"source_type": "LOCAL", "start_time": 1_600_000_000_000, "experiment_id": 1, **said}
    version = {"name": "churn", "run_id": RUN, "status": "READY"}
    rows = [
        ("experiments", {"experiment_id": 1, "name": "churn", **said}),
        ("runs", {"run_uuid": RUN, "name": "calm-owl", "status": "FINISHED", **started}),
        ("runs", {"run_uuid": "b" * 32, "name": "stormy-hare", "status": "RUNNING", **started}),
        ("registered_models", {"name": "churn"}),
        ("model_versions", {"version": 1, "current_stage": "Production", **version}),
        ("model_versions", {"version": 2, "current_stage": "None", **version}),
    ]
    with closing(sqlite3.connect(database)) as store, store:
        for table, values in rows:
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            store.execute(f"insert into {table} ({names}) values ({marks})", tuple(values.values()))
        if store.execute("select 1 from sqlite_master where name = 'registered_model_aliases'").fetchone():
            store.execute("insert into registered_model_aliases (name, alias, version) values ('churn', 'champion', 1)")


def make(directory: Path) -> None:
    """One of each schema but the newest."""
    import sqlalchemy
    from alembic import command
    from alembic.script import ScriptDirectory
    from mlflow.store.db.utils import _get_alembic_config
    from mlflow.store.tracking.dbmodels.initial_models import Base

    growing = directory / "growing"
    engine = sqlalchemy.create_engine(f"sqlite:///{growing}", poolclass=sqlalchemy.pool.NullPool)
    Base.metadata.create_all(engine)
    settings = _get_alembic_config(f"sqlite:///{growing}")
    for script in [*ScriptDirectory.from_config(settings).walk_revisions()][:0:-1]:
        with engine.begin() as connection:
            settings.attributes["connection"] = connection
            command.upgrade(settings, script.revision)
        shutil.copyfile(growing, directory / f"{script.revision}.db")
    growing.unlink()


def ask(directory: Path) -> None:
    from mltui.actions.mlflow.child_errors import Said
    from mltui.actions.mlflow.child_schema import Watched

    for path in sorted(directory.glob("*.db")):
        try:
            Watched(f"sqlite:///{path}").check(opened=False)
            print(json.dumps([path.stem, ""]))
        except Said as said:
            print(json.dumps([path.stem, str(said)]))


if __name__ == "__main__":
    {"make": make, "ask": ask}[sys.argv[1]](Path(sys.argv[2]))
