"""Why a commit that a run recorded is on no branch or tag of this clone."""

from __future__ import annotations

import re

from mltui.model.git import GitState
from mltui.sources.git.command import WHOLE, attempt
from mltui.sources.places import Project
from mltui.sources.runner import Runner


class Absent:
    """Says it of each commit; asked of git once each."""

    def __init__(self, project: Project, runner: Runner, state: GitState | None) -> None:
        self._project, self._runner, self._state = project, runner, state
        self._known: dict[str, str] = {}

    def __call__(self, sha: str) -> str:
        if sha not in self._known:
            self._known[sha] = self._asked(sha)
        return self._known[sha]

    def _asked(self, sha: str) -> str:
        if self._project.git_dir is None:
            return "there is no git repository here"
        if not re.fullmatch(r"[0-9a-f]{4,64}", sha):
            return "that is no commit's hash"
        # "^{commit}" would die of what a partial clone lacks; -e says only whether the object is here
        if attempt(self._project, self._runner, "cat-file", "-e", sha).code == 0:
            return "it is here, but on no branch or tag: rebased, amended or deleted"
        if self._state is not None and self._state.shallow:
            return "not in this clone, whose history is cut (git fetch --unshallow brings the rest)"
        if self._state is not None and self._state.partial:
            return f"not in this clone, which is partial ({WHOLE} brings the rest)"
        return "not in this clone: never pushed, rebased away, or of another repository"
