"""A text on the terminal as it is, to be selected by the terminal's own mouse: for where nothing else can copy it.

mltui steps aside as it does for ctrl+z, so the mouse is the terminal's, long lines are wrapped by the terminal itself
(what is selected has no line break of ours), and what is longer than the screen is in the terminal's own scrollback.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from mltui.present.text import safe

if TYPE_CHECKING:
    from textual.app import App

#: Keys that come back: esc, enter, q, ctrl+c, ctrl+d; the end of input does, too.
_BACK = frozenset({b"\x1b", b"\r", b"\n", b"q", b"\x03", b"\x04", b""})
_ENDING = (signal.SIGHUP, signal.SIGTERM)


class _Ended(BaseException):
    """Somebody wants mltui to end meanwhile."""


def show_selectable(app: App[Any], text: str) -> bool:
    """Show `text` until somebody comes back. False if there is no terminal to show it on. On the app's own thread."""
    if app.is_headless or not (sys.stdin and sys.stdin.isatty()):
        return False
    from textual.app import SuspendNotSupported

    try:
        with app.suspend():
            _show(text)
    except SuspendNotSupported:
        return False
    except _Ended:
        app.exit()
    return True


def _show(text: str) -> None:
    terminal = sys.stdin.fileno()
    lines = "\r\n".join(safe(line.expandtabs()) for line in text.splitlines())
    told = "\x1b[2mselect it with the mouse; esc goes back\x1b[0m"
    with _ending(), _by_key(terminal):
        _write(f"\r\n{lines}\r\n\r\n{told}")
        try:
            while os.read(terminal, 256) not in _BACK:
                pass
        except OSError:
            return  # the terminal is gone
        _write("\r\x1b[K")


@contextmanager
def _by_key(terminal: int) -> Iterator[None]:
    """One key at a time, not echoed; none of them a signal."""
    before = termios.tcgetattr(terminal)
    try:
        tty.setraw(terminal, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


@contextmanager
def _ending() -> Iterator[None]:
    """The loop can't be told meanwhile: what wants mltui to end comes back too."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise _Ended

    former = [(number, signal.signal(number, end)) for number in _ENDING]
    try:
        yield
    finally:
        for number, handler in former:
            signal.signal(number, handler)


def _write(text: str) -> None:
    left = text.encode(sys.__stdout__.encoding if sys.__stdout__ else "utf-8", "replace")
    while left:
        select.select((), (1,), ())
        left = left[os.write(1, left) :]
