"""dvc.lock as the stages of a job left it: kept by its runner after each of them, or in the commit it made."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mltui.errors import SourceError
from mltui.model.job import Job
from mltui.model.job_addresses import own
from mltui.sources.dvc import readable

if TYPE_CHECKING:
    from mltui.sources.places import Project
    from mltui.sources.runner import Runner


class JobLocks:
    """Reads them of one job; each file once. Without a `runner` a commit is not looked into."""

    def __init__(self, job: Job, project: Project, runner: Runner | None) -> None:
        self._job, self._project, self._runner = job, project, runner
        self._read: dict[str, Mapping[str, Any]] = {}

    def entry(self, address: str) -> Mapping[str, Any]:
        """The entry of a stage; {} where nobody kept it."""
        name = own(address, self._job.spec.inside).rpartition(":")[2]
        found = self._lock(address).get(name)
        return found if isinstance(found, Mapping) else {}

    def beside(self, address: str) -> dict[str, Mapping[str, Any]]:
        """The entries of the other stages of the same dvc.lock, as it was right after that stage, by address."""
        file, colon, name = address.rpartition(":")
        others = {f"{file}{colon}{other}": entry for other, entry in self._lock(address).items() if other != name}
        return {other: entry for other, entry in others.items() if isinstance(entry, Mapping)}

    def _lock(self, address: str) -> Mapping[str, Any]:
        """The stages of the dvc.lock that has the entry of a stage."""
        address = own(address, self._job.spec.inside)
        file, colon, name = address.rpartition(":")
        folder = posixpath.dirname(file) if colon else ""
        for source, content in self._sources(address, folder):
            if source not in self._read:
                self._read[source] = stages_in(content())
            if name in self._read[source]:
                return self._read[source]
        return {}

    def _sources(self, address: str, folder: str) -> Any:
        """The lock right after the stage, then that of the end."""
        kept = Path(self._job.directory) / "made" / folder / "dvc.lock"
        locks = sorted((Path(self._job.directory) / "locks").glob("*.lock"), reverse=True)  # 002-train.lock
        own = [path for path in locks if path.name.partition("-")[2] == f"{quote(address, safe='')}.lock"]
        for path in (*own, kept, *locks):
            if path.is_file():
                yield str(path), lambda path=path: _bytes(path)
        if (commit := self._job.commit_made) and self._runner is not None:
            spec = f"{commit}:{posixpath.join(folder, 'dvc.lock')}"
            yield spec, lambda: self._blob(spec)

    def _blob(self, spec: str) -> bytes:
        from mltui.sources.git.command import git

        try:
            return git(self._project, self._runner, "cat-file", "blob", spec) if self._runner is not None else b""
        except SourceError:
            return b""


def _bytes(path: Path) -> bytes:
    try:
        return readable.bytes_of(path)
    except (OSError, ValueError):
        return b""


def stages_in(content: bytes) -> Mapping[str, Any]:
    """The entries of a dvc.lock by name; {} where it is none."""
    try:
        document = readable.parse(content)
    except ValueError:
        return {}
    stages = document.get("stages", document) if isinstance(document, Mapping) else {}
    return stages if isinstance(stages, Mapping) else {}


def paths_of(entry: Mapping[str, Any], kind: str, wdir: str) -> dict[str, str]:
    """{path from the root: ``md5:<hex>[.dir]``} of an entry's "deps" or "outs"; what lies elsewhere is left out."""
    found = {}
    rows = entry.get(kind)
    for row in rows if isinstance(rows, list) else ():
        path, digits = (row.get("path"), row.get("md5")) if isinstance(row, Mapping) else (None, None)
        if isinstance(path, str) and isinstance(digits, str) and "://" not in path and not os.path.isabs(path):  # noqa: PTH117
            found[posixpath.normpath(posixpath.join(wdir, path))] = f"md5:{digits}"
    return found
