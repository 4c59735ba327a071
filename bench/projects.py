"""The large projects that are measured, made once and kept in bench/.work."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WORK = Path(__file__).parent / ".work"
BIN = Path(sys.executable).parent
MLTUI = str(BIN / "mltui")


@dataclass(frozen=True, slots=True)
class Place:
    """A project to measure and the environment that keeps mltui's cache and state beside it."""

    path: Path
    home: Path

    @property
    def env(self) -> dict[str, str]:
        return {
            "MLTUI_CACHE_DIR": str(self.home / "cache"),
            "XDG_STATE_HOME": str(self.home / "state"),
            "DVC_NO_ANALYTICS": "1",
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        }

    def full_env(self) -> dict[str, str]:
        return {**os.environ, **self.env}


def make(name: str, *options: str) -> Place:
    """The project `name`, built by bigrepo.py with `options` unless it is there. MLTUI_BENCH_<NAME> names another."""
    given = os.environ.get(f"MLTUI_BENCH_{name.upper()}")
    path = Path(given) if given else WORK / name
    place = Place(path, WORK / f"{name}-home")
    if not path.exists():
        WORK.mkdir(exist_ok=True)
        print(f"making {path} (once) …", flush=True)
        script = Path(__file__).with_name("bigrepo.py")
        subprocess.run([sys.executable, str(script), str(path), *options], check=True, env=place.full_env())
    return place


def large() -> Place:
    """20,000 commits, 300 stages, 1,001 versions of dvc.lock, 10,002 runs, a series of 1,000,000 points."""
    place = make("large")
    _as_mlflow_leaves_it(place.path / "mlflow.db")
    return place


def _as_mlflow_leaves_it(database: Path) -> None:
    """Without the statistics that bigrepo.py makes: nobody's store has them, and with them SQLite plans otherwise."""
    connection = sqlite3.connect(database)
    with connection:
        if connection.execute("select 1 from sqlite_master where name = 'sqlite_stat1'").fetchone():
            connection.execute("delete from sqlite_stat1")
    connection.close()


def long() -> Place:
    """80,000 commits and next to nothing else."""
    return make("long", "--commits", "80000", "--stages", "1", "--runs", "10", "--points", "10", "--series", "10")
