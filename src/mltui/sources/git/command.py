"""How every git process of mltui is started: its environment, its flags, and what its failures mean.

Nothing here may fetch, prompt, lock, sign-check or run a program that the repository names (DESIGN section 4):
``git status`` runs a repository's fsmonitor hook, a blobless clone fetches what it lacks, ``log`` calls gpg.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from mltui.errors import Denied, NotFound, SourceError, Unreadable
from mltui.sources.places import Project
from mltui.sources.runner import Done, Environment, Runner

#: Variables that tie git to one repository, as a hook leaves them behind (``git rev-parse --local-env-vars``, without
#: those that only carry configuration), and those that change what a pathspec means. They are taken away: what
#: `open_project` found is what is read. A GIT_DIR the user set is honoured there, once, and kept in `Project.git_env`.
FOREIGN = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_EXTERNAL_DIFF",
)

#: Laid over the environment of every git process. GIT_NO_LAZY_FETCH is known since git 2.45; before, forbidding every
#: protocol does the same.
QUIET: Environment = {
    **dict.fromkeys(FOREIGN),
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",  # messages are matched below
}

#: Before the subcommand. The last four keep a user's taste from changing what is parsed.
OPTIONS = tuple(
    argument
    for setting in (
        "core.fsmonitor=false",
        "log.showSignature=false",
        "log.showRoot=true",
        "log.follow=false",
        "color.ui=false",
        "i18n.logOutputEncoding=UTF-8",
    )
    for argument in ("-c", setting)
)

_DUBIOUS = re.compile(r"dubious ownership in repository at '(.+)'")


def environment(project: Project) -> Environment:
    """The environment of a git process for `project`."""
    return {**QUIET, **dict(project.git_env)}


def arguments(*args: str) -> tuple[str, ...]:
    """A whole git command line with the flags every one has."""
    return ("git", *OPTIONS, *args)


def git(project: Project, runner: Runner, *args: str, timeout: float = 30.0, stdin: bytes | None = None) -> bytes:
    """What ``git <args>`` printed, run at the top of `project`. Raises a `SourceError` if it failed."""
    done = attempt(project, runner, *args, timeout=timeout, stdin=stdin)
    if done.code:
        raise failure(done)
    return done.stdout


def attempt(project: Project, runner: Runner, *args: str, timeout: float = 30.0, stdin: bytes | None = None) -> Done:
    """Like `git`, for callers that make something of a failure themselves."""
    argv = arguments(*args)
    return runner.run(argv, cwd=project.root, env=environment(project), timeout=timeout, stdin=stdin)


def failure(done: Done) -> SourceError:
    """What a failed git command means."""
    if dubious := _DUBIOUS.search(done.stderr):
        path = dubious[1]  # of somebody else, whose configuration can name programs: git refuses it, and so do we
        hint = f"git config --global --add safe.directory {shlex.quote(path)}"
        return Denied(f"git does not trust {path}: it belongs to another user", hint)
    lines: Sequence[str] = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "")
    said = re.sub(r"^(fatal|error): ", "", said)
    if "not a git repository" in said:
        return NotFound(f"git: {said}")
    if "ermission denied" in done.stderr:
        return Denied(f"git: {said}", "ask whoever owns the repository for read permission")
    return Unreadable(f"git: {said or f'exit code {done.code}'}")
