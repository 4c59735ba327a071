"""``mltui demo``: claim an empty directory, tell the story in it, leave nothing behind if that fails."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from mltui.demo.story import STEPS
from mltui.demo.workshop import Workshop
from mltui.errors import UsageError
from mltui.sources.runner import ProcessRunner

Progress = Callable[[str, float], None]


def build(directory: Path, progress: Progress = lambda text, share: None) -> None:
    """Build the sample project in `directory`, which is made if it isn't there.

    `progress` is told what is being done and which share of the work (0 to 1) is behind. Raises `UsageError` if
    `directory` is not an empty directory, `SourceError` if a tool fails; what was built is removed then.
    """
    directory = directory.expanduser().absolute()
    new = _claim(directory)
    try:
        _tell(Workshop(directory, ProcessRunner(), time.time()), progress)
    except BaseException:
        _empty(directory)
        if new:
            directory.rmdir()
        raise
    progress("done", 1.0)


def _claim(directory: Path) -> bool:
    """Make sure that `directory` is ours alone; True if it was made."""
    try:
        if directory.is_dir():
            if any(directory.iterdir()):
                raise UsageError(f"{directory} is not empty", "name a directory that is empty or not there yet")
            return False
        directory.mkdir(parents=True)
    except FileExistsError as error:
        raise UsageError(f"{directory} is not a directory", "name another one") from error
    except OSError as error:
        raise UsageError(f"{directory} can't be used: {error.strerror}", "name another one") from error
    return True


def _tell(workshop: Workshop, progress: Progress) -> None:
    whole = sum(step.seconds for step in STEPS)
    behind = 0.0
    workshop.opened()
    for step in STEPS:
        progress(step.text, behind / whole)
        step.act(workshop)
        behind += step.seconds
    workshop.closed()


def _empty(directory: Path) -> None:
    for path in directory.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
