"""`mltui status --watch` on a terminal: the alternate screen, painted over in place, and given back as it was.

Sequences: xterm's ctlseqs (1049 alternate screen, 25 cursor, 7 wrapping at the edge); tmux and screen know them too.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from mltui.cli.status import text_lines
from mltui.cli.terminal import symbols, texts
from mltui.cli.watch_teller import Repainted
from mltui.present.text import Line, Span, Symbols
from mltui.sources.ending import held
from mltui.sources.mlflow.gate import when_idle

if TYPE_CHECKING:
    from mltui.config import Config
    from mltui.model.status import Snapshot

#: Another screen, without a cursor, on which nothing wraps; and back. The line below the last is for terminals
#: that have no other screen.
ENTER: Final = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
LEAVE: Final = "\x1b[?7h\x1b[?25h\x1b[{rows};1H\r\n\x1b[?1049l"
#: The first cell; the rest of a line, and of the screen, is empty.
HOME, REST_OF_LINE, REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"


def fitted(lines: Sequence[Line], rows: int, symbols: Symbols) -> list[Line]:
    """The lines that have room in so many rows; what has none is counted in the last."""
    if len(lines) <= rows:
        return list(lines)
    below = len(lines) - max(0, rows - 1)
    return [*lines[: max(0, rows - 1)], (Span(f"{symbols.more} {below:,} lines below", "dim"),)]


class Screen(Repainted):
    """Paints. Nothing is written where nothing is another than before."""

    def __init__(self, config: Config, wake: Callable[[], None]) -> None:
        super().__init__()
        self._config, self._wake = config, wake
        self._painted: tuple[os.terminal_size, list[str]] | None = None
        self._keys: list[Any] | None = None
        self._handlers: dict[int, Any] = {}
        self._entered = False  # by the first drawing: an interrupt before `__exit__` is sure to run would leave it so

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with held, suppress(OSError):  # a terminal that closed needs nothing
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            if self._entered:
                self._leave()

    def draw(self, snapshot: Snapshot) -> None:
        if not self._entered:
            self._entered = True
            self._listen()
            self._enter()
        size = _size()
        drawn = symbols(self._config)
        lines = fitted(text_lines(snapshot, self._config, whole=True), size.lines, drawn)
        shown = list(texts(lines, size.columns))
        if self._painted != (size, shown):
            sys.stdout.write(HOME + "\r\n".join(text + REST_OF_LINE for text in shown) + REST_OF_SCREEN)
            sys.stdout.flush()
            self._painted = size, shown

    def is_resized(self) -> bool:
        return self._painted is None or self._painted[0] != _size()

    def _listen(self) -> None:
        resized, stop = signal.SIGWINCH, signal.SIGTSTP
        self._handlers[resized] = signal.signal(resized, lambda _number, _frame: self._wake())
        self._handlers[stop] = signal.signal(stop, lambda _number, _frame: when_idle(self._suspend))

    def _enter(self) -> None:
        """What is typed is not shown, as long as this is the screen."""
        self._painted = None
        self._keys = _without_echo()
        sys.stdout.write(ENTER)
        sys.stdout.flush()

    def _leave(self) -> None:
        sys.stdout.write(LEAVE.format(rows=_size().lines))
        sys.stdout.flush()
        if self._keys is not None:
            import termios

            with suppress(termios.error):
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSAFLUSH, self._keys)

    def _suspend(self) -> None:
        """ctrl+z: the shell gets its terminal back, and ``fg`` paints anew."""
        self._leave()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._enter()
        self._wake()


def _size() -> os.terminal_size:
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        size = os.terminal_size((0, 0))
    return os.terminal_size((size.columns or 80, size.lines or 24))


def _without_echo() -> list[Any] | None:
    """Echo off where a terminal is typed at; how it was, None where none is."""
    import termios

    try:
        before = termios.tcgetattr(sys.stdin.fileno())
        now = [*before]
        now[3] &= ~termios.ECHO
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, now)
    except (termios.error, OSError, ValueError):
        return None
    return before
