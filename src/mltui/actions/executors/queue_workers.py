"""Workers of DVC's queue that give each job its own environment (`queue_shim.py`)."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from mltui.actions.experiments.dvc import Dvc, said
from mltui.actions.experiments.stop import wait
from mltui.actions.jobs.runner_tree import carries
from mltui.actions.jobs.shipped import RUNNER
from mltui.actions.replacing import replace_file
from mltui.errors import Denied, SourceError
from mltui.sources.dvc.python import interpreter
from mltui.sources.dvc.queue_processes import workers
from mltui.sources.dvc.queue_tasks import tasks

#: What the workers we start have in their environment: the directory of the jobs they know.
MARK = "MLTUI_QUEUE_JOBS"
#: How long a worker that is there may take until it takes something (s): it may only just start.
TAKES = 30.0


def start(dvc: Dvc, jobs: Path, count: int, output: Path, env: Mapping[str, str | None] | None = None) -> None:
    """Start as many workers as lack to `count`. `jobs` is the directory of mltui's jobs; what dvc says goes into
    `output`.

    A worker goes when it has seen the queue empty for a while, and that takes it seconds in which it takes nothing any
    more: what was queued then would wait for nobody. So those that are there are waited for until one has work.

    Raises a `SourceError`: dvc can't, or the directory of the state can't be written.
    """
    wait(lambda: len(workers(dvc.root)) < max(count, 1) or not _idle(dvc), TAKES)
    if len(workers(dvc.root)) >= count:
        return
    bin_ = shimmed(dvc, jobs)
    path = f"{bin_}{os.pathsep}{dvc.env()['PATH']}"
    given = {MARK: str(jobs), "MLTUI_JOB": None, **(env or {}), "PATH": path}
    code = dvc.run_aside("queue", "start", "-j", str(count), output=output, env=given)
    if code:
        text = output.read_text(errors="replace")
        raise SourceError(f"dvc queue start: {said(text, code)}")


def _idle(dvc: Dvc) -> bool:
    """Whether something is queued, and nothing runs."""
    states = {task.state for task in tasks(dvc.root)}
    return "queued" in states and "running" not in states


def shimmed(dvc: Dvc, jobs: Path) -> Path:
    """The directory of the ``dvc`` that a worker finds first. Raises `Denied`."""
    folder = jobs.parent / "queue"
    python = interpreter(dvc.project, dvc.config, "dvc").path
    shim = Path(__file__).with_name("queue_shim.py")
    words = (python, "-E", str(shim), str(RUNNER), str(jobs), str(folder), *dvc.argv, "--")
    text = f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(folder / "dvc", text, 0o700)
    except OSError as error:
        raise Denied(f"{folder} can't be written: {error.strerror}") from error
    return folder


def strangers(dvc: Dvc, jobs: Path) -> tuple[int, ...]:
    """Workers that somebody else started: a job that one of them takes runs in their environment."""
    return tuple(pid for pid in workers(dvc.root) if not carries(pid, os.fsencode(f"{MARK}={jobs}")))
