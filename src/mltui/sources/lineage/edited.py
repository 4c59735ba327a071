"""Lock entries that say what was not read: files that were edited while a job of mltui's ran the stage.

DVC locks such a file as it was when the command had ended (sources/jobs/reads.py). The entry may have been committed
since; it is known again by everything in it that does not depend on where it lies.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from mltui.model.dvc_history import LockEntry, StageKey
from mltui.model.lineage.recorded import EDITED
from mltui.sources.dvc.history.rows import lock_entry, stage_row
from mltui.sources.jobs.locks import JobLocks

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


class EditedEntries:
    """Of the jobs that are there; looked up once, and not at all where nothing was edited."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[Hashable, Mapping[str, str]] | None = None

    def of(self, entry: LockEntry) -> Mapping[str, str]:
        """What of an entry was edited while its stage ran, by path, and how that is known."""
        if self._known is None:
            self._known = self._read()
        return self._known.get(_sign(entry), {}) if self._known else {}

    def _read(self) -> dict[Hashable, Mapping[str, str]]:
        jobs = getattr(self._workspace, "jobs", None)  # a workspace of another time has none
        found: dict[Hashable, Mapping[str, str]] = {}
        for job in jobs.load() if jobs is not None else ():
            locks = JobLocks(job, self._workspace.project, self._workspace.runner)
            for step in job.steps:
                raw = locks.entry(step.address) if step.edited and step.state == "done" else {}
                if raw:
                    file, _, name = step.address.rpartition(":")
                    key = StageKey(posixpath.dirname(file), name)
                    how = f"{EDITED} (job {job.id}); dvc.lock has it as it was at the end"
                    found[_sign(lock_entry(key, stage_row(raw), ""))] = {each.path: how for each in step.edited}
        return found


def _sign(entry: LockEntry) -> Hashable:
    """Paths of a lock are relative to a directory that only dvc.yaml knows: they are left out."""
    params = json.dumps(sorted(map(repr, entry.params.values())))
    hashes = (tuple(row.hash or "" for row in rows) for rows in (entry.deps, entry.outs))
    return entry.key, entry.cmd, params, *hashes
