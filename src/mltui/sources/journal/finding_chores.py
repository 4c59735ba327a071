"""What became of a chore whose end nobody noted: each value is compared with what it was before and was to become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mltui.errors import NotFound
from mltui.model.chore import NOTE_TAG, Change
from mltui.model.chore_record import changes_of
from mltui.model.journal import JournalEntry
from mltui.sources.places import Project

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: So many are told one by one.
TOLD = 12


def of_chore(project: Project, entry: JournalEntry) -> tuple[str, ...]:
    """How many of its values are as they were to become, then each; () where nothing tells. Reads by mltui's own
    readers. Raises `SourceError` if the store can't be read,
    `NotFound` if what is looked at is another one."""
    found = changes_of(entry.note.facts)
    if found is None:
        return ()
    from mltui.config.loading import load_config
    from mltui.sources.workspace import Workspace

    workspace = Workspace(project, load_config(project.start, project.root))
    try:
        return _compared(workspace, found[1], str(entry.note.facts.get("store") or ""))
    finally:
        workspace.close()


def _compared(workspace: Workspace, changes: Sequence[Change], done_in: str) -> tuple[str, ...]:
    reader = _Values(workspace, changes)
    if done_in and done_in not in reader.addresses:
        raise NotFound(f"it was begun in {done_in}, which is not what is looked at")
    told, done = [], 0
    for change in changes:
        there = reader.value(change)
        state = "done" if there == change.after else "not done" if there == change.before else "changed since"
        done += state == "done"
        told.append(f"{change.subject.label}, {change.what}: {state}")
    more = [f"and {len(told) - TOLD} more"] if len(told) > TOLD else []
    return (f"{done} of {len(changes)} done; mltui undo takes it back", *told[:TOLD], *more)


class _Values:
    """Values as the readers have them now."""

    def __init__(self, workspace: Workspace, changes: Sequence[Change]) -> None:
        runs = [change.subject.id for change in changes if change.subject.kind == "run"]
        workspace.stores.active()
        workspace.stores.on_screen(runs)  # a server is asked for them, however old they are
        self._reader = workspace.reader()
        others = len(runs) < len(changes)
        self._models = {one.name: one for one in workspace.models.load(quick=False)} if others else {}
        self.addresses = {self._reader.store.uri} if self._reader is not None else set()
        if workspace.config.registry:
            from mltui.sources.mlflow.addresses import address

            self.addresses.add(address(workspace.config.registry, workspace.project.root).uri)

    def value(self, change: Change) -> str | None:
        """None where it is not there, and of what is gone."""
        if change.subject.kind == "run":
            return self._of_run(change)
        one = change.subject
        if change.aspect == "name":  # whichever of its names is known
            return next((name for name in (change.after, change.before) if name in self._models), None)
        model = self._models.get(one.id)
        if model is None:
            return None
        if one.kind == "model":
            return model.tags.get(change.key) if change.aspect == "tag" else model.description or None
        version = next((each for each in model.versions if each.version == one.version), None)
        if version is None:
            return None
        return version.tags.get(change.key) if change.aspect == "tag" else version.description or None

    def _of_run(self, change: Change) -> str | None:
        try:
            run = self._reader.run(change.subject.id) if self._reader is not None else None
        except NotFound:
            run = None
        if run is None:
            return None
        if change.aspect in ("tag", "note"):
            return run.tags.get(NOTE_TAG if change.aspect == "note" else change.key)
        return {"name": run.name, "lifecycle": run.lifecycle, "status": run.status}[change.aspect]
