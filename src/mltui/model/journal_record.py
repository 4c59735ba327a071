"""The journal as its lines have it: events to `JournalEntry` and back (docs/journal.md).

A line may be torn, of another version of mltui or nonsense: it is left out, or read as far as it is understood.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from mltui.model.documents import LATEST
from mltui.model.journal import JournalEntry, Note, Who, WhoSource
from mltui.model.outcome import Outcome, State

SCHEMA = 1
_STATES, _SOURCES = get_args(State), get_args(WhoSource)


@dataclass(frozen=True, slots=True)
class Intent:
    """What is noted before anything is done. `at` is epoch ms."""

    id: str
    at: int
    action: str
    title: str
    who: Who
    note: Note
    commands: tuple[str, ...]
    pid: int
    pid_start: str


def intent_line(intent: Intent) -> bytes:
    """One line that says what is begun."""
    who, note = intent.who, intent.note
    return _line(
        {
            "schema": SCHEMA,
            "event": "intent",
            "id": intent.id,
            "at": intent.at,
            "action": intent.action,
            "title": intent.title,
            "who": {"name": who.name, "source": who.source, "unix_user": who.unix_user, "host": who.host},
            "what": note.what,
            "from": note.before,
            "to": note.after,
            "reason": note.reason,
            **({"facts": dict(note.facts)} if note.facts else {}),
            "commands": list(intent.commands),
            "pid": intent.pid,
            "pid_start": intent.pid_start,
        }
    )


def outcome_line(id: str, at: int, outcome: Outcome) -> bytes:
    """One line that says how it ended."""
    ended = {"state": outcome.state, "summary": outcome.summary, "left": list(outcome.left)}
    return _line({"schema": SCHEMA, "event": "outcome", "id": id, "at": at, **ended})


def found_line(id: str, at: int, found: Iterable[str]) -> bytes:
    """One line that says what was found out of what nobody noted the end of."""
    return _line({"schema": SCHEMA, "event": "found", "id": id, "at": at, "found": list(found)})


def events(data: bytes) -> list[Mapping[str, Any]]:
    """The objects of all lines that make sense."""
    found: list[Mapping[str, Any]] = []
    for each in data.split(b"\n"):
        try:
            event = json.loads(each) if each.strip() else None
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and isinstance(event.get("id"), str) and event["id"]:
            found.append(event)
    return found


def entries(said: Iterable[Mapping[str, Any]]) -> list[JournalEntry]:
    """Events put together by their ids, the oldest first. Of two outcomes the first counts, and so on; one whose
    intent is lost is nobody's."""
    known: dict[str, JournalEntry] = {}
    later: list[Mapping[str, Any]] = []
    for event in said:
        if event.get("event") == "intent":
            known.setdefault(event["id"], _begun(event))
        else:
            later.append(event)
    for event in later:
        if (entry := known.get(event["id"])) is not None:
            known[entry.id] = _with(entry, event)
    return sorted(known.values(), key=lambda entry: (entry.at, entry.id))


def _begun(event: Mapping[str, Any]) -> JournalEntry:
    who = event.get("who")
    return JournalEntry(
        id=event["id"],
        at=_whole(event, "at") or 0,
        action=_text(event, "action"),
        title=_text(event, "title") or _text(event, "action"),
        who=_who(who if isinstance(who, Mapping) else {}),
        note=Note(
            _text(event, "what"),
            _text(event, "from"),
            _text(event, "to"),
            _text(event, "reason"),
            _object(event, "facts"),
        ),
        commands=_texts(event, "commands"),
        pid=_whole(event, "pid"),
        pid_start=_text(event, "pid_start"),
    )


def _with(entry: JournalEntry, event: Mapping[str, Any]) -> JournalEntry:
    if event.get("event") == "outcome" and entry.state is None:
        state = event.get("state")
        return replace(
            entry,
            ended=_whole(event, "at"),
            state=state if state in _STATES else "unknown",
            summary=_text(event, "summary"),
            left=_texts(event, "left"),
        )
    if event.get("event") == "found" and not entry.found:
        return replace(entry, found=_texts(event, "found"), found_at=_whole(event, "at"))
    return entry


def _who(said: Mapping[str, Any]) -> Who:
    unix_user = _text(said, "unix_user")
    source: WhoSource = next((each for each in _SOURCES if each == said.get("source")), "unix user")
    return Who(_text(said, "name") or unix_user, source, unix_user, _text(said, "host"))


def _line(document: Mapping[str, Any]) -> bytes:
    """What is no Unicode (a path of other bytes) is written as the replacement character: a line is always UTF-8."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


def _text(event: Mapping[str, Any], key: str) -> str:
    value = event.get(key)
    return value if isinstance(value, str) else ""


def _whole(event: Mapping[str, Any], key: str) -> int | None:
    value = event.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LATEST else None


def _object(event: Mapping[str, Any], key: str) -> Mapping[str, object]:
    value = event.get(key)
    return value if isinstance(value, dict) else {}


def _texts(event: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = event.get(key)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
