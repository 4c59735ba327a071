"""What jobs share that run in a directory of their own: whose turn it is, links into it, what is kept of it.

A standard-library file for Python 3.8 and later, beside the children that the project's interpreter runs.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator

if __package__:
    from . import collecting
    from . import runner_containers as containers
    from . import runner_files as files
    from . import runner_tree as tree
else:
    import collecting  # type: ignore[import-not-found,no-redef]
    import runner_containers as containers  # type: ignore[import-not-found,no-redef]
    import runner_files as files  # type: ignore[import-not-found,no-redef]
    import runner_tree as tree  # type: ignore[import-not-found,no-redef]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: How often it is asked whether another job has ended (s).
TICK = 0.2
#: What the start of a process and the time of a file may be apart, as two clocks (s).
CLOCKS = 2.0


def arguments(doc: str, rev: bool = False) -> tuple[argparse.Namespace, list[str]]:
    """The child's own options, and dvc's command behind the ``--``."""
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=doc.partition("\n")[0])
    parser.add_argument("--state", required=True, help="the directory of the project's jobs")
    parser.add_argument("--link", action="append", default=[], help="a path from the top that is linked into it")
    parser.add_argument("--collect", action="store_true", help="copy runs home that are logged beside the code")
    if rev:
        parser.add_argument("--rev", required=True, help="the commit")
    asked = parser.parse_args(words[:cut])
    asked.state = os.path.abspath(asked.state)
    return asked, words[cut + 1 :]


def directory(state: str) -> str:
    """Where this job's files are."""
    return os.path.join(state, "jobs", os.environ.get("MLTUI_JOB") or f"by-hand-{os.getpid()}")


def say(text: str) -> None:
    print(f"mltui: {text}", flush=True)


@contextlib.contextmanager
def turn(state: str, dvc_dir: str) -> Iterator[None]:
    """While it lasts no job runs in the worktree, and none began while another dvc writes there.

    ``dvc exp run`` puts the worktree's changes aside and moves HEAD for a moment, and takes whatever experiment is next
    in its list: neither may meet another run. A job's runner has waited for its turn already, and holds it.
    """
    os.makedirs(state, exist_ok=True)
    own = os.environ.get("MLTUI_JOB", "")
    with open(os.path.join(state, "in-place.lock"), "a+") as lock:
        said = ""
        while True:
            with contextlib.suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            lock.seek(0)
            holder = lock.read(100).strip()
            if own and holder == own:
                break
            said = _waiting(f"job {holder or 'of another terminal'}", said)
            time.sleep(TICK)
        with contextlib.suppress(OSError):
            lock.truncate(0)
            lock.write(own)
            lock.flush()
        while busy := _writing(dvc_dir):
            said = _waiting(f"dvc, which writes {busy}", said)
            time.sleep(TICK)
        yield


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """A signal waits until this is over: in between the worktree's changes are in git's stash and nowhere else."""
    came: list[int] = []
    before = {each: signal.signal(each, lambda number, _: came.append(number)) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number in came[:1]:
            os.kill(os.getpid(), number)


def _waiting(what: str, said: str) -> str:
    if what != said:
        say(f"waits for {what}")
    return what


def _writing(dvc_dir: str) -> str:
    """A path that another living process writes here, as DVC's rwlock says; "" if there is none."""
    rwlock, written = os.path.join(dvc_dir, "tmp", "rwlock"), 0.0
    writes = files.read(rwlock).get("write")
    with contextlib.suppress(OSError):
        written = os.stat(rwlock).st_mtime
    every = tree.processes() if writes else {}
    for path, entry in (writes if isinstance(writes, dict) else {}).items():
        pid = entry.get("pid") if isinstance(entry, dict) else None
        if not isinstance(pid, int) or pid == os.getpid() or pid not in every:
            continue
        # a dvc that was killed leaves its entry, and its number is given to another one
        if containers.began(every[pid].start) <= written + CLOCKS:
            return f"{os.path.basename(path)} (pid {pid})"
    return ""


def link(home: str, top: str, paths: list[str]) -> list[str]:
    """Link `paths` of the project into another directory; those that were. What is there already stays."""
    made = []
    for path in (os.path.normpath(each) for each in paths):
        source, target = os.path.join(home, path), os.path.join(top, path)
        if not os.path.lexists(source):
            say(f"{path} is not linked: there is none")
        elif os.path.lexists(target):
            say(f"{path} is not linked: git has it")
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(source, target)
            made.append(path)
    return made


def exclude(git_dir: str, paths: list[str]) -> None:
    """Links belong to no commit."""
    os.makedirs(os.path.join(git_dir, "info"), exist_ok=True)
    with open(os.path.join(git_dir, "info", "exclude"), "a") as file:
        file.writelines(f"\n/{path.replace(os.sep, '/')}\n" for path in paths)


def bring_home(top: str, home: str, asked: argparse.Namespace) -> bool:
    """Copy runs home, or keep them where nobody asked for that, saying what was done. False if the directory should
    stay, as nobody has them else."""
    bring = collecting.collect if asked.collect else collecting.rescue
    try:
        for line in bring(top, home, os.path.join(directory(asked.state), "stores")):
            say(line)
    except Exception as error:  # whatever it is, the runs are there and nowhere else
        say(f"runs could not be brought home: {type(error).__name__}: {error}")
        return False
    return True
