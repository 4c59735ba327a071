"""The files of a job, and the worktree it works in: what was there before it, and what it left different.

A standard-library file for Python 3.8 and later that goes wherever `runner.py` goes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import time
from typing import Any

#: A file that is not in git is kept for a restore up to so many bytes, all of them up to so many (bytes).
LARGEST, ALL = 64 << 20, 512 << 20
GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")


def read(path: str) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError), open(path, "rb") as file:
        content = json.loads(file.read())
        return content if isinstance(content, dict) else {}
    return {}


def own(path: str, flags: int) -> int:
    """An opener: what is made is its owner's alone, also where the directory is not."""
    return os.open(path, flags, 0o600)


def write(path: str, document: Any) -> bool:
    """Replace a JSON file at once. False if it could not be written: the disk may be full, and the job goes on."""
    try:
        with open(f"{path}.{os.getpid()}", "w", opener=own) as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(f"{path}.{os.getpid()}", path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(f"{path}.{os.getpid()}")
        return False
    return True


def mark(path: str) -> tuple[int, int] | None:
    """Moves with each `write`; None of a file that is not there."""
    with contextlib.suppress(OSError):
        status = os.stat(path)
        return status.st_ino, status.st_mtime_ns
    return None


def keep_aside(path: str) -> None:
    """Take some room of the disk, for when there is none."""
    with contextlib.suppress(OSError), open(path, "wb") as file:
        file.write(os.urandom(64 << 10))  # no file system makes nothing of it
        os.fsync(file.fileno())


def remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def made(folder: str, name: str) -> str:
    """A directory of the job, made if need be."""
    path = os.path.join(folder, name)
    with contextlib.suppress(OSError):
        os.makedirs(path, mode=0o700, exist_ok=True)
    return path


def digest(path: str) -> str | None:
    """SHA-1 of a file (a link's target); None if there is none or it is larger than what is kept."""
    with contextlib.suppress(OSError):
        if os.path.islink(path):
            return "link:" + os.readlink(path)
        if os.path.isfile(path) and os.path.getsize(path) <= LARGEST:
            with open(path, "rb") as file:
                return hashlib.sha1(file.read()).hexdigest()  # noqa: S324 - it finds changes, and nobody's attack
    return None


def content(path: str) -> dict[str, Any]:
    """What a file is now: its `size` (None: there is none) and `sha` (None: there is none, or it is too large)."""
    try:
        return {"size": os.lstat(path).st_size, "sha": digest(path)}
    except OSError:
        return {"size": None, "sha": None}


def git(cwd: str, *words: str) -> bytes | None:
    env = dict(os.environ, GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", LC_ALL="C", MLTUI_QUESTION="1")
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            GIT + words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
        )
        return done.stdout if done.returncode == 0 else None
    return None


def now() -> int:
    return int(time.time() * 1000)


class Before:
    """What git says of the worktree, and copies of what git could not bring back, for whoever stops the job.

    ``before/worktree.json``: {top, head, branch, exec: refs, stash: its newest commit, files: {path: {status, mode,
    index, size, sha, kept}}}.
    After the end ``before/changed.json``: the same, its files {path: {before, after}} of what differs then (before is
    None where git had nothing to say of it).
    """

    def __init__(self, cwd: str, folder: str) -> None:
        top = git(cwd, "rev-parse", "--show-toplevel")
        self.top = os.fsdecode(top.rstrip(b"\n")) if top else None
        self.folder = folder
        self.was: dict[str, Any] = {}

    @classmethod
    def of(cls, folder: str) -> Before:
        """As somebody else wrote it down."""
        found = cls(os.sep, folder)
        found.was = read(os.path.join(folder, "worktree.json"))
        found.top = found.was.get("top")
        return found

    def look(self) -> dict[str, Any]:
        """The worktree now. Paths are relative to its top; porcelain v2's words are kept as they are."""
        assert self.top is not None
        files: dict[str, Any] = {}
        records = iter((git(self.top, "status", "--porcelain=v2", "-z", "--no-renames") or b"").split(b"\0"))
        for record in records:
            words = os.fsdecode(record).split(" ", 1)
            if words[0] == "?":
                files[words[1]] = {"status": "?"}
            elif words[0] in ("1", "u"):
                fields = words[1].split(" ", 7 if words[0] == "1" else 9)
                files[fields[-1]] = {"status": fields[0], "mode": fields[3], "index": fields[6]}
        for path, entry in files.items():
            entry.update(content(os.path.join(self.top, path)))
        refs = git(self.top, "for-each-ref", "--format=%(refname)", "refs/exps/exec") or b""
        return {
            "top": self.top,
            "head": (git(self.top, "rev-parse", "--verify", "-q", "HEAD") or b"").decode().strip(),
            "branch": os.fsdecode((git(self.top, "symbolic-ref", "-q", "HEAD") or b"").rstrip(b"\n")),
            "exec": refs.decode(errors="replace").split(),
            "stash": (git(self.top, "rev-parse", "--verify", "-q", "refs/stash") or b"").decode().strip(),
            "files": files,
        }

    def keep(self) -> None:
        """Look, and copy what differs from git's index: nobody else has it."""
        if self.top is None:
            return
        self.was, total = self.look(), 0
        for path, entry in self.was["files"].items():
            source, copy = os.path.join(self.top, path), os.path.join(self.folder, "files", path)
            with contextlib.suppress(OSError):
                total += os.lstat(source).st_size
                if entry["sha"] is not None and not os.path.islink(source) and total <= ALL:
                    os.makedirs(os.path.dirname(copy), exist_ok=True)
                    shutil.copy2(source, copy)
                    entry["kept"] = True
        write(os.path.join(self.folder, "worktree.json"), self.was)

    def changed(self) -> list[str]:
        """The paths that differ now from before the start, written down with what they are now."""
        if not self.was:
            return []
        new = self.look()
        old_files, new_files = self.was["files"], new["files"]

        def same(path: str) -> bool:
            old, now = old_files.get(path), new_files.get(path)
            return old is not None and now is not None and {**old, "kept": 0} == {**now, "kept": 0}

        paths = sorted(path for path in {*old_files, *new_files} if not same(path))
        for path in paths:  # what git lists no more is as in HEAD again: say what that is
            if path not in new_files:
                new_files[path] = {"status": "", **content(os.path.join(str(self.top), path))}
        found = {path: {"before": old_files.get(path), "after": new_files[path]} for path in paths}
        rest = {key: value for key, value in new.items() if key != "files"}
        write(os.path.join(self.folder, "changed.json"), {**rest, "files": found})
        return paths
