"""How `mltui status --watch` tells: a line of JSON for each change, the text again, or a screen painted over."""

from __future__ import annotations

import os
import select
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from mltui.cli.status import text_lines
from mltui.cli.terminal import is_terminal, write
from mltui.present.jsonable import dumps
from mltui.present.watch_document import change_lines, start_line, watch_document
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.config import Config
    from mltui.model.status import Snapshot

#: Ages on a screen are in minutes: so often it is drawn again (seconds).
AGES: Final = 60.0
#: Said by `select.poll` of a pipe whose reader went, and of a terminal that closed.
_GONE: Final = select.POLLERR | select.POLLHUP | select.POLLNVAL


class Teller(ABC):
    """Tells one snapshot after another. Used as a context: what it does to a terminal is undone at the end."""

    def __enter__(self) -> Teller:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        return

    @abstractmethod
    def tell(self, snapshot: Snapshot) -> None:
        """Something may have changed. Raises `BrokenPipeError` if nobody reads it any more."""

    def again(self) -> None:
        """Nothing changed, but time went by, or the size of the terminal is another."""
        return

    def unheard(self) -> bool:
        """Whether whoever read it went away, and would be missed only at the next change."""
        poller = select.poll()
        poller.register(sys.stdout.fileno(), 0)
        return any(what & _GONE for _, what in poller.poll(0))


def teller_for(options: Options, config: Config, wake: Callable[[], None]) -> Teller:
    """The one that standard output and --json ask for. `wake`: let the loop call `again` soon."""
    if options.json:
        return JsonLines()
    if is_terminal() and os.environ.get("TERM", "dumb") != "dumb":
        from mltui.cli.watch_screen import Screen

        return Screen(config, wake)
    return Texts(config)


class JsonLines(Teller):
    """NDJSON: the first moment whole, then a line for each change, each written at once."""

    def __init__(self) -> None:
        self._last: dict[str, Any] | None = None

    def tell(self, snapshot: Snapshot) -> None:
        document, at = watch_document(snapshot), now_ms()
        lines = [start_line(document, at)] if self._last is None else change_lines(self._last, document, at)
        for line in lines:
            sys.stdout.buffer.write(dumps(line).encode() + b"\n")
            sys.stdout.buffer.flush()
        self._last = document


class Texts(Teller):
    """The text, and after an empty line the text again when something changed: for a pipe, a file, a dumb terminal."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._last: dict[str, Any] | None = None

    def tell(self, snapshot: Snapshot) -> None:
        document = watch_document(snapshot)
        if self._last is not None:
            if next(change_lines(self._last, document, 0), None) is None:
                return
            sys.stdout.write("\n")
        write(text_lines(snapshot, self._config))
        sys.stdout.flush()
        self._last = document


class Repainted(Teller):
    """One that is drawn again when time goes by."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._drawn = 0.0

    def tell(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._draw()

    def again(self) -> None:
        if self.is_resized() or time.monotonic() - self._drawn >= AGES:
            self._draw()

    def is_resized(self) -> bool:
        """Whether the last drawing was for another size, or was lost."""
        return False

    def _draw(self) -> None:
        if self._snapshot is not None:
            self._drawn = time.monotonic()
            self.draw(self._snapshot)

    @abstractmethod
    def draw(self, snapshot: Snapshot) -> None:
        """Draw it, as of now."""
