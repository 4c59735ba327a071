"""The way out to the terminal: a thread that writes, so that nothing that draws waits for a slow line.

A slow line takes what is written into buffers of many seconds: of the pty, of sshd, of TCP. So the terminal is asked
now and then, behind a frame, where its cursor is; the answer says that all before it has arrived. While more than
`WINDOW` is on its way, frames are drawn here and not sent: what goes out next is the newest one.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from mltui.tui.wire.sheet import Sheet, update

#: Bytes that may be on their way when a frame is sent: an eighth of a second of 256 kbit/s.
WINDOW: Final = 4096
#: Bytes after which the terminal is asked once more whether they have come.
ASK_EVERY: Final = 1024
#: A terminal that has answered and does not for so long is not waited for (seconds): it may be another one by now.
PATIENCE: Final = 3.0
#: Where is your cursor? Every terminal that has one says so.
ASK: Final = "\x1b[6n"
#: What an application enters and leaves the alternate screen with. Behind either, nothing is known of what is shown.
ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"
#: Between these a terminal shows nothing and then all at once, where it can.
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"

#: What every frame of Textual's begins with: a place.
_FRAME: Final = re.compile(r"\x1b\[\d+;\d+H")


class Outlet:
    """What is drawn goes to `write`, which may block, and raises `OSError` where nobody is there any more.

    `size` says how many columns and rows the terminal has. Every method may be called from any thread.
    """

    def __init__(self, write: Callable[[str], object], size: Callable[[], tuple[int, int]]) -> None:
        self._write, self._size = write, size
        self._wanted, self._shown = Sheet(), Sheet()
        self._raw: list[str] = []
        self._drawn = self._at_once = self._closing = self._gone = False
        self._columns_rows = (0, 0)
        self._answers = False
        self._asked = deque[int]()  # how many bytes each question that has no answer yet stands behind
        self._asked_at = 0.0
        self._since = 0
        self._work = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="terminal", daemon=True)
        self._thread.start()

    def take(self, text: str) -> None:
        """A frame of Textual's: drawn, and sent when the line is free. Anything else is sent as it is."""
        with self._work:
            if text in (BEGIN, END):
                self._at_once = True
            elif self._wanted.draw(text):
                self._drawn = True
            else:
                self._take_raw(text)
            self._work.notify_all()

    def draw_all(self) -> None:
        """Write every cell again: somebody else wrote on the terminal, or it lost some."""
        with self._work:
            self._shown.forget()
            self._drawn = True
            self._work.notify_all()

    def answered(self) -> None:
        """The terminal told where its cursor is."""
        with self._work:
            self._answers = True
            if self._asked:
                self._asked.popleft()
            self._work.notify_all()

    def settle(self, seconds: float) -> None:
        """Wait for the answers that are still to come, for at most `seconds`: a shell would take them for typed."""
        with self._work:
            self._drawn = False
            if self._answers:
                self._work.wait_for(lambda: self._gone or not self._asked, seconds)

    def close(self) -> None:
        """Write what is left and end."""
        with self._work:
            self._closing = True
            self._work.notify_all()
        self._thread.join()

    def _take_raw(self, text: str) -> None:
        switches = ENTER in text or LEAVE in text
        if _FRAME.match(text):  # a frame with something in it that nobody knows
            self._raw.append(self._frame())
            switches = True
        self._raw.append(text)
        if switches:
            self._wanted.forget()
            self._shown.forget()
            self._drawn = False

    def _run(self) -> None:
        while True:
            with self._work:
                while not (text := self._next()):
                    if self._closing:
                        return
                    self._work.wait(self._patience() if self._drawn else None)
            try:
                self._write(text)
            except OSError:
                with self._work:
                    self._gone = True
                    self._work.notify_all()
                return

    def _next(self) -> str:
        """What is to be written now."""
        text = "".join(self._raw)
        self._raw.clear()
        self._since += len(text)
        if self._drawn and (self._closing or self._patience() <= 0):
            self._drawn = False
            if frame := self._frame():
                text += f"{BEGIN}{frame}{END}" if self._at_once else frame
                self._since += len(frame)
                text += self._ask()
        return text

    def _frame(self) -> str:
        """What makes the terminal show what is drawn."""
        if (size := self._size()) != self._columns_rows:
            self._columns_rows = size
            self._shown.forget()
        return update(self._shown, self._wanted, size)

    def _ask(self) -> str:
        """The question behind a frame, if it is time for one. Of a terminal that never answered there is only one."""
        if self._since < ASK_EVERY or (self._asked and not self._answers):
            return ""
        self._asked.append(self._since)
        self._since = 0
        self._asked_at = time.monotonic()
        return ASK

    def _patience(self) -> float:
        """Seconds until a frame may be sent; none if not too much is on its way.

        Answers get lost, and nobody can tell which: those that are still to come a while after the last question are,
        or they would count as on their way for ever and hold each frame back that is sent later.
        """
        left = self._asked_at + PATIENCE - time.monotonic()
        if self._answers and self._asked and left <= 0:
            self._answers = False
            self._asked.clear()
        return left if self._answers and sum(self._asked) > WINDOW else 0
