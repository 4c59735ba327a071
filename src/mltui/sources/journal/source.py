"""What was done through mltui, oldest first, from the journal in the project's state."""

from __future__ import annotations

import os
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from stat import S_ISREG
from typing import Final

from mltui.model.journal import JournalEntry, JournalRead, worries
from mltui.model.journal_record import entries, events
from mltui.sources.filemark import file_mark
from mltui.sources.journal.finding import ReadModels, find_out
from mltui.sources.places import Project, state_dirs
from mltui.sources.port import now_ms
from mltui.sources.processes import host_name, is_there

FILE: Final = "journal.jsonl"
#: So much of a journal's end is read (bytes): some 50,000 actions.
MOST: Final = 64 << 20


class JournalSource:
    """Reads the journal. There are two files where the place that is wanted could not be written once.

    `models` is asked only where it takes the registry to find out what became of something.
    """

    name = "journal"

    def __init__(self, project: Project, models: ReadModels = lambda _: ()) -> None:
        self._project, self._models = project, models
        self._open: tuple[JournalEntry, ...] = ()

    def files(self) -> tuple[Path, ...]:
        """Where it may be, the place that is wanted first."""
        return tuple(directory / FILE for directory in state_dirs(self._project))

    def fingerprint(self) -> Hashable:
        """Stats of the files, and which of those that were at it still are."""
        return tuple(file_mark(path) for path in self.files()), tuple(_acts(entry) for entry in self._open)

    @property
    def settled(self) -> bool:
        """Whether what was loaded last stands as long as no file moves: nobody is at it, what was found is noted."""
        return not self._open

    def load(self) -> JournalRead:
        """Every action, the oldest first. What became of those without an outcome is looked for, if nobody noted it."""
        judged = self._judged()
        if any(entry.state is None and not entry.acting and entry.open for entry in judged):
            judged = self._judged()  # whoever it was may have noted the end, and gone, between reading and looking
        self._open = tuple(entry for entry in judged if entry.open)
        read = tuple(self._looked_for(entry) for entry in judged)
        return JournalRead(read, worries(read, now_ms()))

    def _judged(self) -> list[JournalEntry]:
        """Every action, and whether whoever began it is at it."""
        said = [event for path in self.files() for event in events(_read(path))]
        return [replace(entry, acting=entry.state is None and _acts(entry)) for entry in entries(said)]

    def _looked_for(self, entry: JournalEntry) -> JournalEntry:
        if not entry.open or entry.acting or entry.found:
            return entry
        return replace(entry, found=find_out(self._project, entry, self._models))


def _acts(entry: JournalEntry) -> bool:
    """Whether whoever began it may still be at it. Of another host nobody knows: that counts as unknown."""
    if entry.pid is None or entry.who.host != host_name():
        return False
    return is_there(entry.pid, entry.pid_start) is True


def _read(path: Path) -> bytes:
    """Its end; nothing where it can't be read: no pipe that somebody put there is waited for."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if S_ISREG(status.st_mode):
                file.seek(max(0, status.st_size - MOST))
                return file.read()
    return b""
