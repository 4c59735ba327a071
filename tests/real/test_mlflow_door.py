"""The writer's real door to databases and files: every write there and back, and what stands in its way."""

from __future__ import annotations

import array
import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.real.written_store import FILES, Made, make_store, there_and_back, workspace_of, writer_of

from mltui.actions.jobs.killed_runs import set_killed
from mltui.actions.mlflow.door import MlflowWriter
from mltui.errors import Busy, Denied, NotFound, Refused, Unanswered, UsageError
from mltui.model.runs import Run
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("filled")
    return make_store(f"sqlite:///{place}/mlflow.db", place)


@pytest.fixture
def database(filled: Made, tmp_path: Path) -> Path:
    """A copy of its own of a filled SQLite store."""
    path = tmp_path / "mlflow.db"
    path.write_bytes(Path(filled.uri.removeprefix("sqlite:///")).read_bytes())
    return path


@pytest.fixture
def writer(database: Path, tmp_path: Path) -> Iterator[MlflowWriter]:
    made = writer_of(tmp_path / "project", f"sqlite:///{database}")
    assert isinstance(made, MlflowWriter)
    yield made
    made.close()


def test_sqlite(writer: MlflowWriter, filled: Made, tmp_path: Path) -> None:
    assert writer.refusal() is None
    there_and_back(writer, filled)
    assert writer.run(filled.runs[0])["end"] is None, "a database can be told that there is no end"
    assert list((tmp_path / "project").iterdir()) == [], "mlflow left nothing in the project"
    writer.close()
    writer.close()
    assert writer.model("churn").name == "churn", "it is started again"


def test_a_file_store_is_written_where_its_variable_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_store((tmp_path / "mlruns").as_uri(), tmp_path)
    writer = writer_of(tmp_path / "project", made.uri)
    before = _content(tmp_path / "mlruns")
    refused = writer.refusal()
    assert refused is not None and FILES in refused.summary and f"{FILES}=true" in refused.hint
    with pytest.raises(Refused, match=FILES):
        writer.set_alias("churn", "champion", "2")
    writer.close()
    assert _content(tmp_path / "mlruns") == before
    monkeypatch.setenv(FILES, "true")
    writer = writer_of(tmp_path / "project", made.uri)
    assert writer.refusal() is None
    there_and_back(writer, made)
    shutil.rmtree(tmp_path / "mlruns")
    with pytest.raises(NotFound, match="gone"):
        writer.set_alias("churn", "champion", "2")
    assert not (tmp_path / "mlruns").exists(), "a store that is gone is not made anew"
    writer.close()


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_database_of_another_schema_is_refused_and_stays_as_it_is(
    database: Path, filled: Made, tmp_path: Path, journal: str
) -> None:
    with closing(sqlite3.connect(database)) as store:
        store.execute(f"pragma journal_mode = {journal}")
        with store:
            store.execute("update alembic_version set version_num = 'acf3f17fdcc7'")
            store.execute("drop table trace_info")
    _refused(database, filled, tmp_path, "store is at acf3f17fdcc7, this client would migrate it", killing=True)


def test_a_version_that_only_the_log_of_writes_has_is_seen(database: Path, filled: Made, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database)) as store:
        store.execute("pragma journal_mode = wal")
        with store:
            store.execute("update alembic_version set version_num = 'of_tomorrow'")
        left = tmp_path / "left"  # as a crash leaves it, or a copy
        left.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{database}{suffix}", left)
    _refused(left / "mlflow.db", filled, tmp_path, "store is at of_tomorrow, this client would migrate it")


def test_a_database_that_lacks_a_table_is_refused_and_stays_as_it_is(
    database: Path, filled: Made, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(database)) as store, store:
        store.execute("drop table registered_model_aliases")
    _refused(database, filled, tmp_path, "store has no table registered_model_aliases, this client would make it")


@pytest.mark.parametrize("content", ["", "table"])
def test_a_database_that_is_not_mlflows_is_not_made_one(tmp_path: Path, content: str, filled: Made) -> None:
    path = tmp_path / "other.db"
    path.touch()
    if content:
        with closing(sqlite3.connect(path)) as store:
            store.execute("create table runs (name text)")
    _refused(path, filled, tmp_path, "store is at no version of a schema, this client would migrate it")


def _refused(database: Path, filled: Made, tmp_path: Path, summary: str, *, killing: bool = False) -> None:
    """By every op, with the schema and every byte as they were, and no file beside it."""
    before, beside, schema = database.read_bytes(), sorted(database.parent.iterdir()), _schema(database)
    writer = writer_of(database.parent, f"sqlite:///{database}")
    refused = writer.refusal()
    assert refused is not None and refused.summary == summary
    assert refused.hint.startswith("set python = to the project's environment")
    run = filled.runs[0]
    for op in (
        lambda: writer.model("churn"),
        lambda: writer.set_alias("churn", "champion", "2"),
        lambda: writer.set_version_tag("churn", "1", "k", "v"),
        lambda: writer.end_run(run, "KILLED", None),
        lambda: writer.reopen_run(run, "RUNNING", None),
    ):
        with pytest.raises(Refused, match=summary):
            op()
    if killing:  # by a child of its own, whose mlflow takes seconds to be imported
        workspace = workspace_of(database.parent, f"sqlite:///{database}")
        killed = set_killed(workspace, [_left_running(run)])
        workspace.close()
        assert killed.set == () and summary in killed.left[0] and "set python =" in killed.left[0]
    writer.close()
    assert sorted(database.parent.iterdir()) == beside
    assert (database.read_bytes(), _schema(database)) == (before, schema)


def _left_running(run_id: str) -> Run:
    return Run(run_id, "stormy-hare", "run", "churn", "1", "RUNNING", "active", 1, None, None)


def test_a_database_that_is_gone_is_not_made_anew(writer: MlflowWriter, database: Path) -> None:
    assert writer.model("churn")
    database.unlink()
    for _ in range(2):  # by the child that knew it, and by one that did not
        refused = writer.refusal()
        assert refused is not None and "the database is gone" in refused.summary
        with pytest.raises(NotFound, match="the database is gone"):
            writer.set_alias("churn", "champion", "2")
        assert not database.exists()
        writer.close()


def test_a_database_that_was_replaced_is_the_one_that_is_written(writer: MlflowWriter, database: Path) -> None:
    writer.set_alias("churn", "champion", "2")
    other = database.with_name("other.db")
    shutil.copy(database, other)
    other.replace(database)
    writer.set_alias("churn", "champion", "3")
    with closing(sqlite3.connect(database)) as store:
        assert store.execute("select version from registered_model_aliases").fetchall() == [(3,)]


def test_one_that_was_migrated_meanwhile_is_refused(writer: MlflowWriter, database: Path) -> None:
    assert writer.refusal() is None
    with closing(sqlite3.connect(database)) as store, store:
        store.execute("update alembic_version set version_num = 'of_tomorrow'")
    with pytest.raises(Refused, match="store is at of_tomorrow"):
        writer.set_alias("churn", "champion", "2")


@pytest.mark.parametrize("how", ["immediate", "exclusive"])
def test_a_locked_database_is_busy(writer: MlflowWriter, database: Path, how: str) -> None:
    writer.refusal()
    with closing(sqlite3.connect(database, isolation_level=None)) as store:
        store.execute(f"begin {how}")
        with pytest.raises(Busy, match="locked by somebody: nothing was changed"):
            writer.set_alias("churn", "champion", "2")
    assert writer.model("churn").aliases == {"champion": "1"}


def test_a_database_that_may_not_be_written(writer: MlflowWriter, database: Path) -> None:
    with closing(sqlite3.connect(database)) as store, store:
        store.execute("create trigger no before update on runs begin select raise(abort, 'not permitted'); end")
    with pytest.raises(Denied, match="can't be written"):
        writer.end_run(_run_of(database), "KILLED", None)


def _run_of(database: Path) -> str:
    with closing(sqlite3.connect(database)) as store:
        (run,) = store.execute("select run_uuid from runs limit 1").fetchone()
    return str(run)


def test_a_child_that_is_killed_in_the_midst_of_a_write(writer: MlflowWriter) -> None:
    writer.refusal()
    child = _child(writer)
    os.kill(child.pid, signal.SIGSTOP)

    def kill() -> None:
        assert child.stdin is not None
        while not _waiting(child.stdin.fileno()):
            time.sleep(0.001)  # nothing tells that a pipe has something
        os.kill(child.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(Unanswered, match="it may have been done"):
        writer.set_alias("churn", "champion", "2")
    killer.join()
    assert writer.model("churn").aliases == {"champion": "1"}, "another child was started"


def test_a_child_that_died_when_nobody_asked_is_no_loss(writer: MlflowWriter) -> None:
    writer.prepare()
    writer.refusal()
    child = _child(writer)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    writer.set_alias("churn", "champion", "2")
    assert writer.model("churn").aliases == {"champion": "2"}


def _child(writer: MlflowWriter) -> subprocess.Popen[bytes]:
    child = writer._process
    assert child is not None
    return child


def _waiting(pipe: int) -> int:
    """How many bytes nobody has read yet."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


KILLED = """
import sys, time
from tests.real.written_store import writer_of
from pathlib import Path
writer = writer_of(Path(sys.argv[1]), sys.argv[2])
writer.prepare()
assert writer.refusal() is None
print(writer._process.pid, flush=True)
sys.stdin.read()
"""


def test_a_killed_mltui_leaves_no_child(database: Path, tmp_path: Path) -> None:
    argv = (sys.executable, "-c", KILLED, str(tmp_path / "project"), f"sqlite:///{database}")
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as mltui:
        assert mltui.stdout is not None
        child = int(mltui.stdout.readline())
        watched = os.pidfd_open(child)
        mltui.kill()
        mltui.stdout.close()
    with closing(os.fdopen(watched)):
        import select

        assert select.select([watched], [], [], 60)[0], "it ends by itself"


def test_nothing_of_the_repository_is_imported(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "project"
    root.mkdir()
    for name in ("mlflow", "sitecustomize", "usercustomize", "json", "alembic", "child_errors"):
        (root / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\nraise SystemExit('{name}')\n")
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", f"{root}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    runner = ProcessRunner()
    workspace = workspace_of(root, f"sqlite:///{database}")
    writer = MlflowWriter(sys.executable, _where(workspace), runner)
    try:
        writer.set_alias("churn", "champion", "2")
    finally:
        writer.close()
    assert not (tmp_path / "ran").exists()
    assert all(str(database) not in " ".join(done.argv) for done in runner.log), "addresses are no words of a command"


def _where(workspace):  # type: ignore[no-untyped-def]
    from mltui.actions.mlflow.where import where_to_write

    return where_to_write(workspace, "registry")


def test_a_path_that_mlflow_takes_for_another(tmp_path: Path, filled: Made) -> None:
    odd = tmp_path / "what?.db"
    shutil.copy(filled.uri.removeprefix("sqlite:///"), odd)
    writer = writer_of(tmp_path / "project", str(odd))
    with pytest.raises(Refused, match="question mark"):
        writer.set_alias("churn", "champion", "2")
    writer.close()
    assert not (tmp_path / "what").exists()


def test_a_value_that_mlflow_does_not_take_is_told_in_its_words(writer: MlflowWriter) -> None:
    with pytest.raises(UsageError, match=r"mlflow: .*alias"):
        writer.set_alias("churn", "champion@x" * 100, "1")


def _schema(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as store:
        rows = store.execute("select name, sql from sqlite_master order by name").fetchall()
        if any(name == "alembic_version" for name, _ in rows):
            rows += store.execute("select * from alembic_version").fetchall()
    return list(map(str, rows))


def _content(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
