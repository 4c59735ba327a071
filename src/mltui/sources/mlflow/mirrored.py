"""A store that is read through its mirror: refreshed first, then asked like any database."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Hashable, Mapping, Sequence

from mltui.errors import Denied, SourceError, Throttled
from mltui.model.columns import Pick
from mltui.model.part import Problem
from mltui.model.runs import LoggedModel, MetricPoint, Store
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.reader import PICKED_AT_ONCE
from mltui.sources.mlflow.refreshing import Filed, Mirror, Refresh, Registered, Remote
from mltui.sources.mlflow.sql.reader import SqlReader
from mltui.sources.mlflow.sqlite.database import SqliteDatabase
from mltui.sources.port import now_ms

#: A server tells nobody about changes: it is asked again after so many seconds, or after so many times what the last
#: answer took, whichever is longer.
SERVER_SECONDS = 15.0
SERVER_SHARE = 10.0

#: All of a server is read again after so long, for edits and deletions of older runs.
SWEEP_SECONDS = 3_600.0

#: What an earlier process read stands for at most so many times what reading it took; what took less than a tick does
#: is read again at once.
SWEEP_SHARE = 100.0
CHEAP_SECONDS = 0.5


class MirrorReader(SqlReader):
    """Reads a mirror's tables. `refresh` brings them up to date; `failure` is why that did not succeed the last time.

    While a store does not answer, what it last said is still read. A server is swept once, then asked for what is new
    and what runs (`ServerMirror.tick`), until `forget` or `SWEEP_SECONDS` later. A new process takes a sweep of an
    earlier one over while it is young against what it took. `reread` is for whoever needs older runs as they are now.
    `withheld` is what the server was not told: a problem, and why it may have refused.
    """

    def __init__(self, store: Store, mirror: Mirror, withheld: Collection[Problem] = ()) -> None:
        super().__init__(store, SqliteDatabase(mirror.database, mirror.database.parent))
        self._mirror = mirror
        self._withheld = tuple(withheld)
        self._remote = mirror if isinstance(mirror, Remote) else None
        self._work: Refresh | None = None
        self._seen: Hashable = _NEVER
        self._again = 0.0
        self._sweep: float | None = None
        self._turns = 0
        self._whole = False
        self._forgotten = False
        self._scope: Collection[str] | None = None
        self._others = False
        self._shown: Sequence[str] = ()
        self._lock = threading.Lock()
        self.failure: SourceError | None = None
        self.read_at: int | None = None

    @property
    def remote(self) -> bool:
        return self._remote is not None

    @property
    def partial(self) -> bool:
        """Whether a refresh is still under way: what is read meanwhile may be a part."""
        work = self._work
        return work is not None and not work.done.is_set()

    @property
    def reading(self) -> int | None:
        """How many runs were read so far, while all of a server is being read; else None."""
        work = self._work
        return work.runs if self._remote and work is not None and work.whole and not work.done.is_set() else None

    @property
    def waiting(self) -> SourceError | None:
        """That the server asked to come again later, while that is waited for."""
        return self._remote.waiting if self._remote else None

    def begin(self) -> None:
        """Start to read what changed, if it is time to."""
        with self._lock:
            if self._work is None and not self._current():
                self._work = self._refreshing()

    def refresh(self, *, quick: bool = False, newest: bool = False, wait: float | None = None) -> None:
        """Read what changed, waiting at most `wait` seconds for the end of it.

        `quick`: wait only if nothing is known from before, and then for the newest runs; the rest is read meanwhile.
        `newest`: of a file store wait for the newest runs only (100 of them) and the registry. Raises `SourceError` if
        reading fails and nothing is known from before.
        """
        self.begin()
        work = self._work
        if work is not None:
            if not (quick and self._something(work)):
                (work.begun if quick or (newest and not self.remote) else work.done).wait(wait)
            self._settle(work)
        if self.failure is not None and not self.known():
            raise self.failure

    def reread(
        self, experiments: Collection[str] | None = None, limit: int | None = None, *, deleted: bool = False
    ) -> None:
        """Read these experiments' runs anew, unless all was read a moment ago (`ServerMirror.reread`).

        Raises `SourceError`; what was known is still read then. Nothing to do for a file store, whose files tell.
        """
        if self._remote is not None and not self._whole:
            self._remote.reread(experiments, limit, deleted=deleted)

    def ask_for(self, run_ids: Sequence[str]) -> None:
        """Ask a server for these runs as they are now, whenever they were read. Raises `SourceError`.

        Nothing to do for a file store, whose files tell.
        """
        if self._remote is not None:
            self._remote.tick(self._scope, others=self._others, shown=tuple(run_ids))

    def read_registry(self) -> None:
        """Read the models as they are now: a server's are up to a minute old else. Raises `SourceError`."""
        if isinstance(self._mirror, Registered):
            self._mirror.read_registry()
        else:
            self.refresh()
            if self.failure is not None:
                raise self.failure

    def swept_at(self) -> int | None:
        """When all of a server was read the last time, epoch ms: what it holds besides the newest runs is of then."""
        swept = self._remote.swept() if self._remote else None
        return None if swept is None else swept.at

    def read_times(self, run_ids: Collection[str]) -> Mapping[str, int]:
        if self._remote is None:
            return {}  # a file's stat tells that it is as it was
        pages = self._database.rows_in("mltui_seen", ("run_uuid", "read_at"), "run_uuid", run_ids)
        return {run_id: read_at for page in pages for run_id, read_at in page}

    def on_screen(self, run_ids: Sequence[str]) -> None:
        """Ask for these runs of a server too, from its next tick on: somebody looks at them."""
        self._shown = tuple(run_ids)

    def forget(self) -> None:
        """Read all of it the next time, and that at once. Never waits."""
        self._forgotten = True

    def cut(self, experiments: Collection[str] | None, *, others: bool = False) -> None:
        """From now on only these experiments (ids) of a server matter between sweeps; None is all.

        `others`: a new run in any other may be why that one matters too (`ServerMirror.tick`).
        """
        self._scope, self._others = experiments, others

    def fingerprint(self) -> Hashable:
        if self._remote is None and self.partial:
            return "busy", self._turns  # the mirror is being written: it answers at the end
        return self._mirror.fingerprint()

    def turn(self) -> Hashable:
        """Moves when it is time to `refresh`, and when a refresh has ended; costs nothing."""
        with self._lock:
            ended = self._work is not None and self._work.done.is_set()
            due = self._work is None and self.remote and not self._current()
            return self._turns, ended, due

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:
        return self._mirror.series(run_id, key, limit)

    def columns(self, run_id: str, key: str, former: Read | None = None) -> Read:
        return self._mirror.columns(run_id, key, former)

    def logged_models(self, run_id: str) -> tuple[LoggedModel, ...]:
        found = super().logged_models(run_id)
        return self._mirror.logged(run_id, found) if found and isinstance(self._mirror, Filed) else found

    def picks(self, key: str, pick: Pick, of: int, run_ids: Collection[str]) -> Mapping[str, float | None]:
        asked = list(run_ids)[:PICKED_AT_ONCE] if self.remote else run_ids
        return self._picked_one_by_one(key, pick, of, asked)

    def problems(self) -> tuple[Problem, ...]:
        return (*self._withheld, *self._mirror.problems(), *super().problems())

    def close(self) -> None:
        super().close()
        if self._remote is not None:
            self._remote.close()

    def _refreshing(self) -> Refresh:
        """A sweep, or between sweeps of a server a tick."""
        anew, self._forgotten = self._forgotten, False
        remote, scope, others, shown = self._remote, self._scope, self._others, self._shown
        if remote is None or anew or time.monotonic() >= self._sweep_due(remote):
            return Refresh(self._mirror.refresh, whole=True)
        return Refresh(lambda _progress: remote.tick(scope, others=others, shown=shown), whole=False)

    def _sweep_due(self, remote: Remote) -> float:
        """When, by the monotonic clock, all of a server is to be read. An earlier process may have done it."""
        if self._sweep is None:
            self._sweep = 0.0
            swept = remote.swept()
            if swept is not None and swept.took >= CHEAP_SECONDS * 1000 and swept.at <= now_ms():
                stands = min(SWEEP_SECONDS, SWEEP_SHARE * swept.took / 1000)
                self._sweep = time.monotonic() + stands - (now_ms() - swept.at) / 1000
        return self._sweep

    def _settle(self, work: Refresh) -> None:
        """Take over how a refresh ended."""
        with self._lock:
            if not work.done.is_set() or self._work is not work:
                return
            self._work = None
            self._turns += 1
            now = time.monotonic()
            pause = max(SERVER_SECONDS, SERVER_SHARE * work.seconds)
            if isinstance(work.error, Throttled):
                pause = max(pause, work.error.seconds)
            self._again = now + (SERVER_SECONDS if work.whole and work.error is None else pause)
            self._seen = self._mirror.fingerprint()
            if work.error is None:
                self.failure, self.read_at = None, now_ms()
                self._sweep = now + SWEEP_SECONDS if work.whole else self._sweep
                self._whole = work.whole
            elif isinstance(work.error, SourceError):
                self.failure = self._explained(work.error)
                # a server's mirror knows it of earlier processes too
                self.read_at = self.read_at or (self._remote.read_at() if self._remote else None)
            else:
                raise work.error

    def _explained(self, error: SourceError) -> SourceError:
        """A refusal of somebody whose login was not sent says how to send it."""
        if not isinstance(error, Denied) or not self._withheld:
            return error
        return Denied(error.summary, "; ".join(f"{one.summary}: {one.hint}" for one in self._withheld))

    def _current(self) -> bool:
        if self._seen is _NEVER or self._forgotten:
            return False
        if self.remote:
            return time.monotonic() < self._again
        return self._mirror.fingerprint() == self._seen

    def _something(self, work: Refresh) -> bool:
        """Whether there is something to show: of a server's first reading its first page, not the bare experiments."""
        if not self.known():
            return False
        return not self.remote or work.begun.is_set() or self.swept_at() is not None or self.newest() is not None

    def known(self) -> bool:
        """Whether anything is known from before."""
        try:
            return bool(self.experiments()) or self.swept_at() is not None
        except SourceError:
            return False


_NEVER = object()
