"""`z`, `mltui undo`: what the last reversible action of this user changed, as it was before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mltui.actions.chores.chore import ChoreAction
from mltui.actions.chores.stores import Stores
from mltui.errors import Refused, UsageError
from mltui.model.candidates import some_of
from mltui.model.chore import inverse
from mltui.model.chore_record import changes_of
from mltui.model.journal import JournalEntry, Who
from mltui.model.key_names import filled
from mltui.model.move_tags import move_of_entry
from mltui.sources.journal.who import who_acts

if TYPE_CHECKING:
    from mltui.actions.gateway import Action
    from mltui.sources.workspace import Workspace

#: Later actions that can't be undone and are named; the rest is counted.
NAMED: Final = 5

#: Why an action can't be undone, by its name, and what there is instead; ``{id}`` stands for the key of a command.
INSTEAD: Final[Mapping[str, str]] = {
    "retrain": "what a training made stays; {undo} on its job in Jobs, mltui restore, puts files back",
    "stop": "what was stopped does not go on; mltui retrain begins anew",
    "reproduce": "git worktree remove takes the worktree away",
    "restore": "the files were put back over what the job had left",
    "clean": "what was taken away elsewhere is gone",
    "exp apply": "git stash and git checkout have what was overwritten",
    "exp branch": "git branch -D takes the branch away",
    "exp remove": "its outcome in the journal ({journal}) says how git brings one back",
    "exp stop": "what was stopped does not go on; mltui exp queue begins anew",
    "exp queue": "mltui exp remove takes it out of the queue",
    "exp start": "mltui exp stop stops it",
}


@dataclass(frozen=True, slots=True)
class Undoing:
    """The `action` that takes `entry` back. `passed` says what was done later and can't be undone."""

    entry: JournalEntry
    action: Action
    passed: tuple[str, ...] = ()


def undoing(workspace: Workspace, stores: Stores, id: str = "") -> Undoing:
    """The inverse of the last reversible action of this user that is not undone yet, or of the entry that begins with
    `id`. Raises `Refused` where there is none, `UsageError` where several begin so, `SourceError` if what is there
    can't be read."""
    entries = workspace.journal.load().entries
    id = _whole(entries, id) if id else ""
    me = who_acts(workspace)
    undone = {str(each.note.facts["undo"]) for each in entries if each.state == "done" and each.note.facts.get("undo")}
    passed: list[str] = []
    for entry in reversed(entries):
        if id and entry.id != id:
            continue
        if not id and not _is_mine(entry, me):
            continue
        if entry.note.facts.get("undo") or entry.action == "undo":
            _named(id, entry, "it is an undo itself")
        elif entry.id in undone:
            _named(id, entry, "it is undone already")
        elif entry.acting:
            raise Refused(f"still at it: {entry.title}", "wait until it has ended")
        elif _kind(entry) == "move" and entry.state == "failed":
            _named(id, entry, "it moved nothing")
        elif (make := _MAKERS.get(_kind(entry))) is None:
            why = filled(INSTEAD.get(entry.action, "mltui noted nothing to take it back with"))
            _named(id, entry, why)
            if entry.state != "failed":
                passed.append(f"{entry.title}: {why}")
        else:
            action = make(workspace, stores, entry)
            if entry.state == "done" or not _all_back(action):
                return Undoing(entry, action, _counted(passed))
            _named(id, entry, "nothing of it stands")
    first = f"; what was done last can't be undone: {passed[0]}" if passed else ""
    raise Refused(f"nothing is there to undo of what {me.name} did{first}", "mltui journal shows what was done")


def _whole(entries: Sequence[JournalEntry], id: str) -> str:
    """The id of the one entry that has it, or begins so."""
    found = [entry for entry in entries if entry.id == id] or [each for each in entries if each.id.startswith(id)]
    if not found:
        raise Refused(f"no action of the journal begins with {id}", "mltui journal --json has their ids")
    if len(found) > 1:
        candidates = [f"{entry.id} ({entry.title})" for entry in reversed(found)]
        raise UsageError(f"{len(found):,} actions of the journal begin with {id}", some_of(candidates))
    return found[0].id


def _named(id: str, entry: JournalEntry, why: str) -> None:
    """Whoever names one is told why not; else it is passed over."""
    if id:
        raise Refused(f"can't undo {entry.title}: {why}")


def _is_mine(entry: JournalEntry, me: Who) -> bool:
    """Whether the same person did it. One name may be a server's and the other git's: then Unix's user tells."""
    same = entry.who.unix_user == me.unix_user
    return same and (entry.who.source != me.source or entry.who.name == me.name)


def _counted(passed: Sequence[str]) -> tuple[str, ...]:
    more = len(passed) - NAMED
    return (*passed[:NAMED], *([f"and {more} more"] if more > 0 else []))


# What takes back what


def _kind(entry: JournalEntry) -> str:
    if changes_of(entry.note.facts) is not None:
        return "chore"
    return "move" if entry.action in ("promote", "rollback") and move_of_entry(entry) is not None else ""


def _chore(workspace: Workspace, stores: Stores, entry: JournalEntry) -> Action:
    found = changes_of(entry.note.facts)
    assert found is not None
    kind, changes = found
    done_in = str(entry.note.facts.get("store") or "")
    return ChoreAction(inverse(kind, changes, entry.id, entry.title), stores, done_in)


def _move(workspace: Workspace, stores: Stores, entry: JournalEntry) -> Action:
    from mltui.actions.undo_move import undo_move

    return undo_move(workspace, stores, entry)


def _all_back(action: Action) -> bool:
    """Whether nothing of what was begun and not done stands."""
    if not isinstance(action, ChoreAction):
        return False
    refused = action.refusal()
    return refused is not None and bool(action.already) and not action.alone


_MAKERS: Mapping[str, Callable[[Workspace, Stores, JournalEntry], Action]] = {"chore": _chore, "move": _move}
