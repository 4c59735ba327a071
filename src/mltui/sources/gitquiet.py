"""The environment and the flags of every git process (DESIGN section 4). Imports nothing: a start-up passes here.

Nothing may fetch, prompt, lock, sign-check or run a program that the repository names: ``git status`` runs a
repository's fsmonitor hook, a blobless clone fetches what it lacks, ``log`` calls gpg.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mltui.sources.runner import Environment

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
    "LC_ALL": "C",  # messages are matched in command.py
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

#: What the state of the worktree is read from.
STATUS = ("status", "--porcelain=v2", "--branch", "--ahead-behind", "-z")


def arguments(*args: str) -> tuple[str, ...]:
    """A whole git command line with the flags every one has."""
    return ("git", *OPTIONS, *args)
