"""What the runner of a job saw of the files that a stage reads, and which edits of them dvc.lock has as what was read.

DVC locks deps and params as they are when the command has ended (actions/jobs/runner_reads.py). The runner's looks
alone tell too much: an edit a moment after DVC's own look is none of the run, nor one of a param that the stage has
not. So they are held against the entry that the stage left.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mltui.model.documents import from_json, from_toml
from mltui.model.job import Edit, Job, JobStep
from mltui.model.job_addresses import own
from mltui.sources.dvc import readable
from mltui.sources.jobs.locks import JobLocks, stages_in
from mltui.sources.json_files import read_json

#: Jobs that write into a worktree that others edit.
SHARED = ("in place", "workspace")


@dataclass(frozen=True, slots=True)
class StageReads:
    """Paths from the top of the repository, as docs/jobs.md has them of ``reads/``."""

    same: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    edited: frozenset[str] = frozenset()
    before: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)  #: texts of params files before they were edited


def stage_reads(job: Job, address: str) -> StageReads | None:
    """What was seen of the last time the job ran that stage; None where nobody looked."""
    name = f"{quote(own(address, job.spec.inside), safe='')}.json"
    found = sorted((Path(job.directory) / "reads").glob("*.json"), reverse=True)
    path = next((each for each in found if each.name.partition("-")[2] == name), None)
    said = read_json(path) if path is not None else {}
    if not said:
        return None
    texts = {path: pair[0] for path, pair in _table(said, "params").items() if isinstance(pair, list) and pair}
    return StageReads(
        same=_paths(said, "same"),
        late=_paths(said, "late"),
        edited=_paths(said, "edited"),
        before={path: str(digits) for path, digits in _table(said, "before").items()},
        params={path: text for path, text in texts.items() if isinstance(text, str)},
    )


def with_edits(job: Job, locks: JobLocks) -> Job:
    """`job` with those of its edits that its dvc.lock has as what was read."""
    return replace(job, steps=tuple(_with_own(job, step, locks) if step.edited else step for step in job.steps))


def _with_own(job: Job, step: JobStep, locks: JobLocks) -> JobStep:
    if step.state != "done":  # of what failed DVC locks nothing; of what runs nobody knows yet
        return step if step.state == "running" else replace(step, edited=())
    entry, seen = locks.entry(step.address), stage_reads(job, step.address)
    if not entry or seen is None:
        # an entry that the stage left as it was, or that is nowhere on this box
        return replace(step, edited=() if job.spec.mode in SHARED else step.edited)
    stands = job.spec.mode not in SHARED or _now(job, step.address) == entry
    found = (_locked(edit, entry, seen) for edit in step.edited)
    return replace(step, edited=tuple(replace(each, stands=stands) for each in found if each is not None))


def _locked(edit: Edit, entry: Mapping[str, Any], seen: StageReads) -> Edit | None:
    """The edit, with its params; None if the entry has what was there before it, or does not name the file."""
    for path, digits in _deps(entry):
        if _is(edit.path, path):
            return None if digits and digits == seen.before.get(edit.path) else edit
    for path, values in _table(entry, "params").items():
        if _is(edit.path, path):
            before = _parsed(edit.path, seen.params.get(edit.path))
            if before is None:
                return edit
            pairs = ((key, _at(before, str(key)), after) for key, after in _table(values).items())
            changed = tuple((str(key), old, new) for key, old, new in pairs if old != new)
            return replace(edit, params=changed) if changed else None
    return None


def _deps(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    rows = entry.get("deps")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and isinstance(row.get("path"), str):
            yield row["path"], str(row.get("md5") or "")


def _is(path: str, locked: str) -> bool:
    """Whether a path of a lock, relative to a directory that only dvc.yaml knows, may be that one."""
    parts = posixpath.normpath(locked).split("/")
    end = "/".join(part for part in parts if part != "..")
    return path == end or path.endswith(f"/{end}")


def _parsed(path: str, text: str | None) -> Mapping[str, Any] | None:
    """The params in a text; None where that can't be told."""
    try:
        if text is None or path.endswith(".py"):
            return None
        if path.endswith(".toml"):
            return from_toml(text)
        found = from_json(text) if path.endswith(".json") else readable.parse(text)
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None


def _at(values: Any, key: str) -> Any:
    """The value of a dotted key, None where there is none."""
    if isinstance(values, Mapping) and key in values:
        return values[key]
    first, dot, rest = key.partition(".")
    if isinstance(values, list) and first.isdigit() and int(first) < len(values):
        return _at(values[int(first)], rest) if dot else values[int(first)]
    return _at(values[first], rest) if dot and isinstance(values, Mapping) and first in values else None


def _now(job: Job, address: str) -> Mapping[str, Any]:
    """The entry that dvc.lock has now."""
    name = own(address, job.spec.inside).rpartition(":")[2]
    try:
        found = stages_in(readable.bytes_of(lock_of(job, address))).get(name)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, Mapping) else {}


def lock_of(job: Job, address: str) -> Path:
    """The dvc.lock that a stage of the job has its entry in."""
    file, colon, _ = own(address, job.spec.inside).rpartition(":")
    return Path(job.spec.cwd, posixpath.dirname(file) if colon else "", "dvc.lock")


def _paths(said: Mapping[str, Any], key: str) -> frozenset[str]:
    value = said.get(key)
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()


def _table(said: Mapping[str, Any], key: str | None = None) -> Mapping[str, Any]:
    value = said if key is None else said.get(key)
    return value if isinstance(value, Mapping) else {}
