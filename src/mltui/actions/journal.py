"""The journal, written: one line before an action and one after it, on the disk before anything goes on.

Lines are only ever added. Several mltui write at once: each line is one write to the file's end, made under a lock, so
that whoever finds a torn line (the disk was full, the power went) begins on a fresh one. CONTRACT says where it lies.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.actions.appending import append
from mltui.actions.gateway import Noted
from mltui.errors import Refused
from mltui.model.journal import Note, Who
from mltui.model.journal_record import Intent, events, found_line, intent_line, outcome_line
from mltui.model.outcome import Outcome
from mltui.sources.journal.source import FILE
from mltui.sources.journal.who import who_acts
from mltui.sources.places import state_dirs
from mltui.sources.port import now_ms
from mltui.sources.processes import process_start
from mltui.sources.secrets import without_secrets

if TYPE_CHECKING:
    from mltui.actions.gateway import Action
    from mltui.sources.workspace import Workspace


class FileJournal:
    """The journal of one project, as `gateway.Journal` wants it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._files = tuple(directory / FILE for directory in state_dirs(workspace.project))
        self._told: dict[str, str] = {}

    @cached_property
    def _who(self) -> Who:
        return who_acts(self._workspace)

    def intend(self, action: Action) -> str:
        """Note that `action` begins. Raises `Refused` if that can't be written anywhere."""
        at, pid = now_ms(), os.getpid()
        intent = Intent(
            id=f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(at / 1000))}-{secrets.token_hex(4)}",
            at=at,
            action=action.name,
            title=without_secrets(action.title),
            who=self._who,
            note=_clean(action.note),
            commands=tuple(map(without_secrets, action.commands())),
            pid=pid,
            pid_start=process_start(pid),
        )
        path, told = self._write(intent_line(intent))
        if told and path != self._files[0]:
            self._told[intent.id] = told
        if isinstance(action, Noted):
            action.noted(intent)
        return intent.id

    def ended(self, entry: str, outcome: Outcome) -> str:
        """Note how it ended. Returns what is to be said besides ("" for nothing): never raises, for what was done was
        done, whether it is noted or not."""
        clean = replace(
            outcome,
            summary=without_secrets(outcome.summary),
            left=tuple(map(without_secrets, outcome.left)),
        )
        told = self._told.pop(entry, "")
        try:
            self._write(outcome_line(entry, now_ms(), clean))
        except Refused as error:
            lost = f"NOT NOTED in the journal that this ended ({clean.state}): {error.summary}"
            return "\n".join(filter(None, (told, lost)))
        return told

    def found(self, entry: str, found: Sequence[str]) -> bool:
        """Note once what was found out of an entry that has no outcome, or an unknown one; whether it could be written.

        Another mltui may have noted it, or its outcome, a moment ago: then nothing is added.
        """

        def noted(path: Path) -> bool:
            said = events(path.read_bytes())
            mine = [each for each in said if each["id"] == entry]
            ended = any(each.get("event") == "outcome" and each.get("state") != "unknown" for each in mine)
            return ended or any(each.get("event") == "found" for each in mine)

        try:
            self._write(found_line(entry, now_ms(), map(without_secrets, found)), unless=noted)
        except Refused:
            return False
        return True

    def _write(self, line: bytes, unless: Callable[[Path], bool] = lambda _: False) -> tuple[Path, str]:
        """Add a line where that is possible: the place it is in, and what is to be said when that is a new place."""
        wanted, *others = self._files
        try:
            append(wanted, line, unless)
        except OSError as error:
            why = f"{wanted} can't be written ({error.strerror or error})"
            for other in others:
                known = other.exists()
                try:
                    append(other, line, unless)
                except OSError as second:
                    why += f", {other} neither ({second.strerror or second})"
                    continue
                return other, "" if known else f"the journal is kept in {other}: {why}"
            raise Refused(f"the journal can't be written, and nothing is done without it: {why}", _HINT) from error
        return wanted, ""


_HINT = "make room there, or make it writable; mltui doctor says where mltui writes"


def _clean(note: Note) -> Note:
    what, before, after, reason = map(without_secrets, (note.what, note.before, note.after, note.reason))
    return Note(what, before, after, reason, {key: _clean_fact(value) for key, value in note.facts.items()})


def _clean_fact(value: object) -> object:
    """The same through lists and tables."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {str(key): _clean_fact(each) for key, each in value.items()}
    return [_clean_fact(each) for each in value] if isinstance(value, (list, tuple)) else value
