"""Audit hooks: what the children may change, start and reach (docs.python.org, "Audit events table")."""

# audit events have paths as strings:
# ruff: noqa: PTH100, PTH118, SIM905

from __future__ import annotations

import os
import stat
from typing import Any

#: Bits of `open` flags that can change a file.
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Events whose first arguments are paths that would change.
CHANGES = {f"os.{name}" for name in "remove rename rmdir mkdir chmod chown link symlink truncate utime".split()}
#: Events that start a process.
PROCESSES = {f"os.{name}" for name in "system exec posix_spawn spawn fork forkpty".split()} | {"subprocess.Popen"}
#: Events that reach for the network.
NETWORK = {f"socket.{name}" for name in "connect getaddrinfo gethostbyname bind sendto sendmsg".split()}


def changed(event: str, args: Any) -> Any:
    """The paths, or descriptors, that an event would change."""
    if event == "open":
        return args[:1] if isinstance(args[2], int) and args[2] & WRITING else ()
    if event in CHANGES:
        return args[:2] if event == "os.rename" else args[1:2] if "link" in event else args[:1]
    return ()


def is_endless(path: str) -> bool:
    """Whether reading the path could wait for ever or have no end: a pipe, a socket, a device that is not in /dev."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except (OSError, ValueError):
        return False  # the open will say it
    device = stat.S_ISCHR(mode) or stat.S_ISBLK(mode)
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or (device and not path.startswith("/dev/"))


class Within:
    """Nothing is written but below `allowed`, and there is no process and no network.

    `seen` collects the files that are opened for reading, but not our own in `allowed`.
    """

    def __init__(self, allowed: str) -> None:
        self.allowed = os.path.join(os.path.realpath(allowed), "")
        self.own = (self.allowed, os.path.join(os.path.abspath(allowed), ""))
        self.seen: set[str] = set()

    def __call__(self, event: str, args: Any) -> None:
        paths = changed(event, args)
        for path in paths:
            self.check(path)
        if event == "open":
            if not paths and isinstance(args[0], str):
                name = os.path.abspath(args[0])
                self.seen.update([] if name.startswith(self.own) else [name])
                if is_endless(name):
                    raise PermissionError(1, "no regular file", args[0])
        elif event == "sqlite3.connect" and args and args[0] != ":memory:":
            self.check(args[0])
        elif event in PROCESSES or event in NETWORK:
            raise PermissionError(1, f"mltui only reads: {event} refused")

    def check(self, path: Any) -> None:
        name = path if isinstance(path, int) else os.path.abspath(os.fsdecode(path))
        if isinstance(name, str) and name != os.devnull and not os.path.realpath(name).startswith(self.allowed):
            raise PermissionError(1, "mltui writes only in its cache", name)


class Without:
    """Nothing is written below any of `kept`, and no process is started unless `processes` is set."""

    def __init__(self, *kept: str) -> None:
        self.kept = [os.path.join(os.path.realpath(path), "") for path in kept if path]
        self.processes = False

    def __call__(self, event: str, args: Any) -> None:
        for path in changed(event, args):
            self.check(path)
        if event in PROCESSES and not self.processes:
            raise PermissionError(1, f"the repository's own settings may start no process: {event} refused")

    def check(self, path: Any) -> None:
        if not isinstance(path, int):
            name = os.path.realpath(os.path.abspath(os.fsdecode(path)))
            if any(os.path.join(name, "").startswith(kept) for kept in self.kept):
                raise PermissionError(1, "mltui only reads here", name)
