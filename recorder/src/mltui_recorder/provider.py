"""MLflow's hook: the tags of a run that starts. Never an exception, never longer than the budget.

MLflow asks every provider when a run starts (``mlflow.tracking.context.registry``), and some of its parts ask at other
times. The work is done on a thread of its own: a file system that hangs is not waited for.
"""

from __future__ import annotations

import os
import threading

from mltui_recorder.budget import Deadline, budget
from mltui_recorder.deps import Deps
from mltui_recorder.process import process_tags
from mltui_recorder.running import Unknown, running_stage
from mltui_recorder.tag_names import dep_tags
from mltui_recorder.worktree import Difference, repository

#: Seconds of the budget kept for git's answer, and for handing over what was found.
_FOR_GIT_S, _FOR_THREAD_S = 0.04, 0.01
#: Longest ``mltui.error``, and longest list of paths, in characters (MLflow 2 takes 5000).
_LONGEST_ERROR, _LONGEST_LIST = 300, 4000


class Recorder:
    """A run context provider. It needs no base class: MLflow calls these two methods and looks at nothing else."""

    def in_context(self) -> bool:
        """Always, unless the budget is nothing: a run without DVC has a process and a worktree, too."""
        return budget() > 0

    def tags(self) -> dict[str, str]:
        """The tags; what stood in the way of some is ``mltui.error``."""
        try:
            return _Recording().tags()
        except Exception as error:  # whatever it is: a training is worth more than its tags
            return {"mltui.error": type(error).__name__}


class _Unchanging:
    """What was found out once in this process and stays: the worktree the code was loaded from. A fork has its own."""

    pid = 0
    worktree: tuple[dict[str, str], str] | None = None
    thread: threading.Thread | None = None

    @classmethod
    def here(cls) -> type[_Unchanging]:
        if cls.pid != os.getpid():
            cls.pid, cls.worktree, cls.thread = os.getpid(), None, None
        return cls


class _Recording:
    def __init__(self) -> None:
        self._deadline = Deadline(budget())
        self._found: dict[str, str] = {}
        self._errors: list[str] = []
        self._deps = Deps()
        self._outs: tuple[str, ...] = ()
        self._doing = "git"

    def tags(self) -> dict[str, str]:
        """All of it, within the budget."""
        self._found.update(process_tags())
        once = _Unchanging.here()
        earlier = once.thread  # of a run before, or of one that another thread starts now
        if earlier is not None:
            earlier.join(self._deadline.left() / 2)
        if earlier is not None and earlier.is_alive():
            self._errors.append("still waiting for what an earlier run asked for")
        else:
            thread = threading.Thread(target=self._run, name="mltui-recorder", daemon=True)
            thread.start()
            once.thread = thread  # not before: who else sees it may join it
            thread.join(self._deadline.sooner(_FOR_THREAD_S / 2).left())
            if thread.is_alive():
                self._errors.append(f"{self._doing} took too long")
        found, errors = {**self._found, **_deps_tags(self._deps)}, [*self._errors, *_deps_errors(self._deps)]
        if errors:
            found["mltui.error"] = _one_line("; ".join(dict.fromkeys(errors)))
        return found

    def _run(self) -> None:
        try:
            self._record(self._deadline.sooner(_FOR_THREAD_S))
        except Exception as error:
            self._errors.append(f"{self._doing}: {type(error).__name__}")

    def _record(self, deadline: Deadline) -> None:
        once = _Unchanging.here()
        said = os.environ.get("DVC_STAGE")
        difference = None if once.worktree else Difference(repository(in_stage=bool(said)))
        try:
            if said:
                self._doing = "DVC's files"
                self._record_stage(said, deadline if difference is None else deadline.sooner(_FOR_GIT_S))
            self._doing = "git"
            if difference is not None:
                once.worktree = difference.tags(deadline, self._outs)
        finally:
            if difference is not None:
                difference.end()
        tags, error = once.worktree or ({}, "")
        self._found.update(tags)
        if error:
            self._errors.append(error)

    def _record_stage(self, said: str, deadline: Deadline) -> None:
        try:
            stage = running_stage(said)
        except Unknown as error:
            self._errors.append(str(error))
            return
        self._outs = stage.outs
        if stage.address:
            self._found["mltui.stage"] = stage.address[:_LONGEST_LIST]
        else:
            self._errors.append("which dvc.yaml the stage is of can't be told")
        self._doing = "deps"
        self._deps.read(stage, deadline)


def _deps_tags(deps: Deps) -> dict[str, str]:
    found = dep_tags(list(deps.found))
    if deps.more:
        found["mltui.dep.more"] = str(deps.more)
    if deps.unhashed:
        found["mltui.unhashed"] = "\n".join(map(_printable, deps.unhashed))[:_LONGEST_LIST]
    return found


def _deps_errors(deps: Deps) -> list[str]:
    told = list(deps.complaints)
    if deps.left_out:
        rest = f" and {len(deps.left_out) - 1} more" if len(deps.left_out) > 1 else ""
        told.append(f"left out: {deps.left_out[0]}{rest}")
    return told


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _one_line(text: str) -> str:
    line = " ".join(_printable(text).split())
    return line if len(line) <= _LONGEST_ERROR else line[: _LONGEST_ERROR - 1] + "…"
