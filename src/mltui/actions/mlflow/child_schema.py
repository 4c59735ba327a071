"""Whether this mlflow may open a store: a database is never migrated, and nothing is made that is not there.

mlflow migrates a database merely by opening it, or makes its tables there; it would make a file or a directory that is
gone, too. So the versions are compared first, and again before every request: a store may be replaced meanwhile.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import shutil
import sqlite3
import tempfile
from typing import Any, Iterator, List, Optional, Tuple
from urllib.parse import quote, unquote, urlsplit

if __package__:
    from .child_errors import Said
else:
    from child_errors import Said  # type: ignore[import-not-found,no-redef]

DATABASES = ("sqlite", "postgres", "mysql", "mariadb", "mssql")
#: So long a look at a locked SQLite database waits (s).
LOCKED = 5.0
HINT = "set python = to the project's environment"


class Watched:
    """A store, which is looked at before each request."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._place: Optional[Tuple[int, int]] = None
        self._head, self._wanted = "", frozenset()  # type: Tuple[str, frozenset[str]]
        self._engine: Any = None

    def check(self, opened: bool) -> None:
        """Raise `Said` if mlflow may not open it, or is to be started anew: its connections are to another file."""
        if self._uri.startswith(DATABASES):
            self._check_database(opened)
        elif self._uri.startswith("file:"):
            self._check_files()

    def _check_files(self) -> None:
        if not os.path.isdir(unquote(urlsplit(self._uri).path)):
            raise Said("missing", "the file store is gone")
        try:
            from mlflow.environment_variables import MLFLOW_ALLOW_FILE_STORE
        except ImportError:
            return  # older ones write file stores as a matter of course
        if not MLFLOW_ALLOW_FILE_STORE.get():
            what = f"mlflow {_version()} writes a file store only where MLFLOW_ALLOW_FILE_STORE=true is set"
            raise Said("refused", what, "export MLFLOW_ALLOW_FILE_STORE=true if you want that")

    def _check_database(self, opened: bool) -> None:
        if not self._head:
            self._head, self._wanted = _head()
        if self._uri.startswith("sqlite"):
            path = sqlite_path(self._uri)
            place = _place(path)
            if opened and place != self._place:
                raise Said("replaced", "the database was replaced")
            self._place = place
            found, tables = _sqlite(path)
        else:
            found, tables = self._asked()
        if found != [self._head]:
            raise Said("refused", f"store is {_at(found)}, this client would migrate it", self._hint())
        if lacking := sorted(self._wanted - tables):
            what = f"store has no table {lacking[0]}, this client would make it"
            raise Said("refused", what, self._hint())

    def _asked(self) -> Tuple[List[str], frozenset[str]]:
        from sqlalchemy import create_engine, text
        from sqlalchemy import inspect as inspected
        from sqlalchemy.pool import NullPool

        if self._engine is None:
            self._engine = create_engine(self._uri, poolclass=NullPool)
        with self._engine.connect() as connection:
            tables = frozenset(inspected(connection).get_table_names())
            if "alembic_version" not in tables:
                return [], tables
            return [row[0] for row in connection.execute(text("select version_num from alembic_version"))], tables

    def _hint(self) -> str:
        return f"{HINT}: mlflow {_version()} wants {self._head}"


def sqlite_path(uri: str) -> str:
    """The file of an address, if mlflow will find it there. Raises `Said`."""
    path = uri.partition(":///")[2]
    if "?" in path:
        raise Said("refused", "mlflow can't be told of a file whose path has a question mark", "rename it")
    return path


def _at(found: List[str]) -> str:
    return f"at {', '.join(map(str, found))}" if found else "at no version of a schema"


def _place(path: str) -> Tuple[int, int]:
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        raise Said("missing", "the database is gone") from None
    return stat.st_dev, stat.st_ino


def _head() -> Tuple[str, frozenset[str]]:
    """The schema that this mlflow wants, and its tables."""
    import mlflow.store.db_migrations as migrations
    import mlflow.store.model_registry.dbmodels.models
    import mlflow.store.tracking.dbmodels.models  # noqa: F401
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from mlflow.store.db.base_sql_model import Base

    settings = Config()
    settings.set_main_option("script_location", os.path.dirname(str(migrations.__file__)))
    return str(ScriptDirectory.from_config(settings).get_current_head()), frozenset(Base.metadata.tables)


def _sqlite(path: str) -> Tuple[List[str], frozenset[str]]:
    """Versions and tables, without a lock for long and without a file that was not there before."""
    with _readable(path) as uri:
        connection = sqlite3.connect(uri, uri=True, timeout=LOCKED)
        try:
            named = connection.execute("select name from sqlite_master where type = 'table'")
            tables = frozenset(row[0] for row in named)
            if "alembic_version" not in tables:
                return [], tables
            return [row[0] for row in connection.execute("select version_num from alembic_version")], tables
        finally:
            connection.close()


@contextlib.contextmanager
def _readable(path: str) -> Iterator[str]:
    """As SQLite may read it: in WAL mode reading makes files beside it, unless they are there."""
    path = os.path.realpath(path)
    with open(path, "rb") as file:
        wal = file.read(20)[18:19] == b"\2"
    if not wal or os.path.exists(path + "-shm"):
        yield f"file:{quote(path)}?mode=ro"
    elif not os.path.exists(path + "-wal"):
        yield f"file:{quote(path)}?mode=ro&immutable=1"
    else:
        with tempfile.TemporaryDirectory(prefix="mltui-") as place:
            for suffix in ("", "-wal"):
                shutil.copyfile(path + suffix, os.path.join(place, "copy" + suffix))
            yield f"file:{quote(os.path.join(place, 'copy'))}"


def writing(session_of: Any) -> Any:
    """A session of mlflow's store that commits; newer ones ask whether it will write."""
    if "read_only" in inspect.signature(session_of).parameters:
        return session_of(read_only=False)
    return session_of()


def _version() -> str:
    import mlflow

    return str(mlflow.__version__)
