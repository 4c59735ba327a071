"""Reads what DVC's files said at every commit, and remembers it: what is not new is never asked for or parsed again."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Collection, Hashable, Mapping
from pathlib import Path
from typing import Any

from mltui.config import Config
from mltui.model.dvc_history import CommitGraph, DvcFiles, DvcHistory
from mltui.sources.cachedir import get, keep
from mltui.sources.dvc.experiment_values import tree_of
from mltui.sources.dvc.history.blobs import Blobs
from mltui.sources.dvc.history.brief import Progress, place, stamp
from mltui.sources.dvc.history.making import history_of
from mltui.sources.dvc.history.states import State, is_dvcs
from mltui.sources.dvc.history.walk import Walk, walk, walk_in, walk_out
from mltui.sources.dvc.history.worktree import alone, read_worktree
from mltui.sources.dvc.tree import find
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.command import git
from mltui.sources.git.refs import read_refs
from mltui.sources.places import Project, cache_dir
from mltui.sources.runner import Runner

#: Grows whenever what is kept changes its meaning: an older file is forgotten.
FORMAT = 3


class DvcHistorySource:
    """The history of one project's DVC files. Safe for several threads: one reads, the others wait for it."""

    name = "dvc_history"

    def __init__(self, project: Project, runner: Runner, config: Config) -> None:
        self._project, self._runner, self._outs = project, runner, tuple(sorted(config.data_outs))
        self._lock = threading.RLock()
        self._known: tuple[Hashable, DvcHistory] | None = None
        self._blobs: Blobs | None = None
        self._of_several: Collection[str] = ()  #: paths that several files track

    def fingerprint(self) -> Hashable:
        """Moves with any branch, tag or HEAD, and with packs that bring what a clone lacked. Stats, and no more."""
        return stamp(self._project), self._outs

    def load(self, progress: Progress | None = None) -> DvcHistory:
        """The whole history. `progress` is told how many files of how many are parsed. Raises `SourceError`."""
        with self._lock:
            if self._project.git_dir is None:
                return DvcHistory(CommitGraph({}, {}), {})
            now = self.fingerprint()
            if self._known is None or self._known[0] != now:
                found, key = self._recall(), hashlib.sha256(repr(now[0]).encode()).hexdigest()  # type: ignore[index]
                walked = found[1] if found and found[0] == key else None
                if walked is None:
                    walked = walk(self._project, self._runner, found[1] if found else None)
                    if not walked.problem:  # next time it may be read whole
                        self._keep("dvc_commits.json", {"key": key, **walk_out(walked)}, own=True)
                blobs = self._read(_names(walked), progress)
                refs = read_refs(self._project, self._runner)
                self._known = now, history_of(walked, blobs, refs, self._outs)
                self._of_several = self._known[1].shared
            return self._known[1]

    def let_go(self) -> None:
        """Forget what was read: thirty megabytes of a long history, and the cache gives it again in a moment."""
        with self._lock:
            self._known, self._blobs = None, None

    def files_at(self, sha: str) -> DvcFiles:
        """What the files say in any one commit, also of no branch (an experiment's). Raises `SourceError`."""
        with self._lock:
            if self._known is not None and (found := self._known[1].at(sha)) is not None:
                return found
            raw = git(self._project, self._runner, "ls-tree", "-r", "-z", "--full-tree", sha)
            names = {path: blob for path, blob in tree_of(raw).items() if is_dvcs(path)}
            blobs = self._read({blob: path for path, blob in names.items()}, None)
            return alone(State().changed(dict(names)), blobs, self._shared(), sha)

    def worktree(self) -> DvcFiles:
        """What the files say on disk, committed or not. Never raises: what can't be read is a gap, of commit ""."""
        names = find(self._project, self._runner).files
        with self._lock:
            self._blobs = self._blobs or _blobs(self._path("dvc_files.json"))
            state, blobs = read_worktree(self._project.root, names, self._blobs)
            return alone(state, blobs, self._shared(), "")

    def _shared(self) -> Collection[str]:
        return self._of_several

    def _read(self, names: Mapping[str, str], progress: Progress | None) -> Blobs:
        """All blobs of `names` (id: path), those never seen read and parsed."""
        blobs = self._blobs = self._blobs or _blobs(self._path("dvc_files.json"))
        new = [blob for blob in names if blob not in blobs.rows]
        if not new:
            return blobs
        done = 0

        def tell() -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(done, len(new))

        known = len(blobs.rows)
        with BlobReader(self._project, self._runner) as reader:
            blobs.add(reader.read(new), names, tell)
        if len(blobs.rows) != known:
            rows = {"format": FORMAT, "rows": blobs.rows, "blocks": blobs.blocks, "digests": blobs.digests}
            self._keep("dvc_files.json", rows)
        return blobs

    def _recall(self) -> tuple[str, Walk] | None:
        try:
            document = json.loads(get(str(self._path("dvc_commits.json", own=True))))
            return (document["key"], walk_in(document)) if document["format"] == FORMAT else None
        except (OSError, ValueError, RecursionError, KeyError, TypeError, IndexError, AttributeError):
            return None

    def _keep(self, name: str, document: Mapping[str, Any], *, own: bool = False) -> None:
        """Write JSON whole or not at all. A cache that can't be written costs time, nothing else."""
        try:
            text = json.dumps({"format": FORMAT, **document}, separators=(",", ":"))
            keep(str(self._path(name, own=own)), text.encode())
        except OSError:
            return

    def _path(self, name: str, *, own: bool = False) -> Path:
        return place(self._project, name) if own else cache_dir(self._project) / name


def _blobs(path: Path) -> Blobs:
    try:
        document = json.loads(get(str(path)))
        if document["format"] == FORMAT:
            return Blobs(document["rows"], document["blocks"], document["digests"])
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        pass
    return Blobs({}, [], {})


def _names(walked: Walk) -> dict[str, str]:
    """Every blob of the history with a path that it had."""
    return {change.new: change.path for commit in walked.commits for change in commit.changes if change.new}
