"""Stores of 1,000, 10,000 and 100,000 runs that are alike: those of the large project, as often as it takes.

A run has ten metrics, 15 params and six tags; the metrics' history, which no list of runs shows, is left out.
"""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

from bench.projects import WORK, Place, large, once

#: What a run in a list consists of.
TABLES = ("runs", "latest_metrics", "params", "tags")
MONTH = 30 * 24 * 3_600_000


def runs(count: int) -> Place:
    """A project with one commit and a store of `count` runs."""
    place = Place(WORK / f"runs-{count}", WORK / f"runs-{count}-home")
    return once(place, lambda: _build(place, count))


def _build(place: Place, count: int) -> None:
    source = large().path / "mlflow.db"
    place.path.mkdir(parents=True)
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
    for argv in (("init", "-q", "-b", "main"), (*who, "commit", "-q", "--allow-empty", "-m", "one")):
        subprocess.run(["git", *argv], cwd=place.path, check=True)
    (place.path / ".gitignore").write_text("/mlflow.db*\n")
    fill(source, place.path / "mlflow.db", count)


def fill(source: Path, target: Path, count: int) -> None:
    """A store of the same schema with `count` ended runs of `source`: copies have their own ids, names and times."""
    made = sqlite3.connect(target)
    made.execute("pragma synchronous = off")
    made.execute("pragma cache_size = -400000")
    made.execute("attach ? as large", (str(source),))
    named = "where type = ? and name not like 'sqlite_%' and sql is not null"
    for name, sql in made.execute(f"select name, sql from large.sqlite_master {named}", ("table",)).fetchall():
        made.execute(sql)
        if name not in TABLES and name != "metrics":
            columns = _columns(made, name)
            made.execute(f'insert into "{name}" ({columns}) select {columns} from large."{name}"')
    made.execute("create temp table chosen as select run_uuid from large.runs where name like 'run-%'")
    (there,) = made.execute("select count(*) from chosen").fetchone()
    for copy in range(-(-count // there)):
        _copy(made, copy, min(there, count - copy * there))
    for (sql,) in made.execute(f"select sql from large.sqlite_master {named}", ("index",)).fetchall():
        made.execute(sql)
    made.commit()
    made.close()


def _copy(made: sqlite3.Connection, copy: int, count: int) -> None:
    """`count` of the chosen runs once more; the last two digits of an id say which copy it is."""
    made.execute("create temp table some as select run_uuid from chosen order by run_uuid limit ?", (count,))
    run_id = {"run_uuid": f"substr(run_uuid, 1, 30) || '{copy:02x}'"}
    times = {name: f"{name} + {copy * MONTH}" for name in ("start_time", "end_time")}
    changed = {
        "runs": {**run_id, **times, "name": f"name || '-{copy}'"},
        "tags": {**run_id, "value": f"value || case key when 'mlflow.runName' then '-{copy}' else '' end"},
    }
    for table in TABLES:
        names = _columns(made, table)
        of_table = changed.get(table, run_id)
        values = ", ".join(of_table.get(name.strip('"'), name) for name in names.split(", "))
        chosen = f"select {values} from large.{table} where run_uuid in (select run_uuid from some)"
        made.execute(f"insert into {table} ({names}) {chosen}")
    made.execute("drop table some")


def _columns(made: sqlite3.Connection, table: str) -> str:
    """Those that are stored: a generated one is none of them."""
    return ", ".join(f'"{row[1]}"' for row in made.execute(f'pragma large.table_info("{table}")'))
