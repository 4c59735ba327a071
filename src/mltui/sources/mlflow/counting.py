"""What is in each store that was found: its counts, or what stands in their way."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from mltui.errors import Busy, SourceError, Unreadable
from mltui.model.runs import Store
from mltui.sources.mlflow.discovery import Found
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.open_readers import OpenReaders
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.port import now_ms

LOCAL = ("sqlite", "file")
#: A server that has not answered in so long is not waited for by anyone.
SERVER_SECONDS = 10.5


class Counts:
    """Counts stores; one that has not moved is not counted again."""

    def __init__(self, readers: OpenReaders) -> None:
        self._failures: dict[str, SourceError] = {}
        self._readers = readers
        self._counted: dict[str, tuple[Hashable, Store]] = {}
        self._stood: dict[str, int] = {}

    def failures(self) -> tuple[SourceError, ...]:
        """Why stores could not be counted the last time they were asked; a lock comes first."""
        return tuple(sorted(self._failures.values(), key=lambda error: not isinstance(error, Busy)))

    def stand(self, one: Found) -> None:
        """The store is there, as it was counted or about to be counted again."""
        if gone(one) is None:
            self._stood[one.address.uri] = now_ms()

    def gone(self, one: Found) -> SourceError | None:
        """Why nothing of a store that was counted before can be read: it is not there any more."""
        return gone(one) if one.address.uri in self._counted else None

    def examine(self, one: Found, *, asked: bool, quick: bool = False, wait: float | None = None) -> Store | None:
        """The store with its counts or its problem; None if what was found is no store after all.

        Only one that lies here or was `asked` for is read. `quick` and `wait` as in `MirrorReader.refresh`.
        """
        store = Store(one.address.uri, one.address.kind, one.origin)
        if one.address.kind not in LOCAL and not asked:
            return store
        if lost := self.gone(one):
            self._failures[store.uri] = lost
            former = self._counted[store.uri][1]
            seen = self._stood.get(store.uri, former.read_at)
            return replace(former, problem=lost.summary, hint=lost.hint, read_at=seen)
        try:
            counted = self.count(store, quick=quick, wait=wait)
            self._failures.pop(store.uri, None)
            return counted
        except SourceError as error:
            if isinstance(error, Unreadable) and not one.sure and not _tells_of_mlflow(one):
                return None
            self._failures[store.uri] = error
            # while it is locked, what it said a moment ago is what is known of it
            known = self._counted.get(store.uri) if isinstance(error, Busy) else None
            return replace(known[1] if known else store, problem=error.summary, hint=error.hint)

    def count(self, store: Store, *, quick: bool = False, wait: float | None = None) -> Store:
        """The store with its counts. Raises `SourceError`."""
        reader = self._readers.of(store)
        failure, read_at, partial, reading = None, None, False, None
        if isinstance(reader, MirrorReader):
            reader.refresh(quick=quick, wait=min(wait or 0.0, SERVER_SECONDS) if reader.remote else wait)
            failure, read_at, partial = reader.failure or reader.waiting, reader.read_at, reader.partial
            reading = reader.reading
        mark = (reader.fingerprint(), str(failure), read_at, partial, reading)
        former = self._counted.get(store.uri)
        if former is not None and former[0] == mark:
            return former[1]
        experiments = [one for one in reader.experiments() if one.lifecycle == "active"]
        if partial and not experiments:
            summary, hint = (failure.summary, failure.hint) if failure else ("", "")
            return replace(store, partial=True, reading=reading, problem=summary, hint=hint)
        inside = self._readers.scope(reader).inside
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
            as_of=reader.swept_at() if isinstance(reader, MirrorReader) else None,
            partial=partial,
            reading=reading,
        )
        self._counted[store.uri] = mark, counted
        self._stood[store.uri] = now_ms()
        return counted


def mark(reader: SqlReader) -> Hashable:
    """Equal as long as the counts of the store would be the same and nobody has to ask for them."""
    if not isinstance(reader, MirrorReader):
        return reader.fingerprint()
    return reader.fingerprint(), reader.turn(), reader.reading, str(reader.waiting)


def gone(one: Found) -> SourceError | None:
    """That there is nothing where the store was; of a server and its like nobody can tell from here."""
    path = one.address.path
    if path is None:
        return None
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Unreadable(f"{path.name} is gone", "put it back, or choose another store")
    except OSError:
        return None  # its reader says what is in the way
    return None


def _tells_of_mlflow(one: Found) -> bool:
    from mltui.sources.mlflow.sqlite.file import tells_of_mlflow

    return one.address.path is not None and tells_of_mlflow(one.address.path)
