"""One run directory: ``meta.yaml``, ``metrics/``, ``params/``, ``tags/``, ``inputs/`` (MLflow's `file_store.py`)."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from mltui.errors import Unreadable
from mltui.model.runs import NAME_TAG
from mltui.sources.mlflow.files import disk, points
from mltui.sources.mlflow.files.meta import parse, text_of, time_of
from mltui.sources.mlflow.records import Flaw, InputRow, Latest, RunRecord

#: MLflow's `RunStatus`, as files have it (1.x to 3.x write the number, some tools the word).
STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}

#: Directories of a run whose files are its data. ``artifacts`` is never looked into.
PARTS = ("metrics", "params", "tags", "inputs")

#: A file written this recently may be written again within one tick of its clock (4 ms on ext4) without a trace.
RACY_NS = 50_000_000

#: What MLflow accepts as a run's id and directory (`mlflow.utils.validation._RUN_ID_REGEX`).
RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}")

#: Directories of an experiment that are no runs (`FileStore.RESERVED_EXPERIMENT_FOLDERS`).
RESERVED = frozenset(("tags", "datasets", "traces", "models"))


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """Where a run lies: `path` absolute, `name` its directory, `key` relative to the store's root."""

    path: str
    name: str
    key: str
    experiment_id: str


@dataclass(frozen=True, slots=True)
class Head:
    """The first look at a run: its ``meta.yaml``, or why there is none that can be read."""

    where: RunDirectory
    meta: dict[str, Any] | None
    problem: str = ""
    mtime_ns: int = 0

    @property
    def start(self) -> int:
        return (time_of(self.meta, "start_time") if self.meta else None) or 0


@dataclass(slots=True)
class _Reading:
    """What gathers while one run is read."""

    where: RunDirectory
    flaws: list[Flaw] = field(default_factory=list)
    stamp: list[tuple[str, int]] = field(default_factory=list)
    files: list[tuple[str, int, int]] = field(default_factory=list)

    def flaw(self, path: str, why: str) -> None:
        inside = os.path.relpath(path, self.where.path)
        key = f"{self.where.key}/{disk.shown(inside)}" if inside != "." else self.where.key
        self.flaws.append(Flaw(key, why, self.where.name, self.where.experiment_id))


def read_head(where: RunDirectory) -> Head | None:
    """Read ``meta.yaml``. None if this directory is no run: none there and no run's name, or that of something else."""
    likely = re.fullmatch(r"[0-9a-f]{32}", where.name) is not None
    try:
        file = disk.read(f"{where.path}/meta.yaml")
        meta = parse(file.data.decode("utf-8", "replace"))
    except FileNotFoundError:
        return Head(where, None, "no meta.yaml") if likely else None
    except (NotADirectoryError, PermissionError) as error:
        return Head(where, None, f"meta.yaml: {disk.reason(error)}") if likely else None
    except OSError as error:
        return Head(where, None, f"meta.yaml: {disk.reason(error)}")
    except Unreadable as error:
        return Head(where, None, f"meta.yaml: {error.summary}")
    if not likely and not text_of(meta, "run_id", "run_uuid"):
        return None
    return Head(where, meta, "", file.mtime_ns)


def read_run(head: Head) -> tuple[RunRecord, str, str]:
    """The whole run, with the stamp of its directories and the digest of all its files (`still`, `deep`)."""
    reading = _Reading(head.where)
    reading.stamp.append(("meta.yaml", head.mtime_ns))
    if head.meta is None:
        reading.flaw(f"{head.where.path}/meta.yaml", head.problem)
        record = RunRecord(head.where.name, head.where.experiment_id, "", "", "active", None, None, readable=False)
        record = replace(record, flaws=tuple(reading.flaws))
    else:
        record = _read_data(head.meta, reading)
    newest = max(mtime for _, mtime in (*reading.stamp, *((name, mtime) for name, mtime, _ in reading.files)))
    if newest > time.time_ns() - RACY_NS:
        reading.stamp.append(("", -1))  # no time is -1: read again next time
    return record, json.dumps(reading.stamp), _digest(reading.files)


def _read_data(meta: dict[str, Any], reading: _Reading) -> RunRecord:
    where = reading.where
    status = _status(meta, reading)
    for key in ("run_id", "run_uuid"):
        if (said := text_of(meta, key)) and said != where.name:
            reading.flaw(f"{where.path}/meta.yaml", f"says {key} {said}: MLflow takes this run for invalid")
            break
    tags = _texts("tags", reading)
    latest = _metrics(reading, growing=status == "RUNNING")
    params = _texts("params", reading)
    inputs = _inputs(reading)
    return RunRecord(
        run_uuid=where.name,
        experiment_id=where.experiment_id,
        name=text_of(meta, "run_name", "name") or dict(tags).get(NAME_TAG, ""),
        status=status,
        lifecycle_stage="deleted" if text_of(meta, "lifecycle_stage") == "deleted" else "active",
        start_time=time_of(meta, "start_time"),
        end_time=time_of(meta, "end_time"),
        deleted_time=time_of(meta, "deleted_time"),
        user_id=text_of(meta, "user_id"),
        artifact_uri=text_of(meta, "artifact_uri"),
        params=params,
        tags=tags,
        latest=latest,
        inputs=inputs,
        flaws=tuple(reading.flaws),
    )


def _status(meta: dict[str, Any], reading: _Reading) -> str:
    said = meta.get("status", 1)  # MLflow takes a missing status for RUNNING
    if isinstance(said, str):
        said = int(said) if said.isdecimal() else said.upper()
    word = STATUS.get(said, "") if isinstance(said, int) else str(said)
    if word in STATUS.values():
        return word
    reading.flaw(f"{reading.where.path}/meta.yaml", f"status {said!r} is none that MLflow knows")
    return "RUNNING"


def _files(part: str, reading: _Reading) -> Iterable[tuple[str, str]]:
    tree = disk.walk(f"{reading.where.path}/{part}")
    if not tree.directories:
        reading.stamp.append((part, 0))
    reading.stamp.extend((f"{part}/{inner}" if inner else part, mtime) for inner, mtime in tree.directories)
    for path, why in tree.odd:
        reading.flaw(path, why)
    return tree.files


def _read(path: str, reading: _Reading, limit: int = disk.TEXT_BYTES) -> disk.File | None:
    try:
        file = disk.read(path, limit)
    except OSError as error:
        reading.flaw(path, disk.reason(error))
        return None
    reading.files.append((path[len(reading.where.path) :], file.mtime_ns, file.size))
    return file


def _texts(part: str, reading: _Reading) -> tuple[tuple[str, str], ...]:
    found = []
    for key, path in _files(part, reading):
        file = _read(path, reading)
        if file is None:
            continue
        if file.cut:
            reading.flaw(path, f"{file.size} bytes long: only the first {len(file.data)} are read")
        found.append((key, file.data.decode("utf-8", "replace")))
    return tuple(found)


def _metrics(reading: _Reading, *, growing: bool) -> tuple[Latest, ...]:
    found = []
    for key, path in _files("metrics", reading):
        file = _read(path, reading, points.PIECE_BYTES)
        if file is None:
            continue
        try:
            pieces = disk.pieces(path, points.PIECE_BYTES) if file.cut else (file.data,)
            whole = points.whole(pieces, growing=growing)
        except OSError as error:
            reading.flaw(path, disk.reason(error))
            continue
        if whole.bad:
            reading.flaw(path, f"{whole.bad} of its lines can't be read")
        if whole.count > points.SERIES_POINTS:
            reading.flaw(path, f"{whole.count:,} points: a chart shows the newest {points.SERIES_POINTS:,}")
        if (point := whole.latest) is not None:
            found.append(Latest(key, point[2], point[1], point[0]))
        elif not whole.bad and not growing:
            reading.flaw(path, "no point in it")
    return tuple(found)


def _inputs(reading: _Reading) -> tuple[InputRow, ...]:
    found = []
    for key, path in _files("inputs", reading):
        name, _, rest = key.partition("/")
        if rest != "meta.yaml" or (file := _read(path, reading)) is None:
            continue
        try:
            meta = parse(file.data.decode("utf-8", "replace"))
        except Unreadable as error:
            reading.flaw(path, error.summary)
            continue
        source = text_of(meta, "source_id")
        kind = text_of(meta, "source_type") or "DATASET"
        tags = meta.get("tags") or {}
        pairs = tuple((str(k), str(v)) for k, v in tags.items()) if isinstance(tags, dict) else ()
        if kind == "DATASET":
            source = f"{reading.where.experiment_id}/{source}"
        found.append(InputRow(f"{reading.where.name}/{name}", kind, source, pairs))
    return tuple(found)


def still(path: str, stamp: str) -> bool:
    """Whether ``meta.yaml`` and every directory of the run at `path` look as they did (no file is looked at)."""
    return all(disk.mtime_of(f"{path}/{name}") == mtime for name, mtime in json.loads(stamp))


def deep(path: str) -> str:
    """The digest of all files of a run as they are now, comparable with what `read_run` gave."""
    files = []
    for part in PARTS:
        for _, name in disk.walk(f"{path}/{part}").files:
            try:
                status = os.stat(name)  # noqa: PTH116
            except OSError:
                continue
            files.append((name[len(path) :], status.st_mtime_ns, status.st_size))
    return _digest(files)


def _digest(files: list[tuple[str, int, int]]) -> str:
    return hashlib.blake2b(repr(sorted(files)).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
