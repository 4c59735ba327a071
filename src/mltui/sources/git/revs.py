"""Which commit a word names: git's own rules (gitrevisions(7)), and nothing is fetched."""

from __future__ import annotations

import re

from mltui.sources.git.command import attempt
from mltui.sources.places import Project
from mltui.sources.runner import Runner

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
#: What stands in no name of a ref, and what can't be handed to a process. Invisible letters can be, in a branch's too.
_NEVER = re.compile("[\0-\x1f\x7f\ud800-\udc7f\udd00-\udfff]")


def full_sha(project: Project, runner: Runner, rev: str) -> str | None:
    """The full id of the commit that `rev` (hex digits, a branch, a tag, ``HEAD~2``) names in this clone, else None.

    `rev` may be whatever somebody typed or a run recorded: no process is started for what can be no revision.
    """
    if project.git_dir is None or not rev or rev.startswith("-") or _NEVER.search(rev):
        return None
    done = attempt(project, runner, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    told = done.stdout.decode("ascii", "replace").split()
    return told[-1] if done.code == 0 and told and _SHA.fullmatch(told[-1]) else None
