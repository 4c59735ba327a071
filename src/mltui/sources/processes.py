"""Whether a process that somebody wrote down is still the one with that number on this host."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
#: A start written down in epoch ms is the same one if it is so near: clocks are set, boots are rounded.
NEAR_MS = 60_000


def host_name() -> str:
    """What this host calls itself, as ``mltui.host`` has it."""
    return socket.gethostname()


def process_start(pid: int) -> str:
    """When a process began, in words that no other process ever gets: ``linux:<boot id>:<pid namespace>:<ticks>``.

    The ticks (field 22 of ``/proc/<pid>/stat``) count from the boot, so that a clock that is set changes nothing. ""
    where there is no such process, or no ``/proc``.
    """
    with suppress(OSError, IndexError):
        ticks = _fields(pid)[19]
        return f"linux:{_boot()}:{_namespace()}:{ticks}"
    return ""


def is_there(pid: int, start: str) -> bool | None:
    """Whether the process `pid` that began at `start` still runs here; None if that can't be known.

    `start` is what `process_start` says, or epoch ms. A zombie has ended. Processes of another pid namespace (a
    container's) can't be seen from here, nor, without ``/proc``, when one began.
    """
    if pid <= 0:
        return None
    if start.isdecimal():
        return _began_near(pid, int(start))
    system, _, rest = start.partition(":")
    boot, _, place = rest.partition(":")
    namespace, _, _ = place.partition(":")
    if system != "linux" or not _PROC.joinpath("self").exists():
        return None
    with suppress(OSError):
        if boot != _boot():
            return False  # whatever ran before this boot is over
        if namespace != _namespace():
            return None
        return process_start(pid) == start and not _ended(pid)
    return None


def is_taken(pid: int) -> bool:
    """Whether a process of this number runs here, whichever it is."""
    return bool(process_start(pid)) and not _ended(pid)


def _began_near(pid: int, start: int) -> bool | None:
    """Whether one of this number that began about then is there. None where there is no ``/proc`` to tell."""
    if not (_PROC / "stat").exists():
        return None
    try:
        ticks = int(_fields(pid)[19])
    except (OSError, IndexError, ValueError):
        return False
    try:
        boot = next(int(each.split()[1]) for each in (_PROC / "stat").read_text().splitlines() if each[:5] == "btime")
    except (OSError, ValueError, StopIteration):
        return None
    began = 1000 * (boot + ticks / os.sysconf("SC_CLK_TCK"))
    return abs(began - start) <= NEAR_MS and not _ended(pid)


def _fields(pid: int) -> list[str]:
    """The fields of ``/proc/<pid>/stat`` behind the command, which may hold anything."""
    return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()


def _ended(pid: int) -> bool:
    try:
        return _fields(pid)[0] in ("Z", "X")
    except (OSError, IndexError):
        return True


def _boot() -> str:
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def _namespace() -> str:
    return (_PROC / "self/ns/pid").readlink().name.strip("pid:[]")
