"""From a source to the screen: one thread a source asks its fingerprint, loads if it moved, and delivers the part.

Threads are daemons of their own, not Textual's workers: those are joined at exit, and a server that hangs for ten
seconds must not keep mltui from closing. Knows no widget, so that reading can begin before Textual is imported.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mltui.errors import NotFound, SourceError
from mltui.model.metric import NEWEST_RUNS
from mltui.model.part import Part, Problem
from mltui.sources.look import look
from mltui.sources.port import Source, now_ms, silence_of

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: The parts by name.
PARTS = ("git", "history", "pipeline", "experiments", "stores", "runs", "models", "jobs", "journal", "lineage")
#: What joins the others: it is read after they were, and never before the first paint.
LATE = ("lineage",)
AT_ONCE = tuple(name for name in PARTS if name not in LATE)
#: Those that are read while Textual is still being imported, a third of a second: what takes longest to be there.
AHEAD = ("stores", "runs")

#: What a source can show before its whole value is there: the pipeline as remembered, the newest runs (a screenful,
#: and more where all of them take long). None is nothing.
PRELUDES: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "pipeline": (lambda source: source.remembered(),),
    "jobs": (lambda source: None,),  # nothing, but they wait with their rest too
    "journal": (lambda source: None,),
    "runs": (lambda source: source.first(NEWEST_RUNS), lambda source: source.first() if source.many() else None),
}

#: What a source can say at once of what moved, before it reads it all: what runs, before DVC is asked. None is nothing.
SOON: dict[str, Callable[[Any], Any]] = {"pipeline": lambda source: source.soon()}

#: How a source is loaded for a screen, where that is another way than for a command, which wants all of it.
LOADING: dict[str, Callable[[Any], Any]] = {"runs": lambda source: source.there()}

#: Sources with a prelude wait for it to be drawn before they load the rest, which keeps the interpreter busy for a
#: while; so long at most (seconds).
BREATH = 0.5

#: What moves with everything else and takes long is not read again before so much time went by since it was last read
#: (seconds), nor before so many times what that took: while a training logs, its store moves all the time.
SPARING = 30.0
SPARING_TIMES = 30

#: What is done before a look that somebody asked for: a server is otherwise only asked for what is new.
FORGETTING: dict[str, Callable[[Any], Any]] = {"runs": lambda source: source.forget()}


class Feed:
    """One source in its own thread. `kick` asks it to look whether something moved; kicks while it looks are one."""

    def __init__(
        self,
        name: str,
        source: Callable[[], Source[Any]],
        post: Callable[[Part[Any]], object],
        sequence: Callable[[], int],
        drawn: Callable[[], object],
    ) -> None:
        self.name = name
        self._wait_drawn = drawn
        self._source = source
        self._post = post
        self._sequence = sequence
        self._wake = threading.Event()
        self._asking = threading.Lock()
        self._forced = False
        self.started = False
        self._stopped = False
        self._hurry = threading.Event()
        self._not_before = 0.0
        self._since = 0.0
        self._step: Callable[[Any], Any] | None = None
        self._mark: Hashable = _NEVER
        self._last: Part[Any] | None = None
        self._true_at = 0
        self.idle = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"feed {name}", daemon=True)

    def start(self, since: float) -> None:
        """Let it load, once; not after `stop`. `since` as in `kick`."""
        if not self.started and not self._stopped:
            self.started = True
            self._thread.start()
            self.kick(since)

    def kick(self, since: float, force: bool = False) -> None:
        """Look again; with `force` load even if nothing moved. What feeds ask in common may be as old as `since`."""
        with self._asking:
            self._since = max(self._since, since)
            self._forced = self._forced or force
            if force:
                self._hurry.set()
            self._wake.set()
            self.idle.clear()

    def step(self, make: Callable[[Any], Any], since: float) -> None:
        """Load the next piece with `make(source)`, for sources that give themselves in pieces."""
        with self._asking:
            self._step = make
        self.kick(since)

    def stop(self) -> None:
        self._stopped = True
        self._hurry.set()
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            if self._stopped:
                return
            with self._asking:
                self._wake.clear()
                forced, self._forced = self._forced, False
                self._hurry.clear()
                step, self._step = self._step, None
                since = self._since
            with look(since):
                self._look(forced, step)
            with self._asking:
                if not self._wake.is_set():
                    self.idle.set()

    def _look(self, forced: bool, step: Callable[[Any], Any] | None) -> None:
        try:
            source = self._source()
            if step is not None:
                self._send(step(source))
            if forced and (forget := FORGETTING.get(self.name)):
                forget(source)
            mark = source.fingerprint()
            if mark == self._mark and not forced:
                if self._last is not None and self._last.problem is None:
                    self._true_at = now_ms()
                return
            if not forced and self._spared():
                mark = source.fingerprint()
            if self._last is None:
                for prelude in PRELUDES.get(self.name, ()):
                    if (early := prelude(source)) is not None:
                        self._send(early)
                    self._wait_drawn()
            elif (soon := SOON.get(self.name)) and (early := soon(source)) is not None:
                self._send(early)
            load, began = LOADING.get(self.name), time.monotonic()
            self._send(load(source) if load else source.load(), silence_of(source))
            self._mark = mark
            self._not_before = time.monotonic() + max(SPARING, SPARING_TIMES * (time.monotonic() - began))
        except SourceError as error:
            self._fail(Problem(self.name, error.summary, error.hint, absent=isinstance(error, NotFound)))
        except Exception as error:
            from mltui.sources.mistakes import problem_of

            self._fail(problem_of(self.name, error))

    def _spared(self) -> bool:
        """Wait as long as what takes long is to be left alone, or until somebody wants it now; whether one waited."""
        left = self._not_before - time.monotonic() if self.name in LATE else 0.0
        if left > 0 and not self._stopped:
            self._hurry.wait(left)
        return left > 0

    def _send(self, value: Any, problem: Problem | None = None) -> None:
        self._true_at = now_ms() if problem is None else self._true_at  # else it is what was known from before
        self._publish(Part(self.name, value, problem, self._true_at, self._sequence()))

    def _fail(self, problem: Problem) -> None:
        """Keep showing the last known value, with its age, beside what stood in the way of a newer one."""
        self._mark = _NEVER
        if self._last is not None and self._last.problem == problem:
            return
        former = self._last or Part(self.name, read_at=now_ms())
        read_at = self._true_at or former.read_at
        self._publish(replace(former, problem=problem, read_at=read_at, sequence=self._sequence()))

    def _publish(self, part: Part[Any]) -> None:
        self._last = part
        if not self._stopped:
            self._post(part)


class Feeds:
    """All feeds of one workspace. What they read before `deliver` was called is delivered then."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._building = threading.Lock()
        counter = itertools.count(1)
        self._drawn = threading.Event()
        self._delivered = threading.Event()
        self._delivering = threading.Lock()
        self._early: list[Part[Any]] = []
        self._deliver: Callable[[Part[Any]], object] = self._early.append
        self._feeds = {
            name: Feed(name, self._finder(name), self._post, lambda: next(counter), self._wait_drawn) for name in PARTS
        }
        self.paused = False
        self._ticked = 0.0  # when all were to look last (monotonic seconds)

    def deliver(self, to: Callable[[Part[Any]], object]) -> None:
        """Give `to` every part read so far, and each further one when it was read, from that one's thread."""
        with self._delivering:
            for part in self._early:
                to(part)
            self._early.clear()
            self._deliver = to
        self._delivered.set()

    def _post(self, part: Part[Any]) -> None:
        with self._delivering:
            self._deliver(part)

    def _wait_drawn(self) -> None:
        self._delivered.wait()
        self._drawn.wait(BREATH)

    def _finder(self, name: str) -> Callable[[], Source[Any]]:
        def find() -> Source[Any]:
            with self._building:  # runs and models both build the stores they read from
                source: Source[Any] = getattr(self.workspace, name)
            return source

        return find

    def start(self, names: Sequence[str] = AT_ONCE) -> None:
        """Start those of the named feeds that have not been started, and let each load."""
        since = time.monotonic()
        for name in names:
            self._feeds[name].start(self._since(name, since))

    @property
    def begun(self) -> bool:
        """Whether any of them was started."""
        return any(feed.started for feed in self._feeds.values())

    def go_on(self) -> None:
        """The newest runs are on screen: what takes long may be read."""
        self._drawn.set()

    def kick(self, *names: str, force: bool = False) -> None:
        """Let the named feeds (none: all) look again. While paused only a forced look counts."""
        if self.paused and not force:
            return
        now = time.monotonic()
        self._ticked = self._ticked if names else now
        for name in names or tuple(self._feeds):
            feed = self._feeds.get(name)
            if feed is not None and (feed.started or name not in LATE):
                feed.kick(self._since(name, now), force)

    def look(self, name: str) -> None:
        """Let a source that was asked for more look, paused or not."""
        self._feeds[name].kick(self._since(name, time.monotonic()))

    def more(self, name: str) -> None:
        """Let a source that gives itself in pieces load the next one."""
        self._feeds[name].step(lambda source: source.more(), self._since(name, time.monotonic()))

    def _since(self, name: str, now: float) -> float:
        """How old what it asks in common with others may be: what joins the parts takes what those were made of."""
        return self._ticked if name in LATE else now

    def stop(self) -> None:
        """Let every thread end after what it is doing; nothing is delivered any more."""
        for feed in self._feeds.values():
            feed.stop()
        self._delivered.set()

    def wait_idle(self, timeout: float, names: Sequence[str] = PARTS) -> bool:
        """Wait until the named feeds have nothing to do. For tests; not on the drawing thread."""
        waited = [self._feeds[name] for name in names if self._feeds[name].started or name not in LATE]
        return all(feed.idle.wait(timeout) for feed in waited)


_NEVER = object()
