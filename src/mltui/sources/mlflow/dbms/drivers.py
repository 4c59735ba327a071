"""Connections to database servers, through whichever driver is installed. Every one is read-only and impatient.

URIs are SQLAlchemy's, as MLflow takes them: ``postgresql+psycopg2://user:password@host:5432/database``,
``mysql+pymysql://…``; of their options Postgres's (``?sslmode=require``) are handed on, of MySQL's the socket and what
TLS is made of (``?ssl_ca=…``).
"""

from __future__ import annotations

import importlib
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mltui.errors import Denied, NotFound, SourceError, Unreachable, Unreadable

CONNECT_SECONDS = 5
#: A statement that takes longer is given up: the server belongs to everybody.
STATEMENT_SECONDS = 15
#: What names the current schema; the first where texts are compared by a collation that folds letters.
MYSQL_SCHEMA, POSTGRES_SCHEMA = "database()", "current_schema()"
#: Options of a MySQL URI that its TLS is made of.
_MYSQL_TLS = frozenset({"ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_cipher"})


def connect(uri: str) -> tuple[Any, tuple[type[Exception], ...], str]:
    """A connection (DB-API, autocommit, read-only), the driver's errors, and the SQL that names the current schema.

    Raises `Unreadable` with the package to install where the driver is missing, else what `translate` makes of it.
    """
    parts = urlsplit(uri)
    word = parts.scheme.partition("+")[0]
    opener = _postgres if word in ("postgresql", "postgres") else _mysql
    schema = POSTGRES_SCHEMA if opener is _postgres else MYSQL_SCHEMA
    connection, errors = opener(uri)
    return connection, (*errors, OSError), schema


def exact(select: str, args: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """`select` such that keys are equal letter by letter: MySQL's collations take Loss, loss and löss for the same.

    Both comparisons stay: an index serves the first.
    """
    first, *pieces = select.split("?")
    found, given = first, list[Any]()
    for piece, arg in zip(pieces, args, strict=True):
        given.append(arg)
        if found.endswith('"key" = '):
            found += f"? and {letters('key')} = "
            given.append(arg)
        found += "?" + piece
    return found, given


def letters(column: str) -> str:
    """A column of MySQL's as the bytes of its UTF-8, which no collation folds."""
    return f'cast(convert("{column}" using utf8mb4) as binary)'


def translate(error: Exception, uri: str) -> SourceError:
    """A driver's error in mltui's words, without the password."""
    parts = urlsplit(uri)
    where = parts.hostname or "the database server"
    said = (str(error.args[-1]) if error.args else str(error)).strip().partition("\n")[0]
    if parts.password:
        said = said.replace(unquote(parts.password), "…")
    low = said.lower()
    if "authentication failed" in low or "access denied" in low or "permission denied" in low:
        return Denied(f"{where}: {said}", "check the user and password of the tracking URI")
    if "does not exist" in low or "unknown database" in low:
        return NotFound(f"{where}: {said}", "check the database's name in the tracking URI")
    if "timeout" in low or "max_statement_time" in low or "execution was interrupted" in low:
        return Unreachable(f"{where} answered too slowly: {said}", "it will be asked again")
    if low.startswith(("invalid ", 'missing "="')):  # libpq's of the options, before it connects
        return Unreadable(f"the tracking URI can't be understood: {said}", "check its options")
    if "connect" in low or "connection" in low or "resolve" in low or "translate host" in low:
        return Unreachable(f"{where} does not answer: {said}", "is the server up, and reachable from here?")
    return Unreadable(f"{where}: {said}")


def _postgres(uri: str) -> tuple[Any, tuple[type[Exception], ...]]:
    """Through psycopg 2 or 3, the one the URI names first."""
    driver = _first(uri, {"psycopg2": "psycopg2", "psycopg": "psycopg"}, "PostgreSQL", "pip install 'mltui[postgres]'")
    options = {**_who(uri, "dbname"), **dict(parse_qsl(urlsplit(uri).query)), "connect_timeout": CONNECT_SECONDS}
    options["options"] = f"{options.get('options', '')} -c statement_timeout={STATEMENT_SECONDS * 1000}".strip()

    def opened() -> Any:
        if driver.__name__ == "psycopg2":
            connection = driver.connect(**options)
            connection.set_session(readonly=True, autocommit=True)
            return connection
        connection = driver.connect(
            **options, autocommit=True, prepare_threshold=None
        )  # a pooler knows no prepared ones
        connection.execute("set default_transaction_read_only to on")
        return connection

    return _attempt(opened, driver.Error, uri), (driver.Error,)


def _mysql(uri: str) -> tuple[Any, tuple[type[Exception], ...]]:
    """Through PyMySQL or mysqlclient, the one the URI names first."""
    driver = _first(uri, {"pymysql": "pymysql", "mysqldb": "MySQLdb"}, "MySQL", "pip install 'mltui[mysql]'")
    said = dict(parse_qsl(urlsplit(uri).query))
    options = {**_who(uri, "database"), **{name: said[name] for name in ("unix_socket",) if name in said}}
    for name in sorted((_MYSQL_TLS - {"ssl_cipher"}) & said.keys()):
        if not Path(said[name]).exists():  # drivers say so without the name
            raise Unreadable(f"{said[name]} is not there", f"{name} of the tracking URI names it")
    if secure := {name.removeprefix("ssl_"): value for name, value in said.items() if name in _MYSQL_TLS}:
        options["ssl"] = secure

    def opened() -> Any:
        connection = driver.connect(
            **options,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=STATEMENT_SECONDS,
            charset="utf8mb4",
            autocommit=True,
        )
        with connection.cursor() as cursor:
            cursor.execute("set session sql_mode = 'ANSI_QUOTES'")
            cursor.execute("set session transaction read only")
        return connection

    return _attempt(opened, driver.Error, uri), (driver.Error,)


def _attempt(opened: Callable[[], Any], errors: type[Exception], uri: str) -> Any:
    try:
        return opened()
    except (errors, OSError, socket.gaierror) as error:
        raise translate(error, uri) from error
    except (TypeError, ValueError) as error:
        raise Unreadable(f"the tracking URI can't be understood: {error}", "check its options") from error


def _who(uri: str, database: str) -> dict[str, Any]:
    parts = urlsplit(uri)
    try:
        port = parts.port
    except ValueError as error:
        # not the error's words: of a URI that holds a bare / or # they would be a part of the password
        hint = "check its port; write / ? # and @ in a password as %2F %3F %23 and %40"
        raise Unreadable("the tracking URI can't be understood: its port is no number", hint) from error
    said = {
        "host": parts.hostname,
        "port": port,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        database: unquote(parts.path.lstrip("/")) or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _first(uri: str, modules: Mapping[str, str], what: str, hint: str) -> Any:
    """The driver that `uri` names (SQLAlchemy's name to module), else the first one that is installed."""
    named = urlsplit(uri).scheme.partition("+")[2]
    for name in sorted(modules, key=lambda name: name != named):
        try:
            return importlib.import_module(modules[name])
        except ImportError:
            continue
    drivers = " or ".join(modules.values())
    raise Unreadable(f"reading {what} needs the driver {drivers}, which is not installed", hint)
