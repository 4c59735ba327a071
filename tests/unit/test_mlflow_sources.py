"""Stores, runs and models of a project, as the screens and the command line ask for them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.unit.mlflow_tables import REGISTRY_2020, TABLES_2020, a_run, add, make

from mltui.config import Config
from mltui.errors import Busy, NotFound, Unreadable
from mltui.model.runs import Store
from mltui.sources.mlflow import run_list, stores
from mltui.sources.mlflow.counting import Counts
from mltui.sources.mlflow.opening import open_store
from mltui.sources.mlflow.sources import ModelsSource, RunsSource, StoresSource
from mltui.sources.mlflow.sqlite import bursts
from mltui.sources.places import Project


def project(root: Path) -> Project:
    return Project(root, root)


def metric(run_id: str, key: str, value: float = 0.5) -> tuple[str, dict[str, object]]:
    return "latest_metrics", {"key": key, "value": value, "is_nan": 0, "step": 0, "run_uuid": run_id}


def test_the_store_with_the_newest_run_is_active_and_broken_ones_are_listed(tmp_path: Path) -> None:
    make(tmp_path / "old.db", TABLES_2020 | {"filler": "x"}, [a_run("a" * 32)] + [("filler", {"x": b"0" * 9000})] * 3)
    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("b" * 32, start_time=1_700_000_000_000)])
    (tmp_path / "mlruns.db").write_bytes(b"")
    stores = StoresSource(project(tmp_path), Config())
    first, *others = stores.load()
    assert first.active
    assert (first.uri, first.runs, first.experiments, first.in_scope, first.newest) == (
        f"sqlite:///{tmp_path}/mlflow.db",
        1,
        1,
        1,
        1_700_000_000_000,
    )
    assert {one.uri.rsplit("/", 1)[1]: one.problem for one in others} == {
        "old.db": "",
        "mlruns.db": "mlruns.db is empty (0 bytes)",
    }
    assert not any(one.active for one in others)
    old = f"sqlite:///{tmp_path}/old.db"
    chosen = StoresSource(project(tmp_path), Config(store=old, store_origin="chosen")).reader()
    assert chosen is not None
    assert chosen.store.uri == old
    assert stores.searched().complete


def test_a_copy_cut_short_is_listed_under_any_name(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.db", TABLES_2020, [a_run(f"{n:032x}") for n in range(300)])
    size = whole.stat().st_size
    (tmp_path / "half.db").write_bytes(whole.read_bytes()[: size * 3 // 4 - 100])
    connection = sqlite3.connect(tmp_path / "other.db")  # somebody else's
    connection.execute("create table t (x)")
    connection.execute("insert into t values (zeroblob(90000))")
    connection.commit()
    connection.close()
    other = (tmp_path / "other.db").read_bytes()
    (tmp_path / "other.db").write_bytes(other[:50_000])
    first, second = StoresSource(project(tmp_path), Config()).load()
    assert (first.uri, first.problem) == (f"sqlite:///{whole}", "")
    assert (second.uri, second.problem) == (
        f"sqlite:///{tmp_path}/half.db",
        "half.db: database disk image is malformed",
    )


def test_a_lock_does_not_make_another_store_the_active_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fake at a door: the reader's word for a lock, without the seconds that it waits for one."""
    make(tmp_path / "old.db", TABLES_2020, [a_run("a" * 32, start_time=1)])
    make(tmp_path / "new.db", TABLES_2020, [a_run("b" * 32, start_time=2)])
    stores = StoresSource(project(tmp_path), Config())
    assert [one.problem for one in stores.load()] == ["", ""]

    def locked(self: Counts, one: Store, *, quick: bool, wait: float | None) -> Store:
        if one.uri.endswith("new.db"):
            raise Busy("new.db is locked by another process")
        return count(self, one, quick=quick, wait=wait)

    count = Counts.count
    monkeypatch.setattr(Counts, "count", locked)
    first, second = stores.load()
    assert (first.active, first.uri, first.runs) == (True, f"sqlite:///{tmp_path}/new.db", 1)
    assert (first.problem, second.problem) == ("new.db is locked by another process", "")


def test_the_only_store_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a store: nobody says that there is none. A lock that goes leaves no trace in the file."""
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    (tmp_path / "mlruns.db").write_bytes(b"")
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("begin exclusive")
    monkeypatch.setattr(bursts, "BUSY_SECONDS", 0.05)
    source = StoresSource(project(tmp_path), Config())
    runs = RunsSource(source)
    for _ in range(2):
        with pytest.raises(Busy, match=r"mlflow\.db is locked by another process"):
            runs.load()
    assert {one.problem for one in source.load()} == {
        "mlflow.db is locked by another process",
        "mlruns.db is empty (0 bytes)",
    }
    assert source.witnesses() is None
    monkeypatch.setattr(stores, "LOCKED_SECONDS", 1e-6)
    before = source.fingerprint()
    assert source.fingerprint() != before
    writer.execute("rollback")
    writer.close()
    first, _ = source.load()
    assert first.active
    assert len(runs.load().runs) == 1
    assert source.witnesses() is not None
    assert source.fingerprint() == source.fingerprint()


def test_the_only_store_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"")
    with pytest.raises(Unreadable, match="empty"):
        RunsSource(StoresSource(project(tmp_path), Config())).first()


def test_an_empty_scope_comes_with_the_table(tmp_path: Path) -> None:
    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    table = RunsSource(StoresSource(project(tmp_path), Config(experiments=("wine",)))).load()
    assert table.runs == ()
    assert [problem.summary for problem in table.problems] == ['no experiment fits "wine"; 1 in the store: Default']


def test_what_was_said_is_active_even_if_it_cannot_be_read(tmp_path: Path) -> None:
    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("b" * 32)])
    stores = StoresSource(project(tmp_path), Config(store="missing.db", store_origin="flag"))
    active, other = stores.load()
    assert active.active
    assert "missing.db" in active.problem
    assert other.runs == 1


def test_stores_elsewhere_are_not_contacted_unasked(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("mlflow.set_tracking_uri('http://127.0.0.1:9')\n")
    stores = StoresSource(project(tmp_path), Config())
    (offered,) = stores.load()
    assert (offered.kind, offered.origin, offered.active, offered.problem) == ("rest", "code", False, "")
    assert stores.reader() is None
    with pytest.raises(NotFound):
        RunsSource(stores).first()


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("mssql+pyodbc://ada:s3cret@db/runs", "tracking server"),
    ],
)
def test_what_nobody_can_read_says_what_to_do(tmp_path: Path, uri: str, said: str) -> None:
    (store,) = StoresSource(project(tmp_path), Config(store=uri, store_origin="environment")).load()
    assert store.kind == "other"
    assert store.problem
    assert said in store.hint
    assert "s3cret" not in repr(store)


def test_a_missing_driver_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in ("psycopg2", "psycopg"):
        monkeypatch.setitem(sys.modules, name, None)
    config = Config(store="postgresql://ada:s3cret@127.0.0.1:9/runs", store_origin="environment")
    (store,) = StoresSource(project(tmp_path), config).load()
    assert "psycopg2" in store.problem
    assert "mltui[postgres]" in store.hint


def test_a_table_of_runs(tmp_path: Path) -> None:
    ids = [f"{n:032x}" for n in range(60)]
    rows = [a_run(run_id, start_time=1_600_000_000_000 + n) for n, run_id in enumerate(ids)]
    rows += [metric(run_id, "loss") for run_id in ids]
    rows += [metric(run_id, f"rare_{n % 20}") for n, run_id in enumerate(ids)]
    rows += [("params", {"key": "lr", "value": "1", "run_uuid": run_id}) for run_id in ids]
    make(tmp_path / "mlflow.db", TABLES_2020, rows)
    stores = StoresSource(project(tmp_path), Config())
    source = RunsSource(stores, ["rare_0"])
    first = source.first(limit=55)
    assert [run.run_id for run in first.runs] == ids[:-56:-1]
    assert not first.complete
    assert first.metric_keys[0] == "loss"
    assert len(first.runs[0].metrics) == 2
    table = source.load()
    assert table.complete
    assert len(table.runs) == 60
    assert table.runs[-1].metrics == {"loss": 0.5, "rare_0": 0.5}
    assert (table.runs[0].params, table.runs[0].whole) == ({"lr": "1"}, True)
    assert (table.metric_keys[0], table.param_keys, table.tag_keys) == ("loss", ("lr",), ())
    mark = source.fingerprint()
    assert source.fingerprint() == mark
    connection = sqlite3.connect(tmp_path / "mlflow.db")
    connection.execute("delete from runs where run_uuid = ?", (ids[0],))
    connection.commit()
    connection.close()
    assert source.fingerprint() != mark
    assert len(source.load().runs) == 59
    assert source.first(limit=100).complete


def test_of_too_many_runs_only_the_keys_that_were_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_list, "WHOLE_RUNS", 1)
    rows = [a_run("a" * 32), a_run("b" * 32)]
    rows += [metric("a" * 32, f"m{n}") for n in range(9)]
    rows += [("params", {"key": key, "value": "1", "run_uuid": "b" * 32}) for key in ("lr", "seed")]
    make(tmp_path / "mlflow.db", TABLES_2020, rows)
    source = RunsSource(StoresSource(project(tmp_path), Config()))
    mark, table = source.fingerprint(), source.load()
    assert not table.runs[0].whole
    assert (len(table.runs[0].metrics), table.runs[1].params) == (6, {})
    assert (len(table.metric_keys), table.param_keys) == (9, ("lr", "seed"))
    assert (table.lacks("metrics", "m0"), table.lacks("metrics", "m8"), table.lacks("params", "lr")) == (
        False,
        True,
        True,
    )
    assert not table.lacks("attributes", "start")
    source.want(metrics=("m8",), params=("lr",))
    assert source.fingerprint() != mark
    table = source.load()
    assert (len(table.runs[0].metrics), table.runs[1].params) == (7, {"lr": "1"})
    assert (table.lacks("metrics", "m8"), table.lacks("params", "lr"), table.lacks("params", "seed")) == (
        False,
        False,
        True,
    )


def test_a_training_costs_its_own_runs_only(tmp_path: Path) -> None:
    """Runs that have ended are taken over; whatever of them shows in their rows is read again."""
    ended, running, edited = "a" * 32, "b" * 32, "c" * 32
    rows = [a_run(ended), a_run(running, status="RUNNING", end_time=None), a_run(edited)]
    rows += [metric(run_id, "loss", 1.0) for run_id in (ended, running, edited)]
    path = make(tmp_path / "mlflow.db", TABLES_2020, rows)
    source = RunsSource(StoresSource(project(tmp_path), Config()))
    before = {run.run_id: run for run in source.load().runs}
    connection = sqlite3.connect(path)
    connection.execute("update latest_metrics set value = 0.25")
    connection.execute("update runs set name = 'better' where run_uuid = ?", (edited,))
    add(connection, *a_run("d" * 32)[:1], **a_run("d" * 32)[1])
    connection.commit()
    connection.close()
    after = {run.run_id: run for run in source.load().runs}
    assert list(after) == [ended, running, edited, "d" * 32]
    assert after[ended] is before[ended]
    assert after[running].metrics == {"loss": 0.25}
    assert (after[edited].name, after[edited].metrics) == ("better", {"loss": 0.25})
    source.forget()
    assert source.load().runs[0].metrics == {"loss": 0.25}


def test_a_registry_elsewhere(tmp_path: Path) -> None:
    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("b" * 32)])
    (tmp_path / "other").mkdir()
    make(tmp_path / "other" / "models.db", TABLES_2020 | REGISTRY_2020, [("registered_models", {"name": "wine"})])
    config = Config(store="mlflow.db", store_origin="configuration", registry="sqlite:///other/models.db")
    models = ModelsSource(StoresSource(project(tmp_path), config))
    assert [model.name for model in models.load()] == ["wine"]
    assert models.fingerprint() == models.fingerprint()


def test_configured_experiments_cut_a_local_store_too(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32), a_run("b" * 32, experiment_id=1)])
    connection = sqlite3.connect(path)
    add(connection, "experiments", experiment_id=1, name="wine", lifecycle_stage="active")
    connection.commit()
    connection.close()
    stores = StoresSource(project(tmp_path), Config(experiments=("wi*",)))
    (store,) = stores.load()
    assert (store.experiments, store.in_scope) == (2, 1)
    assert [run.run_id[0] for run in RunsSource(stores).load().runs] == ["b"]


def test_an_opened_store_needs_no_search(tmp_path: Path) -> None:
    from mltui.model.runs import Store

    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    reader = open_store(Store(f"sqlite:///{tmp_path}/mlflow.db", "sqlite", "flag"), project(tmp_path), Config())
    assert [run.run_id for page in reader.runs() for run in page] == ["a" * 32]


def test_a_store_that_goes_is_said_with_its_last_counts_until_it_is_back(tmp_path: Path) -> None:
    """Somebody looks at it: that it went must not read as if there had never been one."""
    (root := tmp_path / "project").mkdir()
    path = make(root / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    source = StoresSource(project(root), Config())
    runs, models = RunsSource(source), ModelsSource(source)
    (there,) = source.load()
    assert len(runs.load().runs) == 1
    before = source.fingerprint()
    path.rename(tmp_path / "elsewhere")
    assert source.fingerprint() != before
    (lost,) = source.load()
    assert (lost.active, lost.runs, lost.problem) == (True, 1, "mlflow.db is gone")
    assert lost.hint
    assert lost.read_at is not None
    with pytest.raises(Unreadable, match=r"mlflow\.db is gone"):
        runs.load()
    with pytest.raises(Unreadable, match=r"mlflow\.db is gone"):
        models.load()
    (tmp_path / "elsewhere").rename(path)
    assert source.load() == (there,)
    assert len(runs.load().runs) == 1


def test_a_named_store_that_goes_keeps_its_counts(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    source = StoresSource(project(tmp_path), Config(store="mlflow.db", store_origin="configuration"))
    source.load()
    path.unlink()
    (lost,) = source.load()
    assert (lost.active, lost.runs, lost.problem) == (True, 1, "mlflow.db is gone")


def test_a_store_that_was_renamed_is_not_gone(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    source = StoresSource(project(tmp_path), Config())
    source.load()
    path.rename(tmp_path / "runs.db")
    (store,) = source.load()
    assert (store.uri, store.active, store.problem) == (f"sqlite:///{tmp_path}/runs.db", True, "")
