"""The readers of a project's stores, each opened once, and which experiments of each are the project's."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import replace

from mltui.config import Config
from mltui.model.runs import Store
from mltui.sources.mlflow import scope
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.opening import open_registry, open_store
from mltui.sources.mlflow.reader import StoreReader
from mltui.sources.mlflow.scoped import ScopedReader
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.whose import environment
from mltui.sources.places import Project
from mltui.sources.runner import Runner


class OpenReaders:
    """Opens a store when it is first asked for, and decides on its scope once for each of its states.

    Any thread may call: one opens, the others get what it opened. Whoever wants another store's scope does not wait.
    """

    def __init__(self, project: Project, config: Config, runner: Runner) -> None:
        self._project = project
        self._config = config
        self._runner = runner
        self._readers: dict[str, SqlReader] = {}
        self._scopes: dict[str, tuple[Hashable, scope.Scope]] = {}
        self._opening = threading.Lock()
        self._deciding: dict[str, threading.Lock] = {}

    def of(self, store: Store) -> SqlReader:
        """The reader of `store`. Raises `SourceError` if no reader can read such a store."""
        with self._opening:
            if store.uri not in self._readers:
                reader = open_store(replace(store, active=True), self._project, self._config)
                assert isinstance(reader, SqlReader)
                self._readers[store.uri] = reader
                if isinstance(reader, MirrorReader) and reader.remote and reader.known():
                    self.scope(reader)  # as of the last time: what lies outside need not be asked for
            return self._readers[store.uri]

    def registry(self, store: Store) -> SqlReader:
        """The reader of a model registry that is elsewhere than the runs. Raises `SourceError`."""
        key = f"{store.uri} registry"
        with self._opening:
            if key not in self._readers:
                reader = open_registry(store, self._project, self._config)
                assert isinstance(reader, SqlReader)
                self._readers[key] = reader
            return self._readers[key]

    def get(self, uri: str) -> SqlReader | None:
        """The reader of the store at `uri`, if it is open."""
        return self._readers.get(uri)

    def mirrors(self) -> tuple[MirrorReader, ...]:
        """Those that read through a mirror."""
        return tuple(reader for reader in tuple(self._readers.values()) if isinstance(reader, MirrorReader))

    def scope(self, reader: SqlReader) -> scope.Scope:
        """The scope, decided again when the store has moved."""
        with self._deciding.setdefault(reader.store.uri, threading.Lock()):
            mark = reader.fingerprint()
            former = self._scopes.get(reader.store.uri)
            if former is None or former[0] != mark:
                environ = environment(self._project, self._config)
                found = scope.ours(reader, self._project, self._config, environ, self._runner)
                former = self._scopes[reader.store.uri] = mark, found
                if isinstance(reader, MirrorReader):
                    reader.cut(found.inside, others=found.by_runs)
            return former[1]

    def scoped(self, reader: SqlReader) -> StoreReader:
        """`reader`, cut to what is in scope."""
        found = self.scope(reader)
        return reader if found.inside is None else ScopedReader(reader, found.inside, found.problem)

    def close(self) -> None:
        """Let go of every store."""
        with self._opening:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()
