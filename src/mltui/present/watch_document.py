"""What `mltui status --watch --json` prints: the first moment whole, then one line for each thing that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from mltui.model.merged import merged
from mltui.model.runs import Run
from mltui.model.status import Snapshot
from mltui.present.status_json import status_document

SCHEMA: Final = 1
#: So many of the newest MLflow runs are in a snapshot (`sources.moment.NEWEST`): an older one goes without an event.
WINDOW: Final = 50
#: When something was true moves with every look, and tells nothing by it.
_AGES: Final = frozenset({"as_of"})

Entry = Mapping[str, Any]
#: What tells one entry from another, and the name it goes by.
Name = Callable[[Entry], str]


def watch_document(snapshot: Snapshot) -> dict[str, Any]:
    """The status of a moment, and `runs`: the newest MLflow runs in scope and the DVC experiments, newest first."""
    runs = merged(snapshot.newest.value or (), snapshot.experiments.value or ())
    return {"status": status_document(snapshot), "runs": [_run(run) for run in runs]}


def start_line(document: Entry, at: int) -> dict[str, Any]:
    """The first line, of the moment `at` (epoch ms)."""
    return {"schema": SCHEMA, "at": at, "event": "start", **document}


def change_lines(old: Entry, new: Entry, at: int) -> Iterator[dict[str, Any]]:
    """A line for each field of each thing that is another in `new` (documents of `watch_document`).

    Of a thing that appeared or went all of it is told, with `field` null. Ages are no change, and a run that is old
    enough to leave or enter the window of the newest did not appear or go.
    """
    before, after = old["status"], new["status"]
    for where, fields in _GIT:
        yield from _fields("git", where, _only(before["git"], fields), _only(after["git"], fields), at)
    for event, list_of, name in _LISTS:
        yield from _entries(event, list_of(before), list_of(after), name, at)
    yield from _entries("run", *_in_sight(old["runs"], new["runs"]), lambda run: str(run["run_id"]), at)


#: HEAD has a branch and a commit, the worktree what differs from it.
_GIT: Final = (("HEAD", ("branch", "commit", "ahead", "behind")), ("worktree", ("dirty", "untracked")))

_LISTS: Final[tuple[tuple[str, Callable[[Entry], Sequence[Entry]], Name], ...]] = (
    ("stage", lambda status: status["pipeline"]["stages"], lambda each: str(each["address"])),
    ("dataset", lambda status: status["data"]["datasets"], lambda each: str(each["path"])),
    ("store", lambda status: status["mlflow"]["stores"], lambda each: str(each["uri"])),
    ("model", lambda status: status["models"], lambda each: str(each["name"])),
    ("job", lambda status: status["jobs"], lambda each: str(each["id"])),
    ("attention", lambda status: status["attention"], lambda each: str(each["what"])),
    ("problem", lambda status: status["problems"], lambda each: str(each["path"] or each["source"])),
)


def _run(run: Run) -> dict[str, Any]:
    life = run.life
    return {
        "run_id": run.run_id,
        "name": run.name,
        "kind": run.kind,
        "experiment": run.experiment,
        "status": run.status,
        "start": run.start,
        "end": run.end,
        "commit": run.commit,
        "life": None if life is None else {"state": life.state, "last_write": life.last_write},
    }


def _in_sight(old: Sequence[Entry], new: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Both without the runs that are in one of them only because the other's window ends before them."""
    return _above(old, new), _above(new, old)


def _above(runs: Sequence[Entry], others: Sequence[Entry]) -> list[Entry]:
    there = {run["run_id"] for run in others}
    shown = [run["start"] or 0 for run in others if run["kind"] == "run"]
    end = min(shown) if len(shown) >= WINDOW else None
    return [
        run
        for run in runs
        if run["run_id"] in there or run["kind"] != "run" or end is None or (run["start"] or 0) > end
    ]


def _entries(event: str, old: Sequence[Entry], new: Sequence[Entry], name: Name, at: int) -> Iterator[dict[str, Any]]:
    """Entries are matched by their names; where several share one, by all that they say."""
    shared = {what for entries in (old, new) for what, n in Counter(map(name, entries)).items() if n > 1}

    def keyed(entries: Sequence[Entry]) -> dict[str, Entry]:
        return {(repr(each) if name(each) in shared else name(each)): each for each in entries}

    before, after = keyed(old), keyed(new)
    for key in dict.fromkeys([*after, *before]):
        was, now = before.get(key), after.get(key)
        named = was if now is None else now
        assert named is not None
        yield from _fields(event, name(named), was, now, at)


def _fields(event: str, what: str, old: Entry | None, new: Entry | None, at: int) -> Iterator[dict[str, Any]]:
    def line(field: str | None, was: Any, now: Any) -> dict[str, Any]:
        return {"schema": SCHEMA, "at": at, "event": event, "what": what, "field": field, "old": was, "new": now}

    if old is None or new is None:
        if old != new:
            yield line(None, old, new)
        return
    for field in dict.fromkeys([*new, *old]):
        was, now = old.get(field), new.get(field)
        if was != now and field not in _AGES:
            yield line(field, was, now)


def _only(entry: Entry | None, fields: Sequence[str]) -> Entry | None:
    return None if entry is None else {field: entry[field] for field in fields}
