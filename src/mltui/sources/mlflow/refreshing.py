"""What is mirrored, and one refresh of it in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from mltui.errors import SourceError
from mltui.model.part import Problem
from mltui.model.runs import LoggedModel, MetricPoint
from mltui.sources.mlflow.columns import Read

if TYPE_CHECKING:
    from mltui.sources.mlflow.server.mirror import Swept


class Mirror(Protocol):
    """What `FileMirror` and `ServerMirror` have in common."""

    database: Path

    def fingerprint(self) -> Hashable: ...
    def refresh(self, progress: Callable[[int, int], None] | None = None) -> None: ...
    def problems(self) -> tuple[Problem, ...]: ...
    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]: ...
    def columns(self, run_id: str, key: str, former: Read | None = None) -> Read: ...


@runtime_checkable
class Filed(Protocol):
    """What the mirror of a file store has besides."""

    def logged(self, run_id: str, models: tuple[LoggedModel, ...]) -> tuple[LoggedModel, ...]: ...


@runtime_checkable
class Registered(Protocol):
    """What the mirror of a server with a model registry has besides."""

    def read_registry(self) -> None: ...


@runtime_checkable
class Remote(Protocol):
    """What the mirror of a server has besides."""

    @property
    def waiting(self) -> SourceError | None: ...
    def tick(
        self, experiments: Collection[str] | None = None, *, others: bool = False, shown: Sequence[str] = ()
    ) -> None: ...
    def reread(
        self, experiments: Collection[str] | None = None, limit: int | None = None, *, deleted: bool = False
    ) -> None: ...
    def swept(self) -> Swept | None: ...
    def read_at(self) -> int | None: ...
    def close(self) -> None: ...


class Refresh:
    """One refresh in a thread of its own: `begun` once the newest runs are there, `done` at its end.

    `runs` counts those read so far.
    """

    def __init__(self, work: Callable[[Callable[[int, int], None]], None], *, whole: bool) -> None:
        self.begun = threading.Event()
        self.done = threading.Event()
        self.error: BaseException | None = None
        self.whole = whole
        self.seconds = 0.0
        self.runs = 0
        self._work = work
        threading.Thread(target=self._run, name="mirror", daemon=True).start()

    def _run(self) -> None:
        started = time.monotonic()
        try:
            self._work(self._went_on)
        except BaseException as error:  # judged by whoever waits for it
            self.error = error
        finally:
            self.seconds = time.monotonic() - started
            self.begun.set()
            self.done.set()

    def _went_on(self, runs: int, _more: int) -> None:
        self.runs = runs
        self.begun.set()
