"""Stores that the real MLflow keeps in PostgreSQL and MariaDB, read by SQL and compared with what MlflowClient says."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.ports import refusing_port
from tests.real.database_servers import PASSWORD, mariadb, postgres
from tests.real.mlflow_mirrored import mlflow
from tests.real.store_shape import alike, held, said

from mltui.config import Config
from mltui.errors import Denied, NotFound, SourceError, Unreachable, Unreadable
from mltui.model.runs import Store
from mltui.sources.mlflow.dbms import ServerDatabase
from mltui.sources.mlflow.sources import ModelsSource, RunsSource, StoresSource
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.places import Project

pytestmark = pytest.mark.real

SERVERS: dict[str, Callable[[], AbstractContextManager[str]]] = {"postgres": postgres, "mariadb": mariadb}


@pytest.fixture(scope="module", params=sorted(SERVERS))
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a store with everything in it, on a server of our own."""
    with SERVERS[request.param]() as uri:
        mlflow("write", uri, tmp_path_factory.mktemp("artifacts"))
        yield uri


def reader(uri: str) -> SqlReader:
    return SqlReader(Store("shown", "sql", "environment"), ServerDatabase(uri))


def test_it_says_what_mlflow_says(written: str, tmp_path: Path) -> None:
    store = reader(written)
    ours = json.loads(json.dumps(held(store)))
    store.close()
    assert alike(ours) == alike(said(written, tmp_path))
    assert ours["runs"]


#: SQLAlchemy's name of each driver, and its module.
DRIVERS = {
    "postgresql": {"psycopg2": "psycopg2", "psycopg": "psycopg"},
    "mysql": {"pymysql": "pymysql", "mysqldb": "MySQLdb"},
}


def test_every_installed_driver_says_the_same_and_can_not_write(written: str) -> None:
    kind, rest = written.partition("+")[0], written[written.index("://") :]
    store = reader(written)
    expected = held(store)
    store.close()
    installed = {name: module for name, module in DRIVERS[kind].items() if importlib.util.find_spec(module)}
    assert installed
    for name, module in installed.items():
        database = ServerDatabase(f"{kind}+{name}{rest}")
        assert held(SqlReader(Store("shown", "sql", "environment"), database)) == expected, name
        assert type(database._connection).__module__.partition(".")[0] == module
        with pytest.raises(SourceError):
            database._all("update runs set name = 'changed'")
        database.close()
        with pytest.raises(Denied):
            ServerDatabase(f"{kind}+{name}{rest.replace('s3cr%25t', 'wr0ng')}").schema()


def test_as_a_project_s_store(written: str, tmp_path: Path) -> None:
    stores = StoresSource(Project(tmp_path, tmp_path), Config(store=written, store_origin="environment"))
    (store,) = stores.load()
    assert (store.kind, store.active, store.problem) == ("sql", True, "")
    assert PASSWORD not in repr(store)
    assert "ada" not in store.uri
    runs = RunsSource(stores)
    table = runs.first(limit=2)
    assert [len(table.runs), table.complete] == [2, False]
    assert runs.load().runs[:2] == table.runs or len(runs.load().runs) == store.runs
    assert store.runs == len(runs.load().runs)
    assert [model.name for model in ModelsSource(stores).load()] == ["empty", "wine"]
    active = stores.reader()
    assert active is not None
    assert len(active.series(table.runs[-1].run_id, "none")) == 0
    stores.close()


def test_the_newest_points_and_chosen_keys(written: str) -> None:
    store = reader(written)
    (parent,) = (run for page in store.runs() for run in page if run.name == "parent")
    assert [point.step for point in store.series(parent.run_id, "loss", limit=2)] == [1, 2]
    assert "loss" in store.metric_keys()
    some = [run for page in store.runs(limit=10, metrics=("loss",), params=("lr",), tags=()) for run in page]
    assert {key for run in some for key in (*run.metrics, *run.params)} == {"loss", "lr"}
    assert store.run(parent.run_id).params["lr"] == "0.1"
    with pytest.raises(NotFound):
        store.run("0" * 32)
    store.close()


def test_nothing_can_be_written(written: str) -> None:
    """Even SQL that wants to: the transaction is read-only on the server's side."""
    database = ServerDatabase(written)
    with pytest.raises(SourceError):
        database._all("update runs set name = 'changed'")
    assert len(database.newest(5)) == 5
    database.close()


def test_a_wrong_password_and_a_wrong_database(written: str) -> None:
    with pytest.raises(Denied) as error:
        reader(written.replace("s3cr%25t", "wr0ng")).experiments()
    assert "wr0ng" not in error.value.summary
    with pytest.raises((NotFound, Denied)):
        reader(written.rpartition("/")[0] + "/elsewhere").experiments()


@pytest.mark.parametrize("scheme", ["postgresql", "mysql+pymysql"])
def test_nobody_answers(scheme: str) -> None:
    with refusing_port() as port, pytest.raises(Unreachable) as error:
        reader(f"{scheme}://ada:{PASSWORD}@127.0.0.1:{port}/runs").experiments()
    assert error.value.hint
    assert PASSWORD not in error.value.summary


def test_a_database_of_something_else() -> None:
    with postgres() as uri, pytest.raises(Unreadable, match="no tables of MLflow"):
        reader(uri).experiments()
