"""Running git: its environment and flags are in gitquiet.py, here is what its failures mean."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from mltui.errors import Denied, NotFound, SourceError, Unreadable
from mltui.sources.gitquiet import FOREIGN, OPTIONS, QUIET, arguments
from mltui.sources.places import Project
from mltui.sources.runner import Done, Environment, Runner

__all__ = [
    "FOREIGN",
    "OPTIONS",
    "QUIET",
    "WHOLE",
    "arguments",
    "attempt",
    "environment",
    "failure",
    "git",
    "lines",
    "understood",
]

P = ParamSpec("P")
T = TypeVar("T")

_DUBIOUS = re.compile(r"dubious ownership in repository at '(.+)'")


def environment(project: Project) -> Environment:
    """The environment of a git process for `project`."""
    return {**QUIET, **dict(project.git_env)}


def git(project: Project, runner: Runner, *args: str, timeout: float = 30.0, stdin: bytes | None = None) -> bytes:
    """What ``git <args>`` printed, run at the top of `project`. Raises a `SourceError` if it failed."""
    done = attempt(project, runner, *args, timeout=timeout, stdin=stdin)
    if done.code:
        raise failure(done)
    return done.stdout


def lines(said: bytes) -> list[str]:
    """What git printed, a line each; names need not be UTF-8."""
    return [os.fsdecode(line) for line in said.split(b"\n") if line]


def understood(parse: Callable[P, T]) -> Callable[P, T]:
    """A parser of what git prints: what it stumbles over (a git that was ended in the middle of a line, one of another
    form) is `Unreadable`."""

    @wraps(parse)
    def parsed(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return parse(*args, **kwargs)
        except (ValueError, LookupError, OverflowError, MemoryError) as error:
            raise Unreadable("git printed something that mltui does not understand", "please report it") from error

    return parsed


def attempt(project: Project, runner: Runner, *args: str, timeout: float = 30.0, stdin: bytes | None = None) -> Done:
    """Like `git`, for callers that make something of a failure themselves. Only what reads is asked so."""
    argv = arguments(*args)
    try:
        return runner.run(argv, cwd=project.root, env=environment(project), timeout=timeout, stdin=stdin, reading=True)
    except NotFound as error:
        if project.root.is_dir():
            raise  # it is git that is not there
        # no project without git, as other absences are: what was known goes on being shown beside it
        raise Unreadable(f"{project.root.name} is gone", f"put {project.root} back, or open another project") from error


#: What makes a partial clone a whole one; without --tags what only tags lead to stays away.
WHOLE: Final = "git fetch --refetch --tags --no-filter"


def failure(done: Done) -> SourceError:
    """What a failed git command means."""
    if dubious := _DUBIOUS.search(done.stderr):
        path = dubious[1]  # of somebody else, whose configuration can name programs: git refuses it, and so do we
        hint = f"git config --global --add safe.directory {shlex.quote(path)}"
        return Denied(f"git does not trust {path}: it belongs to another user", hint)
    told: Sequence[str] = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    said = next((line for line in told if line.startswith(("fatal:", "error:"))), told[-1] if told else "")
    said = re.sub(r"^(fatal|error): ", "", said)
    if "not a git repository" in said:
        return NotFound(f"git: {said}")
    if "ermission denied" in done.stderr:
        return Denied(f"git: {said}", "ask whoever owns the repository for read permission")
    if "promisor remote" in said:
        return Unreadable(f"git: {said}", f"this clone is partial: {WHOLE} brings what it lacks")
    return Unreadable(f"git: {said or f'exit code {done.code}'}")
