"""``dvc exp run --temp`` that neither meets another run nor loses files and runs: a child of the project's interpreter.

    python isolated_child.py --state DIR [--link PATH]… [--collect] -- exp run --temp …

DVC runs the experiment in a directory of its own below .dvc/tmp/exps. Of DVC three methods are changed: the queue's
`put` and `get` happen while no job runs in the worktree, and give this job its own experiment (DVC gives whichever is
next, and after it the next one's of somebody else); `init_cache` makes the links; `cleanup` copies runs home before
the directory goes. A DVC that is built otherwise is refused before anything happens. Standard library and dvc only.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

if __package__:
    from . import elsewhere
else:
    import elsewhere  # type: ignore[import-not-found,no-redef]

#: What it needs of DVC (dvc/repo/experiments/queue/tempdir.py and executor/local.py).
NEEDS = (("queue", ("put", "get", "init_executor", "_standalone_tmp_dir")), ("executor", ("init_cache", "cleanup")))


def main() -> int:
    asked, command = elsewhere.arguments(__doc__ or "")
    try:
        change(asked)
    except (ImportError, AttributeError, NotImplementedError) as error:
        print(f"ERROR: this dvc runs experiments in a way that mltui does not know: {error}", flush=True)
        return 3
    from dvc.cli import main as dvc

    return int(dvc(command) or 0)


def change(asked: Any) -> None:
    """Put ours around DVC's methods. Raises what says that this DVC has others."""
    from dvc.repo.experiments.exceptions import ExpQueueEmptyError
    from dvc.repo.experiments.executor.local import TempDirExecutor
    from dvc.repo.experiments.queue.base import QueueGetResult
    from dvc.repo.experiments.queue.tempdir import TempDirQueue

    for (_, names), kind in zip(NEEDS, (TempDirQueue, TempDirExecutor)):  # noqa: B905 - Python 3.8
        if missing := [name for name in names if not hasattr(kind, name)]:
            raise NotImplementedError(f"{kind.__name__} has no {', '.join(missing)}")
    put, init_cache, cleanup = TempDirQueue.put, TempDirExecutor.init_cache, TempDirExecutor.cleanup
    turn = contextlib.ExitStack()
    waiting: list[Any] = []

    def own_put(self: Any, *args: Any, **options: Any) -> Any:
        turn.enter_context(elsewhere.turn(asked.state, self.repo.dvc_dir))
        turn.enter_context(elsewhere.uninterrupted())  # until `get`: else the next dvc would run it in its place
        try:
            waiting.append(put(self, *args, **options))
        except BaseException:
            turn.close()
            raise
        return waiting[-1]

    def own_get(self: Any) -> Any:
        if not waiting:
            raise ExpQueueEmptyError("No stashed standalone experiments.")
        entry, made = waiting.pop(), None
        try:
            with turn:
                made = self.init_executor(self.repo.experiments, entry, TempDirExecutor, wdir=self._standalone_tmp_dir)
        except BaseException:  # it was interrupted, and DVC knows nothing of the directory yet
            if made is not None:
                made.cleanup()
            raise
        return QueueGetResult(entry, made)

    def own_init_cache(self: Any, repo: Any, *args: Any, **options: Any) -> None:
        init_cache(self, repo, *args, **options)
        self.mltui_home = repo.scm.root_dir
        made = elsewhere.link(repo.scm.root_dir, self.root_dir, asked.link)
        elsewhere.exclude(os.path.join(self.root_dir, ".git"), made)

    def own_cleanup(self: Any, infofile: Any = None, **options: Any) -> None:
        home = getattr(self, "mltui_home", None)
        if home and not elsewhere.bring_home(self.root_dir, home, asked):
            elsewhere.say(f"they are in {self.root_dir}, which stays")
            return
        # one that was interrupted before DVC wrote that file goes too
        cleanup(self, infofile if infofile and os.path.exists(infofile) else None, **options)

    TempDirQueue.put, TempDirQueue.get = own_put, own_get
    TempDirExecutor.init_cache, TempDirExecutor.cleanup = own_init_cache, own_cleanup


if __name__ == "__main__":
    sys.path.pop(0)  # dvc is not to find our files by its own names
    sys.exit(main())
