"""A server that keeps the models of a project and not its runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from mltui.sources.mlflow import mirror
from mltui.sources.mlflow.server.mirror import ServerMirror, Swept
from mltui.sources.mlflow.server.runs import Progress
from mltui.sources.port import now_ms


class RegistryMirror(ServerMirror):
    """Mirrors the model registry of the server at `uri`: neither its experiments nor its runs are asked for."""

    def __init__(self, uri: str, database: Path, environ: Mapping[str, str]) -> None:
        super().__init__(uri, database, {**environ, "MLFLOW_REGISTRY_URI": uri})

    def _refresh(self, connection: sqlite3.Connection, progress: Progress | None = None) -> None:
        assert self._registry is not None
        began = now_ms()
        self._registry.load(connection)
        with mirror.writing(connection):
            mirror.note(connection, "swept", json.dumps(Swept(began, now_ms() - began)))

    def _tick(
        self, connection: sqlite3.Connection, experiments: Collection[str] | None, others: bool, shown: Sequence[str]
    ) -> None:
        self._refresh(connection)
