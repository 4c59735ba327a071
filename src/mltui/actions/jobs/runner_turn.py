"""Whose turn it is: jobs that write into one worktree wait for each other, and for a dvc that somebody else started.

A standard-library file for Python 3.8 and later that goes wherever `runner.py` goes.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from typing import Iterator

if __package__:
    from . import runner_files as files
    from . import runner_tree as tree
else:  # run by its path, here or on another box
    import runner_files as files  # type: ignore[import-not-found,no-redef]
    import runner_tree as tree  # type: ignore[import-not-found,no-redef]

#: Modes that write into a worktree that others use too, one at a time; dvc stashes it even to start an isolated one.
EXCLUSIVE = ("in place", "workspace", "remote", "isolated", "queue")


def in_front(folder: str) -> str | None:
    """The youngest of the older jobs that wait too."""
    jobs, own = os.path.split(folder)
    for name in sorted(os.listdir(jobs), reverse=True):
        state = files.read(os.path.join(jobs, name, "state.json")) if name < own else {}
        waits = state.get("state") == "queued" and tree.lives(state.get("pid"), state.get("pid_start") or "")
        if waits and files.read(os.path.join(jobs, name, "spec.json")).get("mode") in EXCLUSIVE:
            return name
    return None


def dvc_root(folder: str) -> str | None:
    """The directory of the DVC project around `folder`."""
    return above(folder, os.path.join(".dvc", ""))


def above(folder: str, name: str) -> str | None:
    """`folder`, or the next directory above it, that holds `name`: with a "/" at its end only a directory is one."""
    while not os.path.exists(os.path.join(folder, name)):
        folder, last = os.path.dirname(folder), folder
        if folder == last:
            return None
    return folder


def dvc_at_work(cwd: str, job: str) -> str:
    """Another process that holds DVC's lock in `cwd`, or files of it: "pid 12: dvc repro"; "" if none does.

    DVC's lock is not tried, which would take it: the kernel's list of locks is read. Whoever holds it there is at work,
    dvc by name or not; a file system that the kernel calls otherwise, and rwlock, where pids stay, want it to be dvc.
    """
    root = dvc_root(cwd)
    if root is None:
        return ""
    temporary, pids, holds = os.path.join(root, ".dvc", "tmp"), [], set()
    with contextlib.suppress(OSError):
        status = os.stat(os.path.join(temporary, "lock"))
        end = f":{status.st_ino}"
        with open("/proc/locks") as file:
            rows = [line.split() for line in file]
        rows = [row for row in rows if len(row) > 5 and row[1] == "FLOCK" and row[5].endswith(end)]
        pids += [int(row[4]) for row in rows]
        exact = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}{end}"
        holds = {int(row[4]) for row in rows if row[5] == exact}
    rwlock = files.read(os.path.join(temporary, "rwlock"))
    holders = list(dict(rwlock.get("write") or {}).values())
    for readers in dict(rwlock.get("read") or {}).values():
        holders += readers if isinstance(readers, list) else []
    pids += [each["pid"] for each in holders if isinstance(each, dict) and isinstance(each.get("pid"), int)]
    every = tree.processes()
    for pid in pids:
        if (
            pid in every
            and (pid in holds or tree.is_dvc(every[pid]))
            and not tree.carries(pid, f"MLTUI_JOB={job}".encode())
        ):
            return f"pid {pid}: {' '.join(every[pid].argv)[: tree.WIDTH]}"
    return ""


def mended(cwd: str, workspace: bool) -> list[str]:
    """Take away what a dvc that was interrupted or killed leaves half-written and that stops every later one; a line of
    each. Nobody else's: under the lock that dvc itself takes to write it, and of git's refs only those that none but
    dvc has, of `dvc exp run` in the worktree, while no dvc is at work."""
    root = dvc_root(cwd)
    said: list[str] = []
    if root is None:
        return said
    temporary = os.path.join(root, ".dvc", "tmp")
    path = os.path.join(temporary, "rwlock")
    with contextlib.suppress(OSError), _guarded(os.path.join(temporary, "rwlock.lock")):
        with open(path, "rb") as file:
            text = file.read()
        try:
            json.loads(text)
        except ValueError:
            os.unlink(path)
            said.append("dvc ended while it wrote .dvc/tmp/rwlock: half of it was there, and was taken away")
    common = os.fsdecode((files.git(cwd, "rev-parse", "--git-common-dir") or b"").rstrip(b"\n")) if workspace else ""
    refs = os.path.join(cwd, common, "refs", "exps", "exec")
    names: list[str] = []
    with contextlib.suppress(OSError):  # listed before it is looked who is at work: whoever begins then makes his own
        names = sorted(name for name in os.listdir(refs) if name.endswith(".lock")) if common else []
    if names and not dvc_at_work(cwd, ""):
        for name in names:
            files.remove(os.path.join(refs, name))
            said.append(f"dvc ended while it wrote refs/exps/exec/{name[: -len('.lock')]}: its lock was taken away")
    return said


@contextlib.contextmanager
def _guarded(path: str) -> Iterator[None]:
    """Under DVC's lock in this file; raises `OSError` if somebody has it. With `core.hardlink_lock` the file is there
    only while somebody has it: one that was made here would keep every dvc out."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(FileNotFoundError):
            guard = stack.enter_context(open(path, "r+b"))
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
