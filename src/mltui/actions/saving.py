"""A copy of a log, into a file that somebody names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from mltui.actions.gateway import Tell
from mltui.errors import Refused
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.shell import quote


class SaveCopy:
    """Copies `source` as it is now to `target`, which is never written over: a new file is opened, or none."""

    name = "save"

    def __init__(self, source: Path, target: Path) -> None:
        self._source, self._target = source, target

    @property
    def title(self) -> str:
        return f"save a copy as {self._target}"

    @property
    def note(self) -> Note:
        return Note(str(self._target), after=f"a copy of {self._source}")

    def commands(self) -> Sequence[str]:
        return [f"cp --update=none -- {quote(str(self._source))} {quote(str(self._target))}"]

    def refusal(self) -> Refused | None:
        if os.path.lexists(self._target):
            return Refused(f"{self._target} is there already", "nothing is written over: choose another name")
        if not self._target.parent.is_dir():
            return Refused(f"there is no directory {self._target.parent}", "make it, or choose another")
        return None

    def act(self, tell: Tell) -> Outcome:
        tell(1, 1, self.title)
        try:
            with self._source.open("rb") as log, self._target.open("xb") as copy:
                shutil.copyfileobj(log, copy, 1 << 20)
        except FileExistsError:
            return Outcome("failed", f"{self._target} came to be meanwhile: nothing was written")
        except OSError as error:
            left = (f"{self._target} may hold the beginning of it",) if self._target.exists() else ()
            return Outcome("failed", f"not saved: {error.strerror}", left)
        return Outcome("done", f"saved as {self._target}")
