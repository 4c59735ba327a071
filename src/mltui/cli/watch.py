"""`mltui status --watch`: the status again whenever something changed, until somebody ends it.

The workspace stays open, and is read again only if a fingerprint moved: an idle watch stats a few files.
"""

from __future__ import annotations

import queue
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mltui.actions.finding_out import note_what_is_found
from mltui.cli.exits import NOTHING, OK
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.cli.status import WAIT, found_nothing
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import use_utf8
from mltui.cli.watch_teller import teller_for
from mltui.errors import MltuiError
from mltui.model.carrying import carried, is_whole
from mltui.sources.looks import NAMES, Looks, configuration_mark
from mltui.sources.pulse import Pulse

if TYPE_CHECKING:
    from collections.abc import Hashable

    from mltui.cli.options import Options
    from mltui.model.status import Snapshot
    from mltui.sources.workspace import Workspace

#: A read begins not before so many times what the last one took, but no later than so many seconds: a training that
#: logs all the time moves the store all the time.
SPARING: Final = 2
SPARING_MOST: Final = 10.0


class Inbox:
    """What the pulse's thread and signal handlers have to say, for the one thread that reads and prints.

    A `queue.SimpleQueue`, because its `put` is safe in a signal handler.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[str, ...]] = queue.SimpleQueue()

    def kick(self, *names: str) -> None:
        """Let these sources (none: all) be looked at."""
        self._queue.put(names or NAMES)

    def wake(self) -> None:
        """Nothing moved; the size of the terminal did."""
        self._queue.put(())

    def wait(self, seconds: float) -> set[str]:
        """The names of the sources that are to be looked at; empty after so long without any."""
        found: set[str] = set()
        with suppress(queue.Empty):
            found.update(self._queue.get(timeout=max(0.0, seconds)))
            while True:
                found.update(self._queue.get_nowait())
        return found


class Watched:
    """One project, open, and what was last read of it. Reopened when its configuration changes."""

    def __init__(self, options: Options, every: float, inbox: Inbox) -> None:
        self._options, self._every, self._inbox = options, every, inbox
        self._last: Snapshot | None = None
        self._whole = True  # what could not be read may be readable now, though nothing moved
        self._open()
        note_what_is_found(self.workspace)

    def _open(self) -> None:
        self.workspace: Workspace = open_told(self._options)
        self._configuration: Hashable = configuration_mark(self.workspace.project)
        self._looks = Looks(self.workspace)
        self._pulse = Pulse(self.workspace, self._inbox, self._every)
        self._pulse.start()

    def moved(self, names: set[str]) -> bool:
        """Whether there is anything to read."""
        everything = names >= set(NAMES)
        if everything and configuration_mark(self.workspace.project) != self._configuration:
            self._reopen()
        return self._looks.moved([name for name in NAMES if name in names]) or (everything and not self._whole)

    def _reopen(self) -> None:
        former, pulse = self.workspace, self._pulse
        try:
            self._open()
        except MltuiError as error:  # the directory went away: what was read is what there is
            self._configuration = configuration_mark(former.project)
            say(error.summary, error.hint)
            return
        pulse.stop()
        former.close()

    def read(self) -> Snapshot:
        """The moment as it is now; what can't be read is told, and as it was before."""
        snapshot = carried(self._last, self.workspace.snapshot(WAIT if self._options.wait else 0))
        self.workspace.remember(snapshot)
        self._pulse.look_at(snapshot.pipeline.value)
        self._last, self._whole = snapshot, is_whole(snapshot)
        return snapshot

    def close(self) -> None:
        """End what was started."""
        self._pulse.stop()
        self.workspace.close()


def watch_status(options: Options, every: float) -> int:
    """Print the status and then what changes of it, looking every so many seconds; returns when nobody reads it."""
    stop_between_reads()
    use_utf8()
    inbox = Inbox()
    watched = Watched(options, every, inbox)
    try:
        watched.moved(set(NAMES))
        begun = time.monotonic()
        snapshot = watched.read()
        if found_nothing(snapshot):
            say(f"nothing to read in {snapshot.project}: no git, no DVC, no MLflow")
            return NOTHING
        with teller_for(options, watched.workspace.config, inbox.wake) as teller:
            teller.tell(snapshot)
            rested, asked = _rested(begun, every), set[str]()
            while not teller.unheard():
                asked |= inbox.wait(every if not asked else rested - time.monotonic())
                teller.again()
                if not asked or time.monotonic() < rested:
                    continue
                names, asked = asked, set()
                begun = time.monotonic()
                if watched.moved(names):
                    teller.tell(watched.read())
                    rested = _rested(begun, every)
        return OK
    finally:
        watched.close()


def _rested(begun: float, every: float) -> float:
    """When the next read may begin, after one that began then and ended now (monotonic seconds)."""
    now = time.monotonic()
    return max(begun + every, now + min(SPARING * (now - begun), SPARING_MOST))
