"""Watches one gate command: it ends when it should, with all that it started, and its output is kept within bounds.

A standard-library file that mltui's own interpreter runs by its path. The first line on standard input is the order
(`actions.gates.watched` writes it); ``stop`` ends the command, and so does the end of the input: mltui is gone, however
that came. One JSON line on standard output says how it ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from typing import Any

#: So much of the beginning and of the end of an output is kept (bytes).
HEAD = TAIL = 1 << 20
#: A cut is put at the end of a line, if one is so near (bytes).
NEAR = 4096
#: As long as every mark, so that one can be written over the other.
MARK = 64
#: What of standard output is copied, for who reads it (bytes).
MOST_COPIED = 64 << 20
#: Processes are looked for so often while they end (s), and after so long nothing more can be done.
LOOK, PATIENCE = 0.05, 10.0
_SUBREAPER, _DEATH = 36, 1  # prctl(2)


class Kept:
    """A file that has the beginning and the end of what was written to it, and says how much between is left out."""

    def __init__(self, path: str, left_out: int = 0) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._file).st_size
        self._head = 0
        self.left_out = left_out
        self.trouble = ""

    def put(self, data: bytes) -> None:
        """What can't be written is lost and said; the command goes on."""
        try:
            self._size += os.pwrite(self._file, data, self._size)
            if self._size > HEAD + 2 * TAIL:
                self._cut()
        except OSError as error:
            self.trouble = error.strerror or str(error)

    def _cut(self) -> None:
        tail = os.pread(self._file, TAIL, self._size - TAIL)
        tail = tail[tail.find(b"\n", 0, NEAR) + 1 :]
        marked = MARK if self.left_out else 0
        if not self._head:
            last = os.pread(self._file, NEAR, HEAD - NEAR).rfind(b"\n")
            self._head = HEAD - NEAR + last + 1 if last >= 0 else HEAD
            if self.left_out:  # another command of this gate has left its mark there
                self._head = os.pread(self._file, HEAD + MARK, 0).find(b"\n[mltui: ")
        self.left_out += self._size - len(tail) - self._head - marked
        mark = f"\n[mltui: {self.left_out:,} bytes left out]".ljust(MARK - 1).encode() + b"\n"
        os.pwrite(self._file, mark + tail, self._head)
        self._size = self._head + len(mark) + len(tail)
        os.ftruncate(self._file, self._size)


class Watch:
    """One command from its start to its end."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order
        self._kept = Kept(order["log"], order.get("left_out", 0))
        self._copied = 0
        self._copy = os.open(order["copy"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600) if order.get("copy") else None
        self._bytes = 0
        self._pipes = selectors.DefaultSelector()
        self._open = 0
        self._status: int | None = None
        self._pid = 0
        self._why = ""
        self._ended: dict[int, str] = {}

    def run(self) -> dict[str, Any]:
        """How it ended, as `actions.gates.watched.Ended` has it."""
        began = time.monotonic()
        try:
            self._start()
        except OSError as error:
            return {"error": error.strerror or str(error), "missing": isinstance(error, FileNotFoundError)}
        self._pipes.register(0, selectors.EVENT_READ, "order")
        over = began + self._order["timeout"]
        try:
            while self._status is None and not self._why:
                self._look(min(0.5, max(0.0, over - time.monotonic())))
                if self._status is None and time.monotonic() >= over:
                    self._why = self._why or "timeout"
        except BaseException:  # whatever ends the watch ends what is watched: nobody else would
            self._end(told=False)
            raise
        seconds = time.monotonic() - began
        alive = self._end(told=not self._why)
        behind = [] if self._why else list(self._ended.values())
        if behind:
            self._kept.put(f"[mltui: it left running, and this was ended: {', '.join(behind)}]\n".encode())
        code = os.waitstatus_to_exitcode(self._status) if self._status is not None else None
        return {
            "code": code,
            "why": self._why,
            "seconds": seconds,
            "bytes": self._bytes,
            "left_out": self._kept.left_out,
            "trouble": self._kept.trouble,
            "behind": behind,
            "alive": alive,
        }

    def _start(self) -> None:
        out, told_out = os.pipe()
        err, told_err = os.pipe() if self._copy is not None else (-1, told_out)
        try:
            process = subprocess.Popen(
                self._order["argv"], cwd=self._order["cwd"], env=self._order["env"], stdin=subprocess.DEVNULL,
                stdout=told_out, stderr=told_err, start_new_session=True, preexec_fn=_die_with_parent,  # noqa: PLW1509 - it has one thread
            )  # fmt: skip
        finally:
            for each in {told_out, told_err}:
                os.close(each)
        self._pid = process.pid
        process.returncode = 0  # reaped here, with whatever it leaves behind
        for each, name in ((out, "out"), (err, "err")):
            if each >= 0:
                os.set_blocking(each, False)
                self._pipes.register(each, selectors.EVENT_READ, name)
                self._open += 1

    def _look(self, wait: float) -> None:
        """Take what was printed and ordered, and reap what ended."""
        for key, _ in self._pipes.select(wait):
            try:
                data = os.read(key.fd, 1 << 16)
            except BlockingIOError:
                continue
            if key.data == "order":
                if not data:
                    self._pipes.unregister(0)
                self._why = self._why or "stopped"
            elif not data:
                self._pipes.unregister(key.fd)
                self._open -= 1
            else:
                self._bytes += len(data)
                self._kept.put(data)
                if key.data == "out" and self._copy is not None and self._copied < MOST_COPIED:
                    self._put_copy(data)
        with contextlib.suppress(ChildProcessError):
            while (reaped := os.waitpid(-1, os.WNOHANG)) != (0, 0):
                if reaped[0] == self._pid:
                    self._status = reaped[1]

    def _put_copy(self, data: bytes) -> None:
        """A full disk ends the copy, and neither the command nor its watch: who reads the copy finds it cut."""
        try:
            self._copied += os.write(self._copy, data)  # type: ignore[arg-type]
        except OSError as error:
            self._kept.trouble = error.strerror or str(error)
            self._copied = MOST_COPIED

    def _end(self, *, told: bool) -> list[str]:
        """End what is left of it, softly first; what still lives then. `told`: it ended by itself, so that its output
        is read to the end first."""
        until = time.monotonic() + (1.0 if told else 0.0)
        while self._open and time.monotonic() < until and not self._alive():
            self._look(LOOK)
        for number, patience in ((signal.SIGTERM, self._order["grace"]), (signal.SIGKILL, PATIENCE)):
            until, signalled = time.monotonic() + patience, set[int]()
            while alive := self._alive():
                if time.monotonic() >= until:
                    break
                self._ended.update(alive)
                for pid in alive.keys() - signalled:
                    _kill(pid, number)
                signalled |= alive.keys()
                self._look(LOOK)
        until = time.monotonic() + 1.0
        while self._open and time.monotonic() < until:
            self._look(LOOK)
        return list(self._alive().values())

    def _alive(self) -> dict[int, str]:
        """What lives of it: by /proc whatever descends from it, wherever it went; else its group as one."""
        if os.path.exists("/proc/self/stat"):  # noqa: PTH110
            return _below(os.getpid())
        with contextlib.suppress(OSError):
            os.killpg(self._pid, 0)
            return {-self._pid: " ".join(self._order["argv"])}
        return {}


def _below(top: int) -> dict[int, str]:
    """Every process that descends from `top` and has not ended, with its command line."""
    parents: dict[int, int] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
        with contextlib.suppress(OSError, IndexError), open(f"/proc/{name}/stat", errors="replace") as file:  # noqa: PTH123
            fields = file.read().rpartition(")")[2].split()
            if fields[0] not in "ZX":
                parents[int(name)] = int(fields[1])
    below, more = set[int](), {top}
    while more:
        more = {pid for pid, parent in parents.items() if parent in more} - below
        below |= more
    return {pid: _command(pid) for pid in sorted(below)}


def _command(pid: int) -> str:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123
        return file.read(300).replace(b"\0", b" ").decode(errors="replace").strip() or str(pid)
    return str(pid)


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(OSError):
        if pid < 0:
            os.killpg(-pid, number)
        else:
            os.kill(pid, number)


def _prctl(option: int, value: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _die_with_parent() -> None:
    _prctl(_DEATH, signal.SIGKILL)


def _ordered() -> dict[str, Any]:
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            sys.exit(0)
        line += piece
    order: dict[str, Any] = json.loads(line)
    return order


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # its input says when; ignored ones would be ignored by the command too
    _prctl(_SUBREAPER, 1)
    order = _ordered()
    held = os.open(order["lock"], os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_SH)  # until all has ended the worktree is somebody's
    said = Watch(order).run()
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(said).encode() + b"\n")


if __name__ == "__main__":
    main()
