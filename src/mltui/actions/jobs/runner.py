"""The runner of jobs: it runs a job from its start to its end (docs/jobs.md).

With the `runner_*.py` beside it, it is copied to other boxes and started by their own python3, 3.8 and later: the
standard library only, and nothing of mltui. Whatever happens to it, the training goes on: the log is the command's own
file and no pipe, state is written beside, and what can't be written is tried again later.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
import traceback
from typing import Any

if __package__:
    from . import runner_containers as containers
    from . import runner_files as files
    from . import runner_stop as stops
    from . import runner_tree as tree
    from .runner_job import HOST, SIGNALLED, Run
else:  # run by its path, here or on another box
    import runner_containers as containers  # type: ignore[import-not-found,no-redef]
    import runner_files as files  # type: ignore[import-not-found,no-redef]
    import runner_stop as stops  # type: ignore[import-not-found,no-redef]
    import runner_tree as tree  # type: ignore[import-not-found,no-redef]
    from runner_job import HOST, SIGNALLED, Run  # type: ignore[import-not-found,no-redef]


def run(folder: str, ready: Any = None) -> int:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    there = files.read(os.path.join(folder, "state.json"))
    if there.get("host") == HOST and tree.lives(there.get("pid"), there.get("pid_start") or ""):
        print("it runs already", file=sys.stderr)
        return 1
    job = Run(folder)

    def asked(number: int, _frame: Any) -> None:  # Slurm, or an init that shuts the box down
        how = "INT" if number == signal.SIGINT else "TERM"
        stops.ask(job.folder, {"how": how, "at": files.now(), "who": SIGNALLED})
        job.asked = job.asked or {"how": how, "who": SIGNALLED}

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, asked)
    signal.signal(signal.SIGTERM, asked)
    job.put()
    if ready is not None:
        ready()
    try:
        return job.whole()
    except Exception as error:
        job.note(f"the runner failed: {type(error).__name__}: {error}")
        job.put(state="failed", end=files.now())
        raise


def start(folder: str) -> int:
    """Run it in a session of its own, twice forked: neither a hangup nor the end of whoever asked reaches it."""
    back, told = os.pipe()
    if os.fork():
        os.close(told)
        with os.fdopen(back, "rb") as pipe:
            word = pipe.read()
        os.wait()
        print(word.decode() or json.dumps({"error": "the runner did not start"}))
        return 0 if word else 1
    os.setsid()
    if os.fork():
        os._exit(0)
    code, folder = 1, os.path.abspath(folder)
    try:
        os.chdir("/")
        nothing = os.open(os.devnull, os.O_RDWR)
        errors = os.open(os.path.join(folder, "runner.err"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for target, source in ((0, nothing), (1, nothing), (2, errors)):
            os.dup2(source, target)
        begun = json.dumps({"pid": os.getpid(), "pid_start": tree.start_of(os.getpid())}).encode()
        with os.fdopen(told, "wb", 0) as tell:

            def ready() -> None:
                tell.write(begun)
                tell.close()

            code = run(folder, ready)
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


def cancel(folder: str, how: str, who: str = "") -> int:
    """Signal it once, and say in stop.json which processes: the runner goes on from there."""
    state = files.read(os.path.join(folder, "state.json"))
    job = files.read(os.path.join(folder, "spec.json")).get("id") or os.path.basename(os.path.abspath(folder))
    found, targets, said, heard = {}, [], [], False
    if state.get("host") in (None, HOST):
        runner = state.get("pid") if tree.lives(state.get("pid"), state.get("pid_start") or "") else None
        found = tree.members(job, runner)
        engines = tree.of_engines(found) if how == "KILL" else set()
        # dvc is interrupted once, and by its runner: twice would end its tidying
        dvc = tree.of_dvc(found) if runner else set()
        making = {each.pid for each in containers.making(found.values())} if runner and how != "INT" else set()
        targets = tree.chosen(how, {pid: each for pid, each in found.items() if pid not in engines | dvc | making})
        if not targets and not runner:
            targets = tree.chosen(how, found)
        heard = bool(runner) and how != "KILL" and stops.is_wish(stops.read(folder), how)
        targets = [] if heard else targets  # the runner found that by itself: a training is interrupted once
    else:
        said.append(f"it runs on {state.get('host')}: its runner there was told")
    stop = {"how": how, "at": files.now(), "who": who, "signalled": [[each.pid, each.start] for each in targets]}
    stop["containers"] = containers.traces(found.values())  # their clients may be gone when the runner looks
    stop["passed"] = containers.passing_on(targets)
    if not heard and not stops.ask(folder, stop):
        said.append("stop.json could not be written")
    reached = tree.send(how, targets)
    alive = [each for pid, each in found.items() if tree.lives(pid, "")]
    print(json.dumps({"signalled": tree.shown(reached), "alive": tree.shown(alive), "said": said}))
    return 0


def status(folder: str) -> int:
    """state.json, as *lost* if its runner is gone without having said how it ended."""
    path = os.path.join(folder, "state.json")
    state = files.read(path)
    if _unsaid(state):
        state = files.read(path)  # it may have said so, and gone, between the two looks
    if _unsaid(state):
        job = files.read(os.path.join(folder, "spec.json")).get("id") or os.path.basename(os.path.abspath(folder))
        state.update(state="lost", alive=tree.shown(tree.members(job, None).values()))
    print(json.dumps(state))
    return 0


def _unsaid(state: dict[str, Any]) -> bool:
    """Whether it began here, did not say how it ended, and has no runner any more."""
    if state.get("host") != HOST or state.get("state") in ("finished", "failed", "stopped", "lost"):
        return False
    return not tree.lives(state.get("pid"), state.get("pid_start") or "")


def log(folder: str, offset: str, limit: str) -> int:
    with contextlib.suppress(FileNotFoundError), open(os.path.join(folder, "log"), "rb") as file:
        file.seek(int(offset))
        sys.stdout.buffer.write(file.read(int(limit)))
    return 0


def changed(folder: str) -> int:
    """Write before/changed.json of a job whose runner could not; the paths, one JSON line."""
    before = files.Before.of(os.path.join(os.path.abspath(folder), "before"))
    print(json.dumps(before.changed()))
    return 0


COMMANDS = {"changed": changed, "run": run, "start": start, "cancel": cancel, "status": status, "log": log}

if __name__ == "__main__":
    sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))  # type: ignore[operator]
