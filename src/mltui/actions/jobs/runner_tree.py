"""The processes of a job: which they are, and which of them a signal is for.

A standard-library file for Python 3.8 and later that goes wherever `runner.py` goes.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections import namedtuple
from typing import Any, Iterable

#: Letters of a command line that are shown.
WIDTH = 500
#: What runs another program and waits for it: the training is below. An interrupt is for the training.
SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "fish", "ash", "busybox"))
CARRIERS = SHELLS | frozenset(
    (
        "far.py",
        "make",
        "gmake",
        "time",
        "uv",
        "uvx",
        "poetry",
        "pipenv",
        "pdm",
        "hatch",
        "conda",
        "mamba",
        "micromamba",
        "pixi",
        "tox",
    )
)
#: What ends by itself when whoever writes to it does; interrupted before, it would break the writer's last words.
FILTERS = frozenset(("tee", "cat", "sed", "awk", "gawk", "mawk", "grep", "head", "tail", "tr", "ts", "cut"))

#: Who runs git to tidy up, and what our git has among its options.
TIDYING = ("rev_child.py", "far.py")
OWN_GIT = "core.hooksPath=/dev/null"

#: So often processes are listed at most, where new ones come all the time.
LISTS = 10
#: In the environment of what a runner asks for itself, of git or of a container engine: no signal is for that.
QUESTION = "MLTUI_QUESTION"

Process = namedtuple("Process", "pid parent start argv")


def processes() -> dict[int, Process]:
    """Every process that lives, by pid; `start` is in ticks since the boot ("" where there is no /proc)."""
    if not os.path.exists("/proc/self/stat"):
        return _listed()
    found: dict[int, Process] = {}
    looked: set[str] = set()
    # one that forks and ends between the list and the look at it is not there, and its child not in the list: so the
    # list is asked for until all of it was looked at
    for _ in range(LISTS):
        new = {name for name in os.listdir("/proc") if name.isdigit()} - looked
        if not new:
            break
        looked |= new
        for name in new:
            if (fields := stat(int(name))) is not None and fields[0] not in "ZX":
                found[int(name)] = Process(int(name), int(fields[1]), fields[19], _argv(name))
    return found


def stat(pid: int) -> list[str] | None:
    """The fields of its stat behind the command (0: state, 1: parent, 3: session, 19: start); None if it is gone."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", errors="replace") as file:
        return file.read().rpartition(")")[2].split()
    return None


def _argv(pid: Any) -> tuple[str, ...]:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
        return tuple(word.decode(errors="replace") for word in file.read().split(b"\0") if word)
    return ()


def _listed() -> dict[int, Process]:
    done = subprocess.run(("ps", "-axo", "pid=,ppid=,stat=,command="), stdout=subprocess.PIPE, check=False)
    rows = [line.decode(errors="replace").split(None, 3) for line in done.stdout.splitlines()]
    return {
        int(row[0]): Process(int(row[0]), int(row[1]), "", tuple(row[3].split()))
        for row in rows
        if len(row) == 4 and not row[2].startswith("Z")
    }


def start_of(pid: int) -> str:
    """When it began, as mltui's `sources/processes.py` writes it; "" where there is no /proc."""
    with contextlib.suppress(OSError, IndexError, TypeError), open("/proc/sys/kernel/random/boot_id") as boot:
        namespace = os.readlink("/proc/self/ns/pid").strip("pid:[]")
        return f"linux:{boot.read().strip()}:{namespace}:{(stat(pid) or [])[19]}"
    return ""


def began(process: Process) -> float | None:
    """When it began (epoch s), to a tick; None where there is no /proc."""
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/uptime") as file:
        uptime = float(file.read().split()[0])
        return time.time() - uptime + float(process.start) / os.sysconf("SC_CLK_TCK")
    return None


def lives(pid: Any, start: str) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    if start:
        return start_of(pid) == start and (stat(pid) or "Z")[0] not in "ZX"
    return pid in processes()


def carries(pid: int, mark: bytes) -> bool:
    """Whether a process of this user has `mark` in its environment."""
    with contextlib.suppress(OSError):
        if os.stat(f"/proc/{pid}").st_uid == os.getuid():
            with open(f"/proc/{pid}/environ", "rb") as file:
                return mark in file.read().split(b"\0")
    return False


def members(job: str, runner: int | None) -> dict[int, Process]:
    """The processes of a job: below its runner (None: it is gone), or marked by their environment.

    Neither the runner, nor what it asks for itself (a `podman rm` that is killed leaves half a container, and an
    answer that is cut off says that there is none), nor whoever asks.

    That there are none is seen twice: one that forks and ends, or becomes another program, while it is looked at has no
    environment then.
    """
    return _members(job, runner) or _members(job, runner)


def _members(job: str, runner: int | None) -> dict[int, Process]:
    every = processes()
    aside = {runner} | asking(every)
    mark = b"MLTUI_JOB=" + os.fsencode(job)
    found = {pid for pid in every if pid not in aside and carries(pid, mark)}
    below = descent(every, found | ({runner} if runner is not None else set()))
    own = [pid for pid in below if every[pid].parent == runner and carries(pid, f"{QUESTION}=1".encode())]
    aside |= descent(every, own)
    return {pid: every[pid] for pid in sorted(below - aside)}


def asking(every: dict[int, Process]) -> set[int]:
    """Whoever asks, and all it descends from: a shell that asks may itself have been started by a job."""
    found, pid = set(), os.getpid()
    while pid in every and pid not in found:
        found.add(pid)
        pid = every[pid].parent
    return found


def descent(every: dict[int, Process], roots: Iterable[int]) -> set[int]:
    """`roots`, and all that descends from them, of what is there."""
    below = more = set(roots)
    while more:
        more = {pid for pid, each in every.items() if each.parent in below} - below
        below = below | more
    return {pid for pid in below if pid in every}


def program(argv: Iterable[str]) -> str:
    """What a command line runs, without the interpreter: "dvc" of ``python -m dvc repro`` and of ``/bin/dvc repro``."""
    words = list(argv)
    name = os.path.basename(words[0]).lstrip("-") if words else ""
    if not re.match(r"python[\d.]*$|pypy", name):
        return name
    rest = words[1:]
    while rest and rest[0].startswith("-") and rest[0] != "-m":
        rest = rest[2:] if rest[0] in ("-W", "-X") else rest[1:]
    if rest and rest[0] == "-m":
        return rest[1].split(".")[0] if len(rest) > 1 else name
    return os.path.basename(rest[0]) if rest else name


def is_dvc(process: Process) -> bool:
    return program(process.argv) in ("dvc", "dvc_task", "isolated_child.py", "rev_child.py")


def of_dvc(found: dict[int, Process]) -> set[int]:
    """Dvc, and the git that our children (`rev_child.py`, `far.py`) run to make and to take away a worktree: that is no
    training, and half a worktree helps nobody."""
    ours = {pid for pid, each in found.items() if program(each.argv) in TIDYING}
    git = [pid for pid, each in found.items() if each.parent in ours and OWN_GIT in each.argv]
    return descent(found, git) | {pid for pid, each in found.items() if is_dvc(each)}


def of_engines(found: dict[int, Process]) -> set[int]:
    """Processes that belong to a container engine: podman's monitors, with the containers and what cleans up after
    them below. Killed with their containers they would leave them behind as running, with their mounts."""
    return descent(found, [pid for pid, each in found.items() if program(each.argv) == "conmon"])


def chosen(how: str, found: dict[int, Process]) -> list[Process]:
    """Which of a job's processes a signal is for. See docs/jobs.md; a dvc that runs no stage is interrupted itself.
    Containers are signalled through their engine; only a kill is for their processes too."""
    engines = of_engines(found)
    inside = [found[pid] for pid in engines]
    found = {pid: each for pid, each in found.items() if pid not in engines}
    own = of_dvc(found)
    dvc = [found[pid] for pid in own if is_dvc(found[pid])]
    rest = [each for each in found.values() if each.pid not in own]
    if how != "INT":
        return rest if how != "KILL" else rest + inside or [found[pid] for pid in own]
    below: dict[int, list[Process]] = {}
    for each in found.values():
        below.setdefault(each.parent if each.parent in found else 0, []).append(each)
    targets, look = [], list(below.get(0, ()))
    while look:
        each = look.pop()
        if is_dvc(each) or (program(each.argv) in CARRIERS and below.get(each.pid)):
            look += below.get(each.pid, ())
        elif each.pid not in own:
            targets.append(each)
    return [each for each in targets if program(each.argv) not in FILTERS] or targets or dvc


def send(how: str, targets: Iterable[Process]) -> list[Process]:
    """Signal them; those that were there. A number that was given to another process meanwhile is not signalled."""
    reached = []
    for each in targets:
        with contextlib.suppress(OSError):
            if _signal(each, getattr(signal, f"SIG{how}")):
                reached.append(each)
    return reached


def _signal(process: Process, number: int) -> bool:
    """Signal it by a handle that stays this process's, where there are such (Python 3.9, Linux 5.3)."""
    handle = None
    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):  # a kernel that has none; of a process that is gone `kill` says so
            handle = os.pidfd_open(process.pid)
    try:
        if process.start and (stat(process.pid) or [""] * 20)[19] != process.start:
            return False
        if handle is None:
            os.kill(process.pid, number)
        else:
            signal.pidfd_send_signal(handle, number)
    finally:
        if handle is not None:
            os.close(handle)
    return True


def shown(found: Iterable[Process]) -> list[list[Any]]:
    return [[each.pid, " ".join(each.argv)[:WIDTH]] for each in found]
