"""Paint what was seen last on the terminal, before Textual is imported, and take it away if nothing comes after it."""

from __future__ import annotations

import os
import sys

from mltui.sources.glance import recall

#: The alternate screen without cursor or wrapping; Textual goes on from there (tui/driver.py).
_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
_WRAP = "\x1b[0m\x1b[?7h"
_LEAVE = "\x1b[?1049l\x1b[?25h"


def paint(path: str) -> bool:
    """Paint what is kept for the directory `path`; False if there is nothing that fits, or nobody to look at it."""
    if os.name != "posix" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    try:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return False
    rows = recall(path, (columns, lines))
    if rows is None:
        return False
    _write(_ENTER + "".join(f"\x1b[{at};1H{row}" for at, row in enumerate(rows, start=1)) + _WRAP)
    return True


def unpaint() -> None:
    """Back to where the user was: Textual did not come to take over."""
    _write(_LEAVE)


def _write(text: str) -> None:
    """To where Textual draws (`sys.__stderr__` in its driver), past every buffer."""
    left = os.fsencode(text)
    descriptor = sys.__stderr__.fileno() if sys.__stderr__ else 2
    while left:
        left = left[os.write(descriptor, left) :]
