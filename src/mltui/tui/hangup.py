"""A terminal that went away ends mltui, with or without a SIGHUP.

A lost SSH connection usually sends SIGHUP; a terminal that is not the controlling one (tmux's server killed, a
container's exec, a test's pty) just closes. Textual's input thread then spins on the dead descriptor, and its writer
blocks the event loop: a whole core taken from a training, for ever.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable

#: How long the event loop may take to end in an orderly way before the process is ended anyway (seconds).
GRACE = 2.0
#: What a shell says of a process that SIGHUP ended.
CODE = 128 + signal.SIGHUP


def end_with_terminal(close: Callable[[], object]) -> None:
    """Watch standard input's terminal from a thread; when it hangs up, end this process. `close` ends its children."""
    if sys.__stdin__ is not None and sys.__stdin__.isatty():
        watch = threading.Thread(target=_wait, args=(sys.__stdin__.fileno(), close), name="hangup", daemon=True)
        watch.start()


def _wait(descriptor: int, close: Callable[[], object]) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)  # errors and hang-ups are told unasked
    while not any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll()):
        pass
    os.kill(os.getpid(), signal.SIGHUP)
    time.sleep(GRACE)
    try:
        close()
    finally:
        os._exit(CODE)
