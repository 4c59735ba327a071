"""The large projects that are measured, made once and kept in bench/.work."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.measure import quick

WORK = Path(__file__).parent / ".work" / ("quick" if quick() else "")
BIN = Path(sys.executable).parent
MLTUI = str(BIN / "mltui")

#: Of the large project, where it only has to be seen that everything runs. Some measures count its 300 stages.
QUICK = ("--commits", "2000", "--stages", "300", "--runs", "500", "--points", "100000", "--series", "20000")


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
    place = Place(Path(given) if given else WORK / name, WORK / f"{name}-home")

    def build() -> None:
        script = Path(__file__).with_name("bigrepo.py")
        subprocess.run([sys.executable, str(script), str(place.path), *options], check=True, env=place.full_env())

    if not given:
        once(place, build)
    return place


def once(place: Place, build: Callable[[], None]) -> Place:
    """`place`, after `build` made its path, unless it is there; what an end midway left is made anew."""
    WORK.mkdir(parents=True, exist_ok=True)
    begun = WORK / f"{place.path.name}.begun"
    if begun.exists():
        shutil.rmtree(place.path, ignore_errors=True)
    if not place.path.exists():
        print(f"making {place.path} (once) …", file=sys.stderr, flush=True)
        begun.touch()
        build()
    begun.unlink(missing_ok=True)
    return place


def large() -> Place:
    """20,000 commits, 300 stages, 1,001 versions of dvc.lock, 10,002 runs, a series of 1,000,000 points."""
    place = make("large", *(QUICK if quick() else ()))
    _as_mlflow_leaves_it(place.path / "mlflow.db")
    return place


def _as_mlflow_leaves_it(database: Path) -> None:
    """Without the statistics that bigrepo.py makes: nobody's store has them, and with them SQLite plans otherwise."""
    connection = sqlite3.connect(database)
    with connection:
        if connection.execute("select 1 from sqlite_master where name = 'sqlite_stat1'").fetchone():
            connection.execute("delete from sqlite_stat1")
    connection.close()


def history(commits: int) -> Place:
    """So many commits and next to nothing else."""
    name = "long" if commits == 80_000 else f"commits-{commits}"
    return make(name, "--commits", str(commits), "--stages", "1", "--runs", "10", "--points", "10", "--series", "10")


def long() -> Place:
    """80,000 commits and next to nothing else."""
    return history(2_000 if quick() else 80_000)


def stages(count: int) -> Place:
    """A pipeline of so many stages and next to nothing else."""
    options = ("--commits", "100", "--stages", str(count), "--runs", "10", "--points", "10", "--series", "10")
    return make(f"stages-{count}", *options)


def series(points: int) -> Place:
    """A run `series` whose `loss` has so many points, and next to nothing else."""
    options = ("--commits", "100", "--stages", "1", "--runs", "10", "--points", "10", "--series", str(points))
    return make(f"points-{points}", *options)
