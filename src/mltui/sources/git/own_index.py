"""``git diff`` against the worktree with an index of its own.

It looks at the worktree's files anew and writes what it learned into the index, whatever GIT_OPTIONAL_LOCKS says (git
2.39, ``refresh_index_quietly``); with ``diff.autoRefreshIndex=false`` it would list files that were only touched. So a
copy of the index takes what it writes.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from mltui.sources.git.command import arguments, environment, failure
from mltui.sources.places import Project, cache_dir
from mltui.sources.runner import Done, Runner


def diff(project: Project, runner: Runner, *args: str, timeout: float) -> Done:
    """``git diff <args>``, which leaves the project as it is. Raises what `Runner.run` and `cache_dir` raise."""
    argv, told = arguments("diff", *args), environment(project)
    if project.git_dir is None:
        return runner.run(argv, cwd=project.root, env=told, timeout=timeout, reading=True)
    with tempfile.TemporaryDirectory(prefix="index-", dir=cache_dir(project)) as place:
        index = Path(place, "index")
        with suppress(FileNotFoundError):  # nothing was ever added
            shutil.copy2(project.git_dir / "index", index)  # with its time, by which git knows what it can't tell yet
        own = {**told, "GIT_INDEX_FILE": str(index)}
        return runner.run(argv, cwd=project.root, env=own, timeout=timeout, reading=True)


def told(project: Project, runner: Runner, *args: str, timeout: float = 30.0) -> bytes:
    """What ``git diff <args>`` printed. Raises a `SourceError` if it failed."""
    done = diff(project, runner, *args, timeout=timeout)
    if done.code:
        raise failure(done)
    return done.stdout
