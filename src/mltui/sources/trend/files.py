"""DVC's metrics files and tracked data along the line: what each said since which commit.

One ``git log --raw --first-parent`` over the files that could matter (a second one where dvc.yaml names metrics files
by unusual names, a third over dvc.lock where DVC caches them), one ``git cat-file --batch`` of the blobs never seen.
What a blob says is remembered by its id, the rows by the tip of the line: when HEAD goes on only the new commits are
read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mltui.model.git import FileCommit
from mltui.model.trend import TimeLine
from mltui.sources.cachedir import get, keep
from mltui.sources.dvc.history.brief import place
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.command import attempt, failure
from mltui.sources.git.files import parse_log
from mltui.sources.places import Project
from mltui.sources.runner import Runner
from mltui.sources.trend.contents import METRICS, Contents, is_metrics

FORMAT = 1
#: The files that are looked for whatever dvc.yaml says.
_ALWAYS = (":(glob)**/dvc.yaml", ":(glob)**/*.dvc", *(f":(glob)**/{name}" for name in METRICS))
_LOCKS = (":(glob)**/dvc.lock",)
_LOG = ("log", "-m", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv")
_FORMAT = "--format=%x01%H%x00%an%x00%ae%x00%at%x00%ct"
_TIMEOUT_S = 120.0

#: (commit, path, id of the content or None where the file was taken out), oldest first.
Row = tuple[str, str, str | None]


@dataclass(slots=True)
class FileHistory:
    """What was found up to the commit `tip`.

    `rows` are of every file that could matter, `locks` of dvc.lock (None: not needed). `declared` are metrics files
    that some dvc.yaml names, `says` what a blob holds, by its id. `missing` are blobs that are not in this clone.
    """

    tip: str = ""
    rows: list[Row] = field(default_factory=list)
    locks: list[Row] | None = None
    declared: list[str] = field(default_factory=list)
    says: dict[str, Any] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)


class Files:
    """The history of the files of one project along its line, or along that with what merges brought in."""

    def __init__(self, project: Project, runner: Runner, outs: Sequence[str], *, merged: bool = False) -> None:
        self._project, self._runner, self._outs = project, runner, tuple(sorted(outs))
        self._merged = merged
        self._known: FileHistory | None = None

    def load(self, line: TimeLine) -> FileHistory:
        """The history along `line`. Raises `SourceError` where git can't tell."""
        known = self._known or self._remembered()
        if known is not None and known.tip == line.tip:
            self._known = known
            return known
        goes_on = known is not None and known.tip in line.shas
        found = known if known is not None and goes_on else FileHistory(says=known.says if known else {})
        reading = Contents(found.says)
        former = found.tip
        self._known = None  # what is read half is no history to go on from
        with BlobReader(self._project, self._runner) as reader:
            self._read(found, reading, reader, line, former)
        found.tip = line.tip
        self._known = found
        self._keep(found)
        return found

    def _read(self, found: FileHistory, reading: Contents, reader: BlobReader, line: TimeLine, former: str) -> None:
        since = (former,) if former else ()
        unusual = [path for path in found.declared if not is_metrics(path)]
        rows = self._log(line.tip, since, [*_ALWAYS, *map(_literal, unusual)])
        found.missing |= reading.read(reader, rows)
        declared = dict.fromkeys((*found.declared, *(path for row in rows for path in reading.declared(row))))
        new = [path for path in declared if not is_metrics(path) and path not in found.declared]
        if new or self._merged:
            more = (
                self._log(line.tip, (), list(map(_literal, new))) if new else []
            )  # over all of the line: it may be older
            found.missing |= reading.read(reader, more)
            rows = _ordered([*found.rows, *rows, *more], line)
        else:
            rows = [*found.rows, *rows]
        if found.locks is not None and len(declared) > len(found.declared):
            for _, _, blob in found.locks:
                found.says.pop(blob or "", None)  # outs were left out that are wanted now
            found.locks = None
        found.rows, found.declared = rows, list(declared)
        reading.wanted = (*declared, *self._outs)
        there = {path for _, path, _ in rows}
        if found.locks is None and not self._outs and all(path in there for path in declared):
            return
        begun = () if found.locks is None else since
        locks = self._log(line.tip, begun, _LOCKS)
        found.missing |= reading.read(reader, locks)
        found.locks = _ordered([*(found.locks or ()), *locks], line)

    def _log(self, tip: str, since: Iterable[str], pathspecs: Sequence[str]) -> list[Row]:
        """Changes along the line, oldest first."""
        without = "".join(f"^{sha}\n" for sha in since).encode()
        which = ("--full-history",) if self._merged else ("--first-parent",)
        args = ("-c", "log.diffMerges=separate", *_LOG, *which, _FORMAT, tip, "--stdin", "--", *pathspecs)
        done = attempt(self._project, self._runner, *args, timeout=_TIMEOUT_S, stdin=without)
        commits: tuple[FileCommit, ...] = parse_log(done.stdout)
        if done.code and not commits:
            raise failure(done)
        return [(each.sha, change.path, change.new) for each in reversed(commits) for change in each.changes]

    # What is remembered

    def _file(self) -> Path:
        return place(self._project, "trend_merged.json" if self._merged else "trend.json")

    def _remembered(self) -> FileHistory | None:
        try:
            kept = json.loads(get(str(self._file())))
            if kept["format"] != FORMAT or kept["outs"] != list(self._outs):
                return None
            rows = [tuple(row) for row in kept["rows"]]
            locks = None if kept["locks"] is None else [tuple(row) for row in kept["locks"]]
            return FileHistory(kept["tip"], rows, locks, kept["declared"], kept["says"], set(kept["missing"]))
        except (OSError, ValueError, RecursionError, KeyError, TypeError):
            return None

    def _keep(self, found: FileHistory) -> None:
        if found.missing:  # a partial clone may get them later
            return
        document: Mapping[str, Any] = {
            "format": FORMAT,
            "outs": self._outs,
            "tip": found.tip,
            "rows": found.rows,
            "locks": found.locks,
            "declared": found.declared,
            "says": found.says,
            "missing": sorted(found.missing),
        }
        try:
            keep(os.fspath(self._file()), json.dumps(document, separators=(",", ":")).encode())
        except OSError:
            return  # it costs time, and nothing else


def _literal(path: str) -> str:
    return f":(literal){path}"


def _ordered(rows: Iterable[Row], line: TimeLine) -> list[Row]:
    places = {sha: at for at, sha in enumerate(line.shas)}
    return sorted(dict.fromkeys(rows), key=lambda row: places.get(row[0], -1))
