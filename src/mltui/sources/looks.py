"""Whether anything of a project moved, by the cheap fingerprints of its sources and of its configuration."""

from __future__ import annotations

import os
import time
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Final

from mltui.config.loading import candidates
from mltui.errors import SourceError
from mltui.sources.filemark import file_mark
from mltui.sources.look import look
from mltui.sources.places import user_state_dir

if TYPE_CHECKING:
    from mltui.sources.places import Project
    from mltui.sources.workspace import Workspace

#: The sources that a snapshot is made of.
NAMES: Final = ("git", "pipeline", "experiments", "stores", "runs", "models", "jobs", "journal")


class Looks:
    """Remembers the fingerprints of `workspace`'s sources. One thread at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._marks: dict[str, Hashable] = {}

    def moved(self, names: Iterable[str] = NAMES) -> bool:
        """Whether one of them moved since the last look at it; the first look at one moves.

        Takes the fingerprints before whoever asks reads: what changes meanwhile is seen by the next look.
        """
        found = False
        with look(time.monotonic()):
            for name in names:
                mark = self._mark(name)
                found |= mark != self._marks.get(name, self)
                self._marks[name] = mark
        return found

    def _mark(self, name: str) -> Hashable:
        try:
            return getattr(self._workspace, name).fingerprint()  # type: ignore[no-any-return]
        except SourceError as error:
            return error.summary, error.hint
        except OSError as error:  # a directory went away between two stats: the read will say what is wrong
            return str(error)


def configuration_mark(project: Project) -> Hashable:
    """Moves with every file that says how the project is read."""
    own = (project.root / ".env", user_state_dir() / "choices.json", user_state_dir() / "trust.json")
    return tuple(file_mark(path) for path in (*candidates(project.start, project.root, os.environ), *own))
