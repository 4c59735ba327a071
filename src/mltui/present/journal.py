"""What was done through mltui, as rows, as lines and as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mltui.model.job import Job
from mltui.model.journal import JournalEntry
from mltui.present.jobs import job_mark
from mltui.present.marks import moment, short_who
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.text import Line, Role, Span, Symbols, line, safe

_ENDS: Final[dict[str, tuple[str, Role, str]]] = {
    "done": ("fresh", "good", "done"),
    "failed": ("failed", "bad", "failed"),
    "interrupted": ("killed", "warn", "interrupted"),
    "acting": ("running", "running", "at it"),
    "unknown": ("unknown", "unknown", "outcome unknown"),
}


#: Jobs by their ids.
Jobs = Mapping[str, Job]


def outcome_word(entry: JournalEntry, job: Job | None = None) -> str:
    """``done``, ``failed``, ``interrupted``, ``at it``, ``outcome unknown``; of a retrain ``started``, and how the
    `job` that it started stands by now, if that is known: ``started, failed``."""
    if entry.started:
        return f"started, {job.state}" if job is not None else "started"
    return _ENDS["acting" if entry.acting else entry.state or "unknown"][2]


def journal_rows(entries: Sequence[JournalEntry], symbols: Symbols, jobs: Jobs) -> Rows[JournalEntry]:
    """When, who, what, outcome, in the order of `entries`; `jobs` are those that were started."""
    fields: tuple[Cell[JournalEntry], ...] = (
        Cell(
            Column("when", "when", 19, rank=0),
            lambda each: line(Span(moment(each.at), "dim")),
            lambda each: by_number(each.at),
        ),
        Cell(
            Column("who", "who", 16, rank=1, enough=24),
            lambda each: line(Span(safe(short_who(each.who.name), symbols), "key")),
            lambda each: by_text(each.who.name),
        ),
        Cell(
            Column("what", "what", 32, flex=True, rank=0),
            lambda each: line(Span(_one_line(each.title, symbols), "accent")),
            lambda each: by_text(each.title),
        ),
        Cell(
            Column("outcome", "outcome", 19, rank=0),
            lambda each: _outcome(each, symbols, jobs.get(each.started)),
            lambda each: by_text(outcome_word(each, jobs.get(each.started))),
        ),
    )
    return Rows(fields, entries, lambda each: each.id, words=_words)


def _words(entry: JournalEntry) -> str:
    note = entry.note
    return " ".join(
        (entry.who.name, entry.action, note.what, note.before, note.after, note.reason, entry.summary, *entry.commands)
    )


def _outcome(entry: JournalEntry, symbols: Symbols, job: Job | None) -> Line:
    return line(outcome_span(entry, symbols, job))


def outcome_span(entry: JournalEntry, symbols: Symbols, job: Job | None = None) -> Span:
    """`outcome_word` behind its symbol."""
    name, role, _ = _ENDS["acting" if entry.acting else entry.state or "unknown"]
    mark = Span(getattr(symbols, name), role) if job is None else job_mark(job.state, symbols)
    return Span(f"{mark.text} {outcome_word(entry, job)}", mark.role)


def entry_lines(entry: JournalEntry, symbols: Symbols, jobs: Jobs) -> list[Line]:
    """Everything that is noted of one action, a line each, and what became of the job that it started."""
    who, job = entry.who, jobs.get(entry.started)
    known = "" if who.name == who.unix_user else f"  as {who.unix_user}@{who.host}"
    rows: list[tuple[str, str]] = [
        ("when", moment(entry.at) + (f" to {moment(entry.ended)}" if entry.ended is not None else "")),
        ("who", f"{who.name} ({who.source}){known}" if known else f"{who.name}@{who.host} ({who.source})"),
        ("action", entry.action),
        ("what", entry.note.what),
        ("from", entry.note.before),
        ("to", entry.note.after),
        ("reason", entry.note.reason),
        ("job", _became(job) if job is not None else ""),
    ]
    lines = [line(Span(_one_line(entry.title, symbols), "title"), "  ", *_outcome(entry, symbols, job))]
    lines += [
        line(Span(f"{name:8}", "key"), _one_line(text, symbols)) for name, text in rows if text and text != entry.title
    ]
    for name, texts in (("command", entry.commands), ("ended", (entry.summary, *entry.left)), ("found", entry.found)):
        said = [row for text in texts for row in text.splitlines() if row.strip()]
        lines += [line(Span(f"{name if not at else '':8}", "key"), safe(row, symbols)) for at, row in enumerate(said)]
    return lines


def _became(job: Job) -> str:
    """``failed at train, 2026-11-29 09:31:36``."""
    at = f" at {job.failed_stage}" if job.failed_stage else ""
    return f"{job.state}{at}{f', {moment(job.end)}' if job.end is not None else ''}"


def _one_line(text: str, symbols: Symbols) -> str:
    return safe(" ".join(text.split()), symbols)


def journal_document(entries: Sequence[JournalEntry]) -> dict[str, Any]:
    """What `mltui journal --json` prints (``schema/journal.schema.json``)."""
    return {"schema": 1, "entries": [_entry(each) for each in entries]}


def _entry(entry: JournalEntry) -> dict[str, Any]:
    who, note = entry.who, entry.note
    return {
        "id": entry.id,
        "at": entry.at,
        "action": entry.action,
        "title": entry.title,
        "who": {"name": who.name, "source": who.source, "unix_user": who.unix_user, "host": who.host},
        "what": note.what,
        "from": note.before,
        "to": note.after,
        "reason": note.reason,
        "facts": dict(note.facts),
        "commands": list(entry.commands),
        "outcome": "acting" if entry.acting else entry.state or "unknown",
        "ended": entry.ended,
        "summary": entry.summary,
        "left": list(entry.left),
        "found": list(entry.found),
        "found_at": entry.found_at,
    }
