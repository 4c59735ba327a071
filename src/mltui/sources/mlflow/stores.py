"""`StoresSource`: the stores of a project with what is in them, and which of them is active."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace

from mltui.config import Config
from mltui.errors import Busy, Denied, NotFound, SourceError
from mltui.model.registry import RegisteredModel
from mltui.model.runs import Store
from mltui.sources.mlflow.counting import LOCAL, Counts, mark
from mltui.sources.mlflow.discovery import Discovery, Found, Searched
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.open_readers import OpenReaders
from mltui.sources.mlflow.reader import StoreReader
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner, Runner

#: So long the counts of mirrored stores wait for all of them to be read; after that they are of what is there.
COUNT_SECONDS = 1.0
#: A locked store is looked at again so often: that a lock is gone shows in no file.
LOCKED_SECONDS = 5.0


class StoresSource:
    """Finds and counts the stores. `reader` reads the active one, cut to this project's experiments.

    A store that can't be read is listed with its problem; the others are not affected. Remote stores are contacted
    only if they are the active one, which somebody must have said.
    """

    def __init__(self, project: Project, config: Config, runner: Runner | None = None) -> None:
        self._project = project
        self._config = config
        self._discovery = Discovery(project, config)
        self._readers = OpenReaders(project, config, runner or ProcessRunner())
        self._counts = Counts(self._readers)
        self._found: tuple[Found, ...] = ()
        self._active: Store | None = None
        self._lost: Found | None = None
        self._settled = False
        self._lock = threading.RLock()
        self.looked_at: frozenset[str] = frozenset()  #: ids of the runs that are on screen

    @property
    def name(self) -> str:
        return "stores"

    def fingerprint(self) -> Hashable:
        """Stats of what was found, and of the directories searched."""
        with self._lock:
            found = self._discovery.find()
            for one in found:
                self._counts.stand(one)
            readers = (self._readers.get(one.address.uri) for one in found)
            locked = any(isinstance(error, Busy) for error in self._counts.failures())
            return (
                tuple(one.address.uri for one in found),
                tuple(reader and mark(reader) for reader in readers),
                int(time.monotonic() / LOCKED_SECONDS) if locked else None,
            )

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
            one.address.uri: self._counts.examine(one, asked=one is said, wait=max(0.0, end - time.monotonic()))
            for one in sorted(found, key=lambda one: one.address.kind == "rest")  # the one that may hang comes last
        }
        with self._lock:
            listed = self._unmoved([store for one in found if (store := stores[one.address.uri]) is not None])
            self._active = _choose(listed, said)
            marked = [replace(store, active=store is self._active) for store in listed]
        return tuple(sorted(marked, key=lambda store: not store.active))

    def searched(self) -> Searched:
        """How the repository was searched."""
        with self._lock:
            self._settle_once()
            return self._discovery.searched

    def reader(self, *, quick: bool = False, newest: bool = False) -> StoreReader | None:
        """The active store's reader, up to date; None if there is no store.

        `quick`: of a mirrored store that was never read only the newest runs are waited for; `newest`: so of any file
        store. Raises `SourceError` if it can't be read, also if that is why none of the stores is active.
        """
        with self._lock:
            self._settle_once()
            store = self._active
            if store is None:
                if failures := self._counts.failures():
                    raise type(failures[0])(failures[0].summary, failures[0].hint)
                return None
            if lost := self._gone(store):
                raise lost
            reader = self._readers.of(store)
        if isinstance(reader, MirrorReader):
            reader.refresh(quick=quick, newest=newest)
        return self._readers.scoped(reader)

    def reread(
        self, experiments: Collection[str] | None = None, limit: int | None = None, *, deleted: bool = False
    ) -> SourceError | None:
        """Read the active store's runs of these experiments (ids) anew, the newest `limit` of them, if it is a server.

        A server was only asked for what is new and what runs. Gives what stood in the way; what it last said is read.
        """
        with self._lock:
            reader = None if self._active is None else self._readers.get(self._active.uri)
        if isinstance(reader, MirrorReader) and reader.failure is None:
            try:
                reader.reread(experiments, limit, deleted=deleted)
            except SourceError as error:
                return error
        return self.trouble()

    def ask_for(self, run_ids: Sequence[str]) -> None:
        """Have these runs (ids) of the active store as they are now: a server is asked. Raises `SourceError`."""
        with self._lock:
            reader = None if self._active is None else self._readers.get(self._active.uri)
        if isinstance(reader, MirrorReader):
            reader.ask_for(run_ids)

    def trouble(self) -> SourceError | None:
        """Why the active store could not be brought up to date the last time; what it last said is still read."""
        with self._lock:
            reader = None if self._active is None else self._readers.get(self._active.uri)
        return reader.failure if isinstance(reader, MirrorReader) else None

    def read_at(self) -> int | None:
        """When the active store was last read to its end through its mirror, epoch ms."""
        with self._lock:
            reader = None if self._active is None else self._readers.get(self._active.uri)
        return reader.read_at if isinstance(reader, MirrorReader) else None

    def on_screen(self, run_ids: Sequence[str]) -> None:
        """Somebody looks at these runs: a server is asked for them too each time it is asked. Never waits."""
        self.looked_at = frozenset(run_ids)
        for reader in self._readers.mirrors():
            reader.on_screen(run_ids)

    def is_remote(self) -> bool:
        """Whether the active store is a server, which takes its time. Never waits."""
        return self._mirrored() is not None and self._active is not None and self._active.kind not in LOCAL

    def reading(self) -> int | None:
        """How many runs were read so far, while all of the active server is being read; else None. Never waits."""
        reader = self._mirrored()
        return None if reader is None else reader.reading

    def forget(self) -> None:
        """Read every mirrored store whole the next time: somebody asked for it. Never waits."""
        for reader in self._readers.mirrors():
            reader.forget()

    def active(self) -> SqlReader | None:
        """The active store's reader as it is, for its fingerprint; nothing is read or contacted for it but a search."""
        with self._lock:
            self._settle_once()
            return None if self._active is None else self._readers.of(self._active)

    def as_it_stands(self) -> StoreReader | None:
        """As `reader`, with what is known of a mirrored store: nothing is waited for. None if nothing is known yet."""
        reader = self.active()
        if reader is None or self._gone(reader.store) or (isinstance(reader, MirrorReader) and not reader.known()):
            return None
        return self._readers.scoped(reader)

    def registry(self, *, quick: bool = True) -> SqlReader | None:
        """The reader of the model registry, if it is configured to be elsewhere; None if the active store knows it.

        That is so where it keeps it, and of a tracking server, whose mirror has the models of both. `quick`: a registry
        that was read before is not waited for.
        """
        from mltui.sources.mlflow.addresses import address

        said = self._config.registry
        if not said:
            return None
        where = address(said, self._project.root)
        with self._lock:
            self._settle_once()
            active = self._active
            if active is not None and (active.uri == where.uri or active.kind == where.kind == "rest"):
                return None
            reader = self._readers.registry(Store(where.uri, where.kind, "configuration"))
        return _refreshed(reader, quick=quick)

    def models_now(self) -> tuple[RegisteredModel, ...]:
        """Every registered model as it is now, in scope or not: for whoever acts upon what it says.

        Raises `NotFound` if there is neither store nor registry, `SourceError` if it can't be read now.
        """
        reader = self.registry() or self.active()
        if reader is None:
            raise NotFound("there is no MLflow store here", "log a run, or name a store with --store")
        if lost := self._gone(reader.store):
            raise lost
        if isinstance(reader, MirrorReader):
            reader.read_registry()
        return reader.models()

    def witnesses(self) -> list[tuple[str, str]] | None:
        """What the answer of `load` stood on: ("f", a file), ("d", a directory's own entries).

        None if that can't be seen from stats alone: a server, a file store, a lock, which goes without a trace, a
        search that was cut short.
        """
        with self._lock:
            looked = self._discovery.directories()
            passing = any(isinstance(error, (Busy, Denied)) for error in self._counts.failures())
            if looked is None or not self._settled or passing:
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
            self._readers.close()
            self._settled = False

    def _mirrored(self) -> MirrorReader | None:
        active = self._active
        reader = None if active is None else self._readers.get(active.uri)
        return reader if isinstance(reader, MirrorReader) else None

    def _settle_once(self) -> None:
        if not self._settled:
            self._settle()

    def _settle(self) -> tuple[tuple[Found, ...], Found | None]:
        """Find the stores and choose the active one, by what can be read at once."""
        self._found = self._with_lost(self._discovery.find())
        said = self._found[0] if self._found and self._found[0].origin not in ("repository", "code") else None
        if said is not None:  # nothing is read for it, so that one that hangs holds up nobody else
            self._active = Store(said.address.uri, said.address.kind, said.origin)
        elif not self._settled:
            examined = (self._counts.examine(one, asked=False, quick=True) for one in self._found)
            self._active = _choose([store for store in examined if store is not None], None)
        self._settled = True
        return self._found, said

    def _with_lost(self, found: tuple[Found, ...]) -> tuple[Found, ...]:
        """`found`, and behind it the store that was looked at until it went: what was read of it is still shown."""
        active = self._active.uri if self._active else None
        last = next((one for one in self._found if one.address.uri == active), self._lost)
        self._lost = last if last is not None and self._counts.gone(last) else None
        if self._lost is None:
            return found
        path = self._lost.address.path  # where somebody named it by its path, that looks like a directory's now
        rest = tuple(one for one in found if one.address.path != path)
        return (self._lost, *rest) if len(rest) < len(found) else (*rest, self._lost)

    def _unmoved(self, stores: list[Store]) -> list[Store]:
        """Without the one that went, where another has what it had: then it was given another name."""
        lost = self._lost.address.uri if self._lost else None
        had = {(store.newest, store.runs, store.experiments) for store in stores if store.uri != lost}
        kept = [each for each in stores if each.uri != lost or (each.newest, each.runs, each.experiments) not in had]
        if len(kept) < len(stores):
            self._lost = None
        return kept

    def _gone(self, store: Store) -> SourceError | None:
        one = next((each for each in self._found if each.address.uri == store.uri), None)
        return self._counts.gone(one) if one else None

    def _begin(self, said: Found | None) -> None:
        """Let the server that was said be asked while the other stores are read."""
        if said is None or said.address.kind != "rest":
            return
        try:
            reader = self._readers.of(Store(said.address.uri, "rest", said.origin))
        except SourceError:
            return  # `examine` says it
        if isinstance(reader, MirrorReader):
            reader.begin()


def _choose(stores: list[Store], said: Found | None) -> Store | None:
    """What somebody said, else the one whose newest run started last."""
    if said is not None:
        return next((store for store in stores if store.uri == said.address.uri), None)
    local = [store for store in stores if store.kind in LOCAL and (not store.problem or store.newest is not None)]
    return max(local, key=lambda store: (store.newest or 0, store.runs or 0, store.kind == "sqlite"), default=None)


def _refreshed(reader: SqlReader, *, quick: bool = False) -> SqlReader:
    if isinstance(reader, MirrorReader):
        reader.refresh(quick=quick)
    return reader
