"""Which driver a database URI means and what it is told. The drivers are fakes, at the door of `importlib`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mltui.errors import Unreachable, Unreadable
from mltui.sources.mlflow.dbms.drivers import CONNECT_SECONDS, STATEMENT_SECONDS, connect, exact, translate

NAMES = ("psycopg2", "psycopg", "pymysql", "MySQLdb")


class FakeConnection:
    """Keeps what it is told, as each of the four would be."""

    def __init__(self, driver: str, told: dict[str, Any]) -> None:
        self.driver, self.told, self.said = driver, told, list[str]()

    def set_session(self, **how: bool) -> None:
        self.told |= how

    def execute(self, statement: str) -> None:
        self.said.append(statement)

    def cursor(self) -> FakeConnection:
        return self

    def __enter__(self) -> FakeConnection:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Pretend that these drivers are installed, and no other."""

    def install(*names: str) -> None:
        for name in NAMES:
            fake = ModuleType(name)
            fake.Error = type("Error", (Exception,), {})  # type: ignore[attr-defined]
            fake.connect = lambda name=name, **told: FakeConnection(name, told)  # type: ignore[attr-defined]
            monkeypatch.setitem(sys.modules, name, fake if name in names else None)

    return install


@pytest.mark.parametrize(
    ("scheme", "there", "taken"),
    [
        ("postgresql", NAMES, "psycopg2"),
        ("postgres", NAMES, "psycopg2"),
        ("postgresql+psycopg2", NAMES, "psycopg2"),
        ("postgresql+psycopg", NAMES, "psycopg"),
        ("postgresql+psycopg2", ("psycopg",), "psycopg"),
        ("postgresql+asyncpg", NAMES, "psycopg2"),
        ("mysql", NAMES, "pymysql"),
        ("mysql+pymysql", NAMES, "pymysql"),
        ("mysql+mysqldb", NAMES, "MySQLdb"),
        ("mysql+pymysql", ("MySQLdb",), "MySQLdb"),
    ],
)
def test_the_driver_that_is_named_else_any(installed: Any, scheme: str, there: tuple[str, ...], taken: str) -> None:
    installed(*there)
    connection, _, _ = connect(f"{scheme}://ada:s3cr%25t@db.example:1234/runs")
    assert connection.driver == taken
    assert connection.told["password"] == "s3cr%t"
    assert (connection.told["host"], connection.told["port"], connection.told["user"]) == ("db.example", 1234, "ada")
    assert "runs" in (connection.told.get("dbname"), connection.told.get("database"))


@pytest.mark.parametrize("scheme", ["postgresql+psycopg2", "postgresql+psycopg", "mysql+pymysql", "mysql+mysqldb"])
def test_every_connection_is_read_only_and_impatient(installed: Any, scheme: str) -> None:
    installed(*NAMES)
    connection, _, _ = connect(f"{scheme}://db/runs")
    told = connection.told
    assert told["autocommit"] is True
    assert told["connect_timeout"] == CONNECT_SECONDS
    assert told.get("readonly") or any("read only" in one or "read_only to on" in one for one in connection.said)
    assert (
        told.get("read_timeout") == STATEMENT_SECONDS or f"statement_timeout={STATEMENT_SECONDS}000" in told["options"]
    )


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_options_of_postgres_are_handed_on(installed: Any, driver: str) -> None:
    installed(*NAMES)
    connection, _, schema = connect(f"postgresql+{driver}:///runs?host=/run/pg&sslmode=require&options=-c%20x%3Dy")
    assert (connection.told["host"], connection.told["sslmode"]) == ("/run/pg", "require")
    assert connection.told["options"].startswith("-c x=y -c statement_timeout=")
    assert schema == "current_schema()"


@pytest.mark.parametrize("driver", ["pymysql", "mysqldb"])
def test_options_of_mysql_are_its_socket_and_its_tls(installed: Any, driver: str, tmp_path: Path) -> None:
    installed(*NAMES)
    ca, key = tmp_path / "ca.pem", tmp_path / "k.pem"
    ca.touch()
    key.touch()
    uri = f"mysql+{driver}://db/runs?unix_socket=/run/s&ssl_ca={ca}&ssl_key={key}&charset=latin1&init_command=drop"
    connection, _, schema = connect(uri)
    assert connection.told["ssl"] == {"ca": str(ca), "key": str(key)}
    assert (connection.told["unix_socket"], connection.told["charset"]) == ("/run/s", "utf8mb4")
    assert "init_command" not in connection.told
    assert schema == "database()"


@pytest.mark.parametrize(
    ("uri", "names", "package"),
    [
        ("postgresql+psycopg://db/runs", ("psycopg2", "psycopg"), "mltui[postgres]"),
        ("mysql://db/runs", ("pymysql", "MySQLdb"), "mltui[mysql]"),
    ],
)
def test_no_driver_at_all(installed: Any, uri: str, names: tuple[str, ...], package: str) -> None:
    installed()
    with pytest.raises(Unreadable) as error:
        connect(uri)
    assert all(name in error.value.summary for name in names)
    assert package in error.value.hint


def test_what_a_driver_raises_is_said_without_the_password(installed: Any) -> None:
    installed(*NAMES)

    def refuse(**_: Any) -> None:
        raise sys.modules["psycopg"].Error("connection to s3cr%t@db failed: refused\nmore")

    sys.modules["psycopg"].connect = refuse  # type: ignore[attr-defined]
    with pytest.raises(Unreachable) as error:
        connect("postgresql+psycopg://ada:s3cr%25t@db/runs")
    assert error.value.summary == "db does not answer: connection to …@db failed: refused"


@pytest.mark.parametrize("uri", ["postgresql://db:x/runs", "mysql://db:99999/runs"])
def test_a_uri_that_makes_no_sense(installed: Any, uri: str) -> None:
    installed(*NAMES)
    with pytest.raises(Unreadable, match="can't be understood"):
        connect(uri)


@pytest.mark.parametrize("said", ['invalid dsn: invalid connection option "bogus"', 'invalid sslmode value: "bogus"'])
def test_an_option_that_is_none_is_not_a_silent_server(said: str) -> None:
    error = translate(ValueError(f"{said}\n"), "postgresql://127.0.0.1/runs?bogus=1")
    assert isinstance(error, Unreadable)
    assert (error.summary, error.hint) == (f"the tracking URI can't be understood: {said}", "check its options")


@pytest.mark.parametrize("name", ["ssl_ca", "ssl_cert", "ssl_key", "ssl_capath"])
def test_a_certificate_that_is_not_there_is_named(installed: Any, name: str, tmp_path: Path) -> None:
    installed(*NAMES)
    with pytest.raises(Unreadable) as error:
        connect(f"mysql+pymysql://db/runs?{name}={tmp_path}/nope.pem")
    assert error.value.summary == f"{tmp_path}/nope.pem is not there"
    assert error.value.hint == f"{name} of the tracking URI names it"


def test_keys_of_mysql_are_compared_letter_by_letter() -> None:
    """Its collations fold letters; the comparison an index serves stays beside."""
    select, args = exact('select value from metrics where run_uuid = ? and "key" = ? and step = ?', ("r", "k", 1))
    bytewise = 'cast(convert("key" using utf8mb4) as binary)'
    assert select == f'select value from metrics where run_uuid = ? and "key" = ? and {bytewise} = ? and step = ?'
    assert list(args) == ["r", "k", "k", 1]
    assert exact("select 1", ()) == ("select 1", [])
