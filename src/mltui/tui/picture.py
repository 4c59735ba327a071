"""The last visit's first frame on the terminal, from before Textual is imported until it takes over.

Meanwhile the terminal is as the shell left it but for the alternate screen: whatever ends or stops this process has to
put that back first, and what is typed must not be echoed onto the picture. Imports no Textual.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Callable
from types import FrameType

from mltui.sources.glance import recall

#: The alternate screen without cursor or wrapping; Textual goes on from there (driver.py).
_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
_DRAWN = "\x1b[0m\x1b[?7h\x1b[H"
_LEAVE = "\x1b[?1049l\x1b[?25h"
#: What ends a process politely; a stop (ctrl+z) waits for Textual, which knows how.
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_STOPPING = signal.SIGTSTP
_LFLAG = 3  #: where termios has the local modes

Handler = Callable[[int, FrameType | None], object] | signal.Handlers


def paint(path: str) -> Picture | None:
    """Paint what is kept for the directory `path`; None if nothing fits this terminal, or Textual would not draw there.

    Standard input and output are a terminal's: nothing else opens the app.
    """
    if not sys.stderr.isatty():
        return None
    try:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
        rows = recall(path, (columns, lines))
        return None if rows is None else Picture(rows)
    except (OSError, termios.error):
        return None


class Picture:
    """A picture on the terminal until `hand_over` or `take_away`, of which the first one counts."""

    def __init__(self, rows: list[str]) -> None:
        """Paint `rows`. Raises `OSError` or `termios.error` if the terminal won't have it; then it is as before."""
        self._terminal = sys.stdin.fileno()
        self._modes = termios.tcgetattr(self._terminal)
        self._open = True
        self._ours: dict[int, Handler] = {**dict.fromkeys(_ENDING, self._end), _STOPPING: signal.SIG_IGN}
        self._former = {number: signal.signal(number, handler) for number, handler in self._ours.items()}
        try:
            self._echo(False)
            _write(_ENTER + "".join(f"\x1b[{at};1H{row}" for at, row in enumerate(rows, start=1)) + _DRAWN)
        except BaseException:
            self.take_away()
            raise

    def hand_over(self) -> bool:
        """Leave the picture where it is to whoever draws over it now. False if it is gone or was handed over."""
        was, self._open = self._open, False
        if was:
            self._restore()
        return was

    def take_away(self) -> None:
        """Back to what the user had on the screen, unless the picture was handed over."""
        if self.hand_over():
            try:
                _write(_LEAVE)
            except OSError:
                return  # the terminal is gone, and the picture with it

    def _restore(self) -> None:
        for number, handler in self._former.items():
            if signal.getsignal(number) == self._ours[number]:  # else Textual has set its own by now
                signal.signal(number, handler)
        try:
            self._echo(True)
        except termios.error:
            return

    def _echo(self, on: bool) -> None:
        modes = list(self._modes)
        if not on:
            modes[_LFLAG] &= ~termios.ECHO
        termios.tcsetattr(self._terminal, termios.TCSANOW, modes)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self.take_away()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _write(text: str) -> None:
    """To where Textual draws, past every buffer."""
    left = os.fsencode(text)
    while left:
        left = left[os.write(sys.stderr.fileno(), left) :]
