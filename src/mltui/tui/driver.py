"""Textual's driver for a terminal that may be far away, and may show the last visit's first frame already (picture.py).

What Textual writes is drawn on a sheet of cells first (wire/): the terminal gets those that changed, when it has the
former ones. Nothing that draws waits for it. What is said to the
terminal beside the screen (window.py) goes the same way.
"""

from __future__ import annotations

import codecs
import os
import select
import sys
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual import events
from textual.drivers.linux_driver import LinuxDriver

from mltui.tui.wire.outlet import ENTER, LEAVE, Outlet

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

    from mltui.tui.picture import Picture
    from mltui.tui.window import Window

#: How long the end waits for what the terminal still has to say (seconds); less than a hangup has (hangup.py).
LAST_WORDS = 1.0
#: Before the alternate screen is left: GNU screen as it is installed, and consoles, have none; a text to be selected
#: or a prompt would stand between what was drawn.
_EMPTY = "\x1b[m\x1b[H\x1b[J"


class FarDriver(LinuxDriver):
    """Sends what changed, and only as fast as it arrives."""

    def __init__(self, app: App[Any], **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self._outlet: Outlet | None = None
        self._has_terminal = False
        if hasattr(app, "forget_shown"):
            app.forget_shown = self.draw_all

    def start_application_mode(self) -> None:
        self._outlet = Outlet(_write, _size)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._has_terminal = True

    def resume_application_mode(self) -> None:
        """Also after SIGCONT. Whom SIGSTOP stopped, which nobody is told of, never gave the terminal away: taken once
        more, two threads would read from it, and the end would wait for the first one."""
        if self._has_terminal:
            self.draw_all()
        else:
            super().resume_application_mode()

    def write(self, data: str) -> None:
        if self._outlet is not None:
            self._outlet.take(_EMPTY + data if data == LEAVE else data)

    def draw_all(self) -> None:
        """Write every cell again, also those that did not change."""
        if self._outlet is not None:
            self._outlet.draw_all()

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.CursorPosition) and self._outlet is not None:
            self._outlet.answered()
        else:
            super().process_message(message)

    def disable_input(self) -> None:
        if self._outlet is not None:
            self._outlet.settle(LAST_WORDS)
        super().disable_input()

    def close(self) -> None:
        self._has_terminal = False
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None
        super().close()


def own_driver(window: Window, picture: Picture | None) -> type[FarDriver]:
    """A driver that `window` speaks through, a write of its own between two frames. It draws over `picture` the first
    time, instead of beginning with an empty screen."""

    class OwnDriver(FarDriver):
        entered = False

        def start_application_mode(self) -> None:
            self.entered = picture.hand_over() if picture else False
            super().start_application_mode()
            window.enter(self.write)

        def stop_application_mode(self) -> None:
            window.leave()
            super().stop_application_mode()

        def write(self, data: str) -> None:
            if data == ENTER and self.entered:  # many terminals clear the screen even if they are on it already
                self.entered = False
                return
            super().write(data)

    return OwnDriver


def _write(text: str) -> None:
    """All of `text` to where Textual draws, in the terminal's encoding. Raises `OSError` where that is gone."""
    assert sys.__stderr__
    descriptor = sys.__stderr__.fileno()
    left = encoded(text, sys.__stderr__.encoding)
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:  # somebody else who has this terminal made it so
            select.select([], [descriptor], [])


def encoded(text: str, encoding: str) -> bytes:
    """`text` for a terminal of that encoding. What it lacks is a "?" in each of its cells: the line behind stays where
    it is."""
    return text.encode(encoding, _LACKING)


def _marked(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join("?" * cell_len(each) for each in error.object[error.start : error.end]), error.end


_LACKING = "mltui-cells"
codecs.register_error(_LACKING, _marked)


def _size() -> tuple[int, int]:
    """Columns and rows of the terminal; more than there are anywhere where it does not say."""
    assert sys.__stderr__
    try:
        columns, rows = os.get_terminal_size(sys.__stderr__.fileno())
    except OSError:
        return (1 << 15, 1 << 15)
    return (columns or 1 << 15, rows or 1 << 15)
