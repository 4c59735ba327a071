"""The model registry of a server, in the mirror's tables."""

from __future__ import annotations

import sqlite3
import time

from mltui.errors import NotFound, SourceError, Unreachable
from mltui.sources.mlflow import mirror, rows
from mltui.sources.mlflow.records import Flaw, RegistryRecord
from mltui.sources.mlflow.server import asking
from mltui.sources.mlflow.server.door import Door

#: Logged models asked for at one reading, each by a request of its own.
LOGGED_MODELS = 50

#: Between sweeps the registry, which changes rarely, is asked every so often.
EVERY_SECONDS = 60.0

#: Where its failure stands among what could not be read.
PATH = "models/registry"

#: Which of two servers is meant.
CONFIGURED = "it is the registry that MLFLOW_REGISTRY_URI or the configuration names"


class Registry:
    """Reads the registry that `rest` keeps. `tracking` is the server of its runs, which knows logged models.

    A registry that fails costs itself only: what was known of it stays, and why is among the mirror's problems.
    """

    def __init__(self, rest: Door, tracking: Door) -> None:
        self._rest = rest
        self._tracking = tracking
        self._due = 0.0

    @property
    def base(self) -> str:
        """The server's address without secrets."""
        return self._rest.base

    @property
    def due(self) -> bool:
        """Whether it is time to read it again."""
        return time.monotonic() >= self._due

    def read(self, connection: sqlite3.Connection) -> None:
        """Read it; a failure is kept for the mirror's problems."""
        started, failure = time.monotonic(), None
        try:
            self.load(connection)
        except SourceError as error:
            failure = error
        now = time.monotonic()
        self._due = now + max(EVERY_SECONDS, 10 * (now - started))
        flaws = [Flaw(PATH, failure.summary, hint=failure.hint)] if failure else []
        select = "select reason, hint from mltui_problems where path = ?"
        if connection.execute(select, (PATH,)).fetchall() == [(flaw.reason, flaw.hint) for flaw in flaws]:
            return
        with mirror.writing(connection):
            connection.execute("delete from mltui_problems where path = ?", (PATH,))
            rows.insert_flaws(connection, flaws)
            mirror.moved(connection)

    def load(self, connection: sqlite3.Connection) -> None:
        """Read it. Raises `SourceError`; its hint tells which server is meant."""
        elsewhere = self._rest is not self._tracking
        try:
            found = asking.registry(self._rest, needed=elsewhere)
        except SourceError as error:
            if not elsewhere:
                raise
            kind = Unreachable if isinstance(error, NotFound) else type(error)  # somebody said that there is one
            raise kind(error.summary, f"{error.hint}; {CONFIGURED}" if error.hint else CONFIGURED) from error

        def write() -> None:
            rows.replace_registry(connection, RegistryRecord(found))
            mirror.moved(connection)

        mirror.renew(connection, "registry", found, write)
        self._logged_models(connection)

    def close(self) -> None:
        """Let go of connections."""
        self._rest.close()

    def _logged_models(self, connection: sqlite3.Connection) -> None:
        """Ask for the logged models behind versions that name no run: they know it."""
        missing = connection.execute(
            """select distinct model_id from model_versions where coalesce(run_id, '') = '' and model_id is not null
               and model_id not in (select model_id from logged_models) limit ?""",
            (LOGGED_MODELS,),
        ).fetchall()
        found = [model for (name,) in missing if (model := asking.logged_model(self._tracking, name)) is not None]
        if found:
            with mirror.writing(connection):
                rows.insert_logged_models(connection, found)
                mirror.moved(connection)
