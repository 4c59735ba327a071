"""SQLite stores that the real MLflow wrote, read in place and compared with what MlflowClient says of a copy."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.real.mlflow_mirrored import mlflow
from tests.real.store_shape import alike, held, said

from mltui.model.runs import Store
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.sqlite import SqliteDatabase

pytestmark = pytest.mark.real

#: Logs until its standard input ends, then prints how long the slowest call took.
TRAINING = """
import sys, threading, time
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
run = client.create_run("0", run_name="training")
print(run.info.run_id, flush=True)
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
slowest, count = 0.0, 0
while not stop.is_set():
    start = time.monotonic()
    client.log_metric(run.info.run_id, "loss", 1 / (count + 1), step=count)
    slowest, count = max(slowest, time.monotonic() - start), count + 1
print(count, slowest)
"""


#: Writes in WAL mode, and keeps the store open until its standard input ends.
WAL_WRITER = """
import sqlite3, sys
writer = sqlite3.connect(sys.argv[1])
writer.execute("pragma journal_mode = wal")
writer.execute("insert into params (key, value, run_uuid) select 'only in the wal', 'yes', run_uuid from runs")
writer.commit()
print("written", flush=True)
sys.stdin.read()
writer.close()
"""

#: Dies in the middle of a transaction that has reached the file.
CRASH = """
import os, sqlite3, sys
writer = sqlite3.connect(sys.argv[1], isolation_level=None)
writer.execute("pragma cache_size = 2")
writer.execute("begin")
writer.execute("update runs set name = 'never committed'")
writer.execute("create table junk (x)")
for _ in range(500):
    writer.execute("insert into junk values (randomblob(2000))")
os._exit(9)
"""

#: Schema and alembic version.
DUMP = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("select sql from sqlite_master order by name").fetchall())
print(connection.execute("select * from alembic_version").fetchall())
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with everything in it, made once."""
    path = tmp_path_factory.mktemp("store") / "any name.db"
    mlflow("write", f"sqlite:///{path}", path.parent)
    return path


def reader(path: Path, tmp_path: Path) -> SqlReader:
    return SqlReader(Store(f"sqlite:///{path}", "sqlite", "flag"), SqliteDatabase(path, tmp_path / "copies"))


def digests(directory: Path) -> dict[str, tuple[str, int]]:
    """Content and mtime of every file beside a store."""
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in directory.iterdir()
        if path.is_file()
    }


def copied(path: Path, tmp_path: Path) -> str:
    """The URI of a copy for MlflowClient: opening a database with it may upgrade its schema."""
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    return f"sqlite:///{copy}"


def test_it_says_what_mlflow_says_and_changes_no_byte(written: Path, tmp_path: Path) -> None:
    before = digests(written.parent)
    store = reader(written, tmp_path)
    ours = json.loads(json.dumps(held(store)))
    assert alike(ours) == alike(said(copied(written, tmp_path), tmp_path))
    names = {run["info"][1] for run in ours["runs"].values()}
    assert {"parent", "child", "failed", "for ever"} <= names
    assert store.revision()
    assert digests(written.parent) == before


def test_deleted_runs_and_those_of_deleted_experiments_are_hidden_until_asked_for(
    written: Path, tmp_path: Path
) -> None:
    store = reader(written, tmp_path)
    shown = [run for page in store.runs() for run in page]
    every = [run for page in store.runs(deleted=True) for run in page]
    assert len(every) == len(shown) + 2
    assert {run.experiment for run in shown} == {"prix complète"}
    assert [run.start for run in every] == sorted((run.start for run in every), reverse=True)
    assert sum(one.runs for one in store.experiments() if one.lifecycle == "active") == len(shown)


def test_aliases_are_known_from_both_ends(written: Path, tmp_path: Path) -> None:
    models = {model.name: model for model in reader(written, tmp_path).models()}
    assert models["wine"].aliases == {"challenger": "3", "champion": "1"}
    assert [(one.version, one.aliases) for one in models["wine"].versions] == [
        ("3", ("challenger",)),
        ("1", ("champion",)),
    ]
    assert models["empty"].versions == ()


def test_a_few_keys_of_the_newest_runs(written: Path, tmp_path: Path) -> None:
    store = reader(written, tmp_path)
    (page,) = store.runs(limit=3, metrics=("val/auc",), params=(), tags=("note",))
    assert len(page) == 3
    assert not any(run.whole for run in page)
    assert {key for run in page for key in run.metrics} <= {"val/auc"}
    assert [run.params for run in page] == [{}, {}, {}]
    assert {key for run in page for key in run.tags} <= {"note"}
    (commit,) = {run.commit for page in store.runs() for run in page if run.name == "for ever"}
    assert commit == "a" * 40


@pytest.mark.parametrize("open_elsewhere", [True, False], ids=["in use", "left behind"])
def test_a_wal_is_read_and_nothing_is_written_beside_it(written: Path, tmp_path: Path, open_elsewhere: bool) -> None:
    """In WAL mode rows are in the -wal that the database lacks: while somebody writes, and after a crash."""
    place = tmp_path / "wal"
    place.mkdir()
    path = place / "mlflow.db"
    shutil.copy(written, path)
    writer = subprocess.Popen(
        [sys.executable, "-c", WAL_WRITER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdin and writer.stdout
    assert writer.stdout.readline() == "written\n"
    if not open_elsewhere:
        crashed = tmp_path / "crashed"
        crashed.mkdir()
        for name in ("mlflow.db", "mlflow.db-wal"):
            shutil.copy(place / name, crashed / name)
        path = crashed / "mlflow.db"
    before = digests(path.parent)
    store = reader(path, tmp_path)
    runs = [run for page in store.runs(deleted=True) for run in page]
    assert {run.params["only in the wal"] for run in runs} == {"yes"}
    assert store.fingerprint() == store.fingerprint()
    assert digests(path.parent) == before
    writer.communicate("")
    assert sorted(one.name for one in place.iterdir()) == ["mlflow.db"], "the writer could tidy up at its end"
    assert sum(len(page) for page in store.runs(deleted=True)) == len(runs)
    store.close()


def test_the_wal_of_a_linked_store_lies_beside_the_file_itself(written: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path = shutil.copy(written, tmp_path / "real" / "mlflow.db")
    writer = sqlite3.connect(path)
    writer.execute("pragma journal_mode = wal")
    writer.execute("update runs set name = 'only in the wal'")
    writer.commit()
    (tmp_path / "mlflow.db").symlink_to(path)
    store = reader(tmp_path / "mlflow.db", tmp_path)
    assert {run.name for page in store.runs(deleted=True) for run in page} == {"only in the wal"}
    store.close()
    writer.close()


def test_a_wal_database_at_rest_is_read_in_place_and_followed(written: Path, tmp_path: Path) -> None:
    place = tmp_path / "rest"
    place.mkdir()
    path = place / "mlflow.db"
    shutil.copy(written, path)
    writer = sqlite3.connect(path)
    writer.execute("pragma journal_mode = wal")
    writer.close()
    assert [one.name for one in place.iterdir()] == ["mlflow.db"]
    store = reader(path, tmp_path)
    count = sum(len(page) for page in store.runs(deleted=True))
    assert [one.name for one in place.iterdir()] == ["mlflow.db"]
    mark = store.fingerprint()
    writer = sqlite3.connect(path)
    writer.execute("delete from runs where name = 'for ever'")
    writer.commit()
    assert store.fingerprint() != mark
    assert sum(len(page) for page in store.runs(deleted=True)) == count - 1
    writer.close()


def test_a_journal_left_by_a_crash_is_not_rolled_back_in_place(written: Path, tmp_path: Path) -> None:
    place = tmp_path / "hot"
    place.mkdir()
    path = place / "mlflow.db"
    shutil.copy(written, path)
    subprocess.run([sys.executable, "-c", CRASH, str(path)], check=False)
    assert (place / "mlflow.db-journal").stat().st_size > 0
    before = digests(place)
    names = {run.name for page in reader(path, tmp_path).runs(deleted=True) for run in page}
    assert "parent" in names
    assert "never committed" not in names
    assert digests(place) == before


def test_a_store_that_is_replaced_is_read_anew(written: Path, tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    shutil.copy(written, path)
    store = reader(path, tmp_path)
    assert list(store.runs())
    mark = store.fingerprint()
    other = tmp_path / "other.db"
    shutil.copy(written, other)
    connection = sqlite3.connect(other)
    connection.execute("update runs set name = 'of the other'")
    connection.commit()
    connection.close()
    other.replace(path)
    assert store.fingerprint() != mark
    assert {run.name for page in store.runs() for run in page} == {"of the other"}


def test_a_training_is_never_disturbed(written: Path, tmp_path: Path) -> None:
    """A reader that reads all the time; the writer ends by itself, without an error, and its points are all there."""
    place = tmp_path / "live"
    place.mkdir()
    path = place / "mlflow.db"
    shutil.copy(written, path)
    schema = subprocess.run([sys.executable, "-c", DUMP, str(path)], check=True, capture_output=True, text=True).stdout
    process = subprocess.Popen(
        [sys.executable, "-c", TRAINING, f"sqlite:///{path}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"},
    )
    assert process.stdin and process.stdout
    run_id = process.stdout.readline().strip()
    store = reader(path, tmp_path)
    seen = reads = 0
    while seen <= 10 or reads < 100:
        assert process.poll() is None
        list(store.runs())
        points = len(store.series(run_id, "loss"))
        assert points >= seen
        seen, reads = points, reads + 1
    process.stdin.close()
    output, errors = process.stdout.read(), process.stderr.read() if process.stderr else ""
    assert process.wait(timeout=600) == 0, errors
    assert "locked" not in errors
    count = int(output.split()[0])
    assert len(store.series(run_id, "loss")) == count > 10
    store.close()
    after = subprocess.run([sys.executable, "-c", DUMP, str(path)], check=True, capture_output=True, text=True).stdout
    assert after == schema
    assert sorted(one.name for one in place.iterdir()) == ["mlflow.db"]
