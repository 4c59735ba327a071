"""What a stage reads, looked at when it begins and when it ends: was any of it edited meanwhile?

DVC hashes the deps and reads the params of a stage again *after* its command (``dvc.stage.Stage.run`` calls `save`, dvc
1 to 3), and puts that into dvc.lock: what was edited while the stage ran is locked as what it read. Nobody is told, and
`dvc status` says fresh. So it is looked for here. Which files a stage reads DVC says in ``.dvc/tmp/rwlock`` as long as
it runs. A standard-library file for Python 3.8 and later that goes wherever `runner.py` goes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from typing import Any, Iterator
from urllib.parse import quote

if __package__:
    from . import runner_files as files
    from . import runner_tree as tree
    from . import runner_turn as turns
else:  # run by its path, here or on another box
    import runner_files as files  # type: ignore[import-not-found,no-redef]
    import runner_tree as tree  # type: ignore[import-not-found,no-redef]
    import runner_turn as turns  # type: ignore[import-not-found,no-redef]

#: How long after its start what a stage reads is looked for (s), and how often what it reads is looked at (s).
PATIENCE, PAUSE = 3.0, 2.0
#: Files that are looked at, of all that a stage reads; of more nothing is known. So many are looked at while it runs.
MOST, OFTEN = 20_000, 2_000
#: A file up to so many bytes is known by its content, all of a stage's up to so many; others by size and times.
SMALL, ALL = 1 << 20, 32 << 20
#: A file of params up to so many bytes is kept as text, as it was before and after (bytes).
PARAMS = 64 << 10
KINDS = (".yaml", ".yml", ".json", ".toml", ".py")
#: What Python puts beside what it reads: nobody's edit.
BYTECODE = "__pycache__"
#: How far a file system's clock may be behind (s).
CLOCK = 0.05


class Reads:
    """Of one stage from its start to its end.

    `edited` are paths that differ from how they were when it began, from the top of the repository; None as long as
    nobody knows what the stage reads. `since`: a time (s) at which it had not begun yet.
    """

    def __init__(self, job: str, since: float) -> None:
        self.edited: list[str] | None = None
        self._job, self._since = job, since - CLOCK
        self._until, self._next = time.monotonic() + PATIENCE, 0.0
        self._top = ""
        self._before: dict[str, Any] = {}
        self._late: set[str] = set()
        self._unsure: set[str] = set()
        self._texts: dict[str, str | None] = {}

    def look(self, over: bool = False) -> None:
        """Find what the stage reads, or look whether it is as before; not at every call, unless it is `over`."""
        now = time.monotonic()
        if self.edited is None:
            if not over and now < self._until:
                self._find()
        elif over or (now > self._next and sum(len(each or ()) for each in self._before.values()) <= OFTEN):
            self._compare()
            self._next = time.monotonic() + PAUSE

    def document(self, address: str) -> dict[str, Any]:
        """What is known at its end. `same`: paths that nothing was done to from before it began to its end; `late`:
        from the first look on, shortly before which something was; `edited`: with another content at its end;
        `unsure`: all others. `before`: {path: md5} of edited files as they were; `params`: {path: [before, after]} of
        edited files that may hold params, as text."""
        edited, late = self.edited or [], self._late - self._unsure
        whole = {path: self._before[path][""][-1] for path in edited if "" in self._before[path]}
        return {
            "address": address,
            "same": sorted(set(self._before) - self._unsure - late),
            "late": sorted(late),
            "edited": edited,
            "unsure": sorted(self._unsure - set(edited)),
            "before": {path: digits for path, digits in whole.items() if digits},
            "params": {path: [self._texts[path], _text(self._at(path))] for path in edited if path in self._texts},
        }

    def _at(self, path: str) -> str:
        return os.path.join(self._top, path)

    def _find(self) -> None:
        """As dvc has it in its rwlock: paths that it holds to read, and not to write."""
        members = tree.members(self._job, os.getpid())
        for root in {_root_of(pid) for pid in members} - {None}:
            held = files.read(os.path.join(str(root), ".dvc", "tmp", "rwlock"))
            with contextlib.suppress(AttributeError, TypeError, KeyError):  # of another form than DVC's
                writes = {path for path, one in held.get("write", {}).items() if one["pid"] in members}
                reads = {path for path, all_ in held.get("read", {}).items() for one in all_ if one["pid"] in members}
                if writes or reads:
                    self._begin(str(root), sorted(path for path in reads - writes if os.path.isabs(path)))
                    return

    def _begin(self, root: str, paths: list[str]) -> None:
        self._top, self.edited, left = turns.above(root, ".git") or root, [], [MOST, ALL]
        for path in paths:
            shown = os.path.relpath(path, self._top).replace(os.sep, "/")
            self._before[shown], newest = _seen(path, left, {})
            if newest >= self._since:  # something was done to it about when the stage began, or nobody can tell
                (self._unsure if self._before[shown] is None else self._late).add(shown)
            if path.endswith(KINDS) and os.path.isfile(path):
                self._texts[shown] = _text(path)

    def _compare(self) -> None:
        """What is gone is no edit that dvc.lock could have: a dep that DVC does not find fails the stage. A worktree of
        the job's own is taken away before the job ends: what was seen there last stands, nobody else was in it."""
        if not os.path.isdir(self._top):
            return
        edited, left = [], [MOST, ALL]
        for path, before in sorted(self._before.items()):
            if before is not None:
                now, _ = _seen(self._at(path), left, before)
                if now != before:  # or something was done to it that left it as it was
                    self._unsure.add(path)
                    there = os.path.lexists(self._at(path))
                    edited += [path] if there and (now is None or _differ(before, now)) else []
        self.edited = edited


def _differ(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether the content is another one: by its digest where both have one, else by time, size and inode."""
    pairs = ((old, now.get(name)) for name, old in before.items())
    return before.keys() != now.keys() or any(
        old[-1] != new[-1] if old[-1] and new[-1] else old[1:4] != new[1:4] for old, new in pairs if new
    )


def _seen(path: str, left: list[int], known: dict[str, Any]) -> tuple[Any, float]:
    """{name inside: (changed ns, modified ns, size, inode, md5)} of a file, or of all below a directory, and when the
    last of it was changed (s). None, and for ever, where that is too much or can't be read. `left`: how many files and
    bytes may still be looked at. What is as `known` is not hashed again."""
    found, newest = {}, 0.0
    try:
        for name in _below(path) if os.path.isdir(path) else [""]:
            status = os.stat(os.path.join(path, name) if name else path)
            newest = max(newest, status.st_ctime)
            left[0] -= 1
            if left[0] < 0:
                return None, float("inf")
            if not name.endswith("/"):
                marks = (status.st_ctime_ns, status.st_mtime_ns, status.st_size, status.st_ino)
                same = name in known and known[name][:4] == marks
                digest = known[name][4] if same else _digest(os.path.join(path, name) if name else path, marks[2], left)
                found[name] = (*marks, digest)
    except OSError:
        return None, float("inf")
    return found, newest


def _below(path: str) -> Iterator[str]:
    """All files below a directory, and the directories with a "/" behind."""
    for folder, inner, names in os.walk(path):
        inner[:] = [name for name in inner if name != BYTECODE]
        yield os.path.join(os.path.relpath(folder, path), "")
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), path)


def _digest(path: str, size: int, left: list[int]) -> str:
    if size > min(SMALL, left[1]):
        return ""
    left[1] -= size
    with open(path, "rb") as file:
        # as DVC has it; by this name it is there where FIPS forbids `hashlib.md5`, and in Python 3.8
        return hashlib.new("md5", file.read(), usedforsecurity=False).hexdigest()


def _text(path: str) -> str | None:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if os.path.getsize(path) <= PARAMS:
            with open(path, encoding="utf-8") as file:
                return file.read()
    return None


def _root_of(pid: int) -> str | None:
    """The DVC project that a process is in."""
    with contextlib.suppress(OSError):
        return turns.dvc_root(os.readlink(f"/proc/{pid}/cwd"))
    return None


def keep(folder: str, address: str, document: dict[str, Any]) -> None:
    """Write it down in the directory of the job: ``reads/001-train.json``."""
    where = files.made(folder, "reads")
    with contextlib.suppress(OSError):
        name = f"{len(os.listdir(where)) + 1:03}-{quote(address, safe='')}.json"
        files.write(os.path.join(where, name), document)
