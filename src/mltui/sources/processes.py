"""Whether a process that somebody wrote down is still the one with that number on this host."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
#: A start written down in epoch ms is the same one if it is so near: clocks are set, boots are rounded.
NEAR_MS = 60_000
#: So often, and after so long (s), a process that has no words is looked at again.
LOOKS, LOOK = 50, 0.002


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


def process_began(pid: int) -> int | None:
    """When a process began, epoch ms; None where nobody can tell."""
    with suppress(OSError, IndexError, ValueError):
        ticks, boot = int(_fields(pid)[19]), _boot_time()
        return None if boot is None else round(1000 * (boot + ticks / os.sysconf("SC_CLK_TCK")))
    return None


def process_argv(pid: int) -> tuple[str, ...] | None:
    """How a process was started; () of one that is not told (a kernel's), None where it can't be read."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().rstrip(b"\0")
    except OSError:
        return None
    return tuple(word.decode(errors="replace") for word in words.split(b"\0")) if words else ()


def runs(pid: int, word: str) -> bool:
    """Whether the process `pid` is there and has `word` in its command line: numbers are given out again."""
    for _ in range(LOOKS):
        if not is_taken(pid):
            return False
        if (argv := process_argv(pid)) != ():
            return argv is None or any(word in each for each in argv)
        time.sleep(LOOK)  # one that just becomes another program has no words for a moment; a kernel's never has
    return False


def process_parent(pid: int) -> int:
    """The number of the process that started it, or that took it over; 0 where nobody can tell."""
    with suppress(OSError, IndexError, ValueError):
        return int(_fields(pid)[1])
    return 0


def process_uid(pid: int) -> int | None:
    """The number of whoever a process runs as; None where nobody can tell."""
    try:
        return (_PROC / str(pid)).stat().st_uid
    except OSError:
        return None


def process_user(pid: int) -> str:
    """The name of whoever a process runs as; "" where nobody can tell."""
    uid = process_uid(pid)
    return "" if uid is None else user_name(uid)


def user_name(uid: int) -> str:
    """A user's name, the number of one without a name. The environment is not asked."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _began_near(pid: int, start: int) -> bool | None:
    """Whether one of this number that began about then is there. None where there is no ``/proc`` to tell."""
    if not (_PROC / "stat").exists():
        return None
    if not process_start(pid):
        return False
    began = process_began(pid)
    return None if began is None else abs(began - start) <= NEAR_MS and not _ended(pid)


def _boot_time() -> int | None:
    """When this host booted, in seconds since the epoch."""
    with suppress(OSError, ValueError, IndexError):
        for each in (_PROC / "stat").read_text().splitlines():
            if each.startswith("btime"):
                return int(each.split()[1])
    return None


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
