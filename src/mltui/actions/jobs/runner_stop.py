"""stop.json of a job: who asked it to stop, and how hard. Two may ask at once: neither undoes what the other asked.

A standard-library file for Python 3.8 and later that goes wherever `runner.py` goes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import Any, Iterator, Mapping

if __package__:
    from . import runner_files as files
else:  # run by its path, here or on another box
    import runner_files as files  # type: ignore[import-not-found,no-redef]

FILE = "stop.json"
#: From soft to hard.
HOWS = ("INT", "TERM", "KILL")
#: So long one waits for another to write it (s). A process that is itself being stopped, or whose signal came while it
#: was writing, gives nothing back: then it is written all the same.
PATIENCE = 2.0


def read(folder: str) -> dict[str, Any]:
    """The stop of the job in `folder`; an empty one if nobody asked."""
    return files.read(os.path.join(folder, FILE))


def stands(asked: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether `asked` is a stop that counts from now on: what was asked harder `before` is not made softer."""
    known = [each.get("how") for each in (asked, before)]
    return known[0] in HOWS and (known[1] not in HOWS or HOWS.index(known[0]) >= HOWS.index(known[1]))


def ask(folder: str, stop: Mapping[str, Any]) -> bool:
    """Write it down, unless something harder stands there. False if it could not be written."""
    with alone(folder):
        return put(folder, stop)


def put(folder: str, stop: Mapping[str, Any]) -> bool:
    """`ask`, for who is `alone` already."""
    return not stands(stop, read(folder)) or files.write(os.path.join(folder, FILE), stop)


def is_wish(stop: Mapping[str, Any], how: str) -> bool:
    """Whether `stop` asks for that much and names nobody who was signalled: the runner that reads it does it all."""
    return stop.get("how") == how and "signalled" not in stop


@contextlib.contextmanager
def alone(folder: str) -> Iterator[bool]:
    """One at a time; on a file system without such locks nobody waits, and nowhere for ever. False if others may be at
    it, too."""
    handle, held, over = None, False, time.monotonic() + PATIENCE
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        while not (held := _held(handle)) and time.monotonic() < over:
            time.sleep(0.02)
    try:
        yield held
    finally:
        if handle is not None:
            os.close(handle)


def _held(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
