"""`StoresSource`: the stores of a project with what is in them, and which of them is active."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable
from dataclasses import replace

from mltui.config import Config
from mltui.errors import Busy, NotFound, SourceError, Unreadable
from mltui.model.runs import Store
from mltui.sources.mlflow import scope
from mltui.sources.mlflow.discovery import Discovery, Found, Searched
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.opening import environment, open_store
from mltui.sources.mlflow.reader import StoreReader
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner, Runner

LOCAL = ("sqlite", "file")
#: So long the counts of mirrored stores wait for all of them to be read; after that they are of what is there.
COUNT_SECONDS = 1.0
#: A server that has not answered in so long is not waited for by anyone.
SERVER_SECONDS = 10.5


class StoresSource:
    """Finds and counts the stores. `reader` reads the active one, cut to this project's experiments.

    A store that can't be read is listed with its problem; the others are not affected. Remote stores are contacted
    only if they are the active one, which somebody must have said.
    """

    def __init__(self, project: Project, config: Config, runner: Runner | None = None) -> None:
        self._project = project
        self._config = config
        self._runner: Runner = runner or ProcessRunner()
        self._discovery = Discovery(project, config)
        self._readers: dict[str, SqlReader] = {}
        self._scopes: dict[str, tuple[Hashable, frozenset[str] | None]] = {}
        self._found: tuple[Found, ...] = ()
        self._active: Store | None = None
        self._settled = False
        self._counts: dict[str, tuple[Hashable, Store]] = {}
        self._lock = threading.RLock()

    @property
    def name(self) -> str:
        return "stores"

    def fingerprint(self) -> Hashable:
        """Stats of what was found, and of the directories searched."""
        with self._lock:
            found = self._discovery.find()
            readers = (self._readers.get(one.address.uri) for one in found)
            return tuple(one.address.uri for one in found), tuple(reader and _mark(reader) for reader in readers)

    def load(self, wait: float = COUNT_SECONDS) -> tuple[Store, ...]:
        """Every store found: the active one first, then by origin and path.

        `wait` (seconds) is how long the counts wait for mirrored stores to be read whole; those that take longer are
        `Store.partial`, and `fingerprint` moves when they are done.
        """
        with self._lock:
            found, said = self._settle()
            self._begin(said)
        end = time.monotonic() + wait
        stores = {
            one.address.uri: self._examine(one, said, wait=max(0.0, end - time.monotonic()))
            for one in sorted(found, key=lambda one: one.address.kind == "rest")  # the one that may hang comes last
        }
        with self._lock:
            listed = [store for one in found if (store := stores[one.address.uri]) is not None]
            self._active = self._choose(listed, said)
            marked = [replace(store, active=store is self._active) for store in listed]
        return tuple(sorted(marked, key=lambda store: not store.active))

    def searched(self) -> Searched:
        """How the repository was searched."""
        with self._lock:
            if not self._settled:
                self._settle()
            return self._discovery.searched

    def reader(self, *, quick: bool = False, newest: bool = False) -> StoreReader | None:
        """The active store's reader, up to date; None if there is no store. Raises `SourceError` if it can't be read.

        `quick`: of a mirrored store that was never read only the newest runs are waited for; `newest`: so of any file
        store.
        """
        with self._lock:
            if not self._settled:
                self._settle()
            store = self._active
            if store is None:
                return None
            reader = self._reader(store)
        if isinstance(reader, MirrorReader):
            reader.refresh(quick=quick, newest=newest)
        inside = self._inside(reader)
        return reader if inside is None else scope.ScopedReader(reader, inside)

    def trouble(self) -> SourceError | None:
        """Why the active store could not be brought up to date the last time; what it last said is still read."""
        with self._lock:
            reader = None if self._active is None else self._readers.get(self._active.uri)
        return reader.failure if isinstance(reader, MirrorReader) else None

    def forget(self) -> None:
        """Read every mirrored store whole the next time: somebody asked for it. Never waits."""
        for reader in tuple(self._readers.values()):
            if isinstance(reader, MirrorReader):
                reader.forget()

    def active(self) -> StoreReader | None:
        """The active store's reader as it is, for its fingerprint; nothing is read or contacted for it but a search."""
        with self._lock:
            if not self._settled:
                self._settle()
            return None if self._active is None else self._reader(self._active)

    def reader_of(self, uri: str) -> StoreReader:
        """The reader of any store that was found, by `Store.uri`. Raises `NotFound`."""
        with self._lock:
            if not self._settled:
                self._settle()
            one = next((each for each in self._found if each.address.uri == uri), None)
            if one is None:
                raise NotFound(f"there is no store {uri}", "mltui doctor lists the stores")
            reader = self._reader(Store(uri, one.address.kind, one.origin))
        if isinstance(reader, MirrorReader):
            reader.refresh()
        return reader

    def registry(self) -> StoreReader | None:
        """The reader of the model registry, if it is configured to be elsewhere; None if the store keeps it."""
        from mltui.sources.mlflow.addresses import address

        said = self._config.registry
        if not said:
            return None
        where = address(said, self._project.root)
        with self._lock:
            if not self._settled:
                self._settle()
            if self._active is not None and self._active.uri == where.uri:
                return None
            reader = self._reader(Store(where.uri, where.kind, "configuration"))
        if isinstance(reader, MirrorReader):
            reader.refresh(quick=True)
        return reader

    def witnesses(self) -> list[tuple[str, str]] | None:
        """What the answer of `load` stood on: ("f", a file), ("d", a directory's own entries).

        None if that can't be seen from stats alone: a server, a file store, a search that was cut short.
        """
        with self._lock:
            looked = self._discovery.directories()
            if looked is None or not self._settled:
                return None
            found = [("d", path) for path in looked] + [("f", path) for path in self._discovery.code()]
            for one in self._found:
                if one.address.kind == "sqlite" and one.address.path is not None:
                    found.append(("f", str(one.address.path)))
                    found += [("f", f"{one.address.path.resolve()}{suffix}") for suffix in ("-wal", "-journal")]
                elif one.address.kind in LOCAL or one.origin != "code":
                    return None
            return found

    def close(self) -> None:
        """Let go of every store."""
        with self._lock:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()
            self._settled = False

    def _reader(self, store: Store) -> SqlReader:
        if store.uri not in self._readers:
            reader = open_store(replace(store, active=True), self._project, self._config)
            assert isinstance(reader, SqlReader)
            self._readers[store.uri] = reader
        return self._readers[store.uri]

    def _settle(self) -> tuple[tuple[Found, ...], Found | None]:
        """Find the stores and choose the active one, by what can be read at once."""
        self._found = self._discovery.find()
        said = self._found[0] if self._found and self._found[0].origin not in ("repository", "code") else None
        if said is not None:  # nothing is read for it, so that one that hangs holds up nobody else
            self._active = Store(said.address.uri, said.address.kind, said.origin)
        elif not self._settled:
            stores = [store for one in self._found if (store := self._examine(one, None, quick=True)) is not None]
            self._active = self._choose(stores, None)
        self._settled = True
        return self._found, said

    def _begin(self, said: Found | None) -> None:
        """Let the server that was said be asked while the other stores are read."""
        if said is None or said.address.kind != "rest":
            return
        try:
            reader = self._reader(Store(said.address.uri, "rest", said.origin))
        except SourceError:
            return  # `_examine` says it
        if isinstance(reader, MirrorReader):
            reader.begin()

    def _examine(
        self, one: Found, said: Found | None, *, quick: bool = False, wait: float | None = None
    ) -> Store | None:
        """The store with its counts or its problem; None if what was found is no store after all."""
        store = Store(one.address.uri, one.address.kind, one.origin)
        if one.address.kind not in LOCAL and one is not said:
            return store
        try:
            return self._counted(store, quick=quick, wait=wait)
        except Unreadable as error:
            from mltui.sources.mlflow.sqlite.file import tells_of_mlflow

            if not one.sure and not (one.address.path and tells_of_mlflow(one.address.path)):
                return None
            return replace(store, problem=error.summary, hint=error.hint)
        except Busy as error:  # for now: what it said a moment ago is what is known of it
            former = self._counts.get(store.uri)
            return replace(former[1] if former else store, problem=error.summary, hint=error.hint)
        except SourceError as error:
            return replace(store, problem=error.summary, hint=error.hint)

    def _counted(self, store: Store, *, quick: bool, wait: float | None) -> Store:
        reader = self._reader(store)
        failure, read_at, partial = None, None, False
        if isinstance(reader, MirrorReader):
            reader.refresh(quick=quick, wait=min(wait or 0.0, SERVER_SECONDS) if reader.remote else wait)
            failure, read_at, partial = reader.failure, reader.read_at, reader.partial
        mark = (reader.fingerprint(), failure, read_at, partial)
        former = self._counts.get(store.uri)
        if former is not None and former[0] == mark:
            return former[1]
        experiments = [one for one in reader.experiments() if one.lifecycle == "active"]
        if partial and not experiments:
            return replace(store, partial=True)
        inside = self._inside(reader)
        counted = replace(
            store,
            experiments=len(experiments),
            runs=sum(one.runs for one in experiments),
            in_scope=sum(inside is None or one.experiment_id in inside for one in experiments),
            newest=reader.newest(),
            schema=reader.revision(),
            problem=failure.summary if failure else "",
            hint=failure.hint if failure else "",
            read_at=read_at,
            partial=partial,
        )
        self._counts[store.uri] = mark, counted
        return counted

    def _inside(self, reader: SqlReader) -> frozenset[str] | None:
        """The scope, decided again when the store has moved."""
        mark = reader.fingerprint()
        former = self._scopes.get(reader.store.uri)
        if former is None or former[0] != mark:
            environ = environment(self._project, self._config)
            inside = scope.ours(reader, self._project, self._config, environ, self._runner)
            former = self._scopes[reader.store.uri] = mark, inside
            if isinstance(reader, MirrorReader):
                reader.cut(inside)
        return former[1]

    @staticmethod
    def _choose(stores: list[Store], said: Found | None) -> Store | None:
        """What somebody said, else the one whose newest run started last."""
        if said is not None:
            return next((store for store in stores if store.uri == said.address.uri), None)
        local = [store for store in stores if store.kind in LOCAL and (not store.problem or store.newest is not None)]
        return max(local, key=lambda store: (store.newest or 0, store.runs or 0, store.kind == "sqlite"), default=None)


def _mark(reader: SqlReader) -> Hashable:
    """Equal as long as the counts of the store would be the same and nobody has to ask for them."""
    return (reader.fingerprint(), reader.turn()) if isinstance(reader, MirrorReader) else reader.fingerprint()
