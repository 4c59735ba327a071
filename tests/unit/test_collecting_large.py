"""A large store brought home: nobody who writes there is locked out, and a copy that was killed is made whole."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.test_collecting import rows, store

from mltui.actions.jobs import collecting_sqlite
from mltui.actions.jobs.collecting import collect

#: Runs, and metrics of each.
RUNS, STEPS = 3, 400
#: Collects as the children of jobs do, and is killed in the pause of that number.
KILLED = """
import os, signal, sys
from mltui.actions.jobs import collecting, collecting_sqlite
left = int(sys.argv[1])
def pause(took):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
collecting_sqlite.pause = pause
collecting_sqlite.FIRST = collecting_sqlite.MOST = 100
print(collecting.collect(*sys.argv[2:]))
"""
CONTENT = (
    "SELECT * FROM runs ORDER BY 1",
    "SELECT * FROM metrics ORDER BY run_uuid, step",
    "SELECT * FROM latest_metrics ORDER BY run_uuid",
    "SELECT * FROM experiments ORDER BY 1",
    "SELECT * FROM inputs",
    "SELECT * FROM datasets",
)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    top = tmp_path / "job"
    where = f"{top}/mlruns/1"
    made = store(
        top / "mlflow.db",
        f"INSERT INTO experiments VALUES (0, 'Default', '{top}/mlruns/0'), (1, 'churn', '{where}')",
        "INSERT INTO datasets VALUES ('d1', 1, 'train', 'abc')",
    )
    with sqlite3.connect(made) as told:
        for run in range(RUNS):
            told.execute("INSERT INTO runs VALUES (?, 'cat', 1, ?)", (f"r{run}", f"{where}/r{run}/artifacts"))
            told.execute("INSERT INTO inputs VALUES (?, 'DATASET', 'd1', 'RUN', ?)", (f"i{run}", f"r{run}"))
            told.execute("INSERT INTO latest_metrics VALUES ('auc', 0.5, ?)", (f"r{run}",))
            told.executemany(
                "INSERT INTO metrics VALUES ('auc', 0.5, ?, ?)", [(step, f"r{run}") for step in range(STEPS)]
            )
            (top / f"mlruns/1/r{run}/artifacts").mkdir(parents=True)
            (top / f"mlruns/1/r{run}/artifacts/model.bin").write_bytes(b"m" * 1000)
    told.close()
    return top


def _home(place: Path) -> Path:
    return store(place / "mlflow.db", "INSERT INTO experiments VALUES (1, 'other', 'x')")


def test_a_training_that_writes_there_is_never_locked_out(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _home(tmp_path / "home")
    seen: list[int] = []

    def write(_took: float) -> None:
        """Without any patience: in every pause the store is free, and no run is seen before all of it is there."""
        with sqlite3.connect(home, timeout=0) as training:
            training.execute("INSERT INTO metrics VALUES ('mine', 1, ?, 'theirs')", (len(seen),))
            measured = "SELECT count(*) FROM metrics m WHERE m.run_uuid = r.run_uuid"
            whole = training.execute(f"SELECT count(*) FROM runs r WHERE ({measured}) = {STEPS}").fetchone()[0]
            count = training.execute("SELECT count(*) FROM runs").fetchone()[0]
        training.close()
        assert whole == count
        seen.append(count)

    monkeypatch.setattr(collecting_sqlite, "pause", write)
    monkeypatch.setattr(collecting_sqlite, "FIRST", 100)
    monkeypatch.setattr(collecting_sqlite, "MOST", 100)
    assert collect(str(top), str(home.parent), str(tmp_path / "keep")) == [f"mlflow.db: {RUNS} runs collected"]
    assert len(seen) >= RUNS * STEPS / 100, "it was held for all of it at once"
    assert seen[-1] == RUNS and seen[0] == 0
    assert rows(home, "SELECT count(*) FROM metrics WHERE run_uuid = 'theirs'") == [(len(seen),)]


@pytest.mark.parametrize("pauses", [1, 3, 9, 14])
def test_a_copy_that_was_killed_shows_nothing_and_the_next_one_makes_it_whole(
    top: Path, tmp_path: Path, pauses: int
) -> None:
    home, other = _home(tmp_path / "home"), _home(tmp_path / "other")
    given = (str(top), str(home.parent), str(tmp_path / "keep"))
    shutil.copytree(top, tmp_path / "again", symlinks=True)
    argv = (sys.executable, "-c", KILLED, str(pauses), *given)
    done = subprocess.run(argv, capture_output=True, env={**os.environ}, check=False)
    assert done.returncode == -signal.SIGKILL, done
    assert rows(home, "SELECT count(*) FROM runs") == [(0,)]
    assert collect(*given) == [f"mlflow.db: {RUNS} runs collected"]
    collect(str(top), str(other.parent), str(tmp_path / "keep"))
    for sql in CONTENT:
        text = repr(rows(other, sql)).replace(str(other.parent), str(home.parent))
        assert repr(rows(home, sql)) == text, sql
    assert not (tmp_path / "keep").exists()
    assert collect(*given) == ["mlflow.db: no run in it that is not at home"]


def test_an_artifact_that_was_cut_off_is_copied_again(top: Path, tmp_path: Path) -> None:
    home = _home(tmp_path / "home")
    there = tmp_path / "home/mlruns/3/r0/artifacts"
    there.mkdir(parents=True)
    (there / "model.bin.collecting").write_bytes(b"m")
    collect(str(top), str(home.parent), str(tmp_path / "keep"))
    assert [(path.name, path.stat().st_size) for path in there.iterdir()] == [("model.bin", 1000)]


def test_an_experiment_that_somebody_made_meanwhile_keeps_its_number(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _home(tmp_path / "home")
    chosen = collecting_sqlite._Merge._choose

    def meanwhile(self: collecting_sqlite._Merge) -> None:
        chosen(self)
        with sqlite3.connect(home) as theirs:
            theirs.execute("INSERT INTO experiments VALUES (2, 'theirs', 'y')")
        theirs.close()

    monkeypatch.setattr(collecting_sqlite._Merge, "_choose", meanwhile)
    collect(str(top), str(home.parent), str(tmp_path / "keep"))
    found = dict(rows(home, "SELECT name, experiment_id FROM experiments"))  # type: ignore[arg-type]
    assert found["theirs"] == 2
    assert rows(home, "SELECT DISTINCT experiment_id FROM runs") == [(found["churn"],)]
