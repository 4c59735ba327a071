"""The processes of a queued experiment.

``dvc queue kill -f`` kills ``dvc exp exec-run`` alone and reports Failed: its training lives on. So the training is
signalled first (`actions/jobs/runner_tree.py` chooses), and DVC unwinds by itself: the worker notes the failure and
removes the directory it ran in.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from mltui.actions.jobs import runner_tree
from mltui.actions.jobs.runner_tree import Process
from mltui.sources.dvc.queue_processes import stage_marks, works_in
from mltui.sources.dvc.queue_tasks import Task
from mltui.sources.processes import runs


def belonging(task: Task, marks: Iterable[str] = ()) -> dict[int, Process]:
    """The processes of `task` by pid: its dvc and what descends from it, what that left behind when it ended (known by
    what DVC says of the experiment in the environment of each stage, or by working in the directory that DVC made for
    it, even where that is gone), and what has one of `marks` (``MLTUI_JOB=…``) in its environment, with all that
    descends from those."""
    every = runner_tree.processes()
    wanted = [os.fsencode(mark) for mark in marks]
    known = stage_marks(task.root, task.name, task.baseline)
    below = {task.pid} if task.pid is not None and runs(task.pid, task.rev) else set()
    for pid in every.keys() - runner_tree.asking(every):
        carried = any(runner_tree.carries(pid, mark) for mark in wanted)
        if carried or (known and all(runner_tree.carries(pid, mark) for mark in known)) or works_in(pid, task.folder):
            below.add(pid)
    return {pid: every[pid] for pid in sorted(runner_tree.descent(every, below))}
