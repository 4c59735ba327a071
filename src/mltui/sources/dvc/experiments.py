"""DVC experiments: from ``refs/exps`` and the files of their commits, and from the queue.

``dvc exp list`` and ``dvc queue status`` would take locks.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any

from mltui.errors import SourceError
from mltui.model.dvc import DvcExperiment
from mltui.sources.cachedir import get, keep
from mltui.sources.dvc import experiment_queue as queue
from mltui.sources.dvc import tree
from mltui.sources.dvc.cached import Cache
from mltui.sources.dvc.experiment_values import Values, finished, queued
from mltui.sources.dvc.queue_processes import Survivors, workers
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.command import git
from mltui.sources.git.refs import refs_fingerprint
from mltui.sources.look import looking
from mltui.sources.places import Project, cache_dir
from mltui.sources.processes import is_there, process_start
from mltui.sources.runner import Runner

FORMAT = 3
_FIELDS = "%(refname)%00%(objectname)%00%(authorname)%00%(committerdate:unix)"
#: refs/exps/<2>/<38>/<name>: the hex digits are the baseline's. Other refs/exps are DVC's queue and its internals.
_REF = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38}|[0-9a-f]{62})/(.+)", re.DOTALL)

_Read = Callable[[str, BlobReader], Values]


class ExperimentsSource:
    """All experiments of the repository, newest first. What a commit holds is read once and remembered."""

    name = "experiments"

    def __init__(self, project: Project, runner: Runner, listed: Callable[[], tree.Tree] | None = None) -> None:
        self._project, self._runner = project, runner
        self._listed = listed or (lambda: tree.find(project, runner))
        self._found: tree.Tree | None = None
        self._caches: dict[str, Cache] = {}
        self._alive: tuple[tuple[int, str], ...] = ()
        self._survivors = Survivors()

    def fingerprint(self) -> Hashable:
        if self._project.git_dir is None:
            return None
        queues = tuple(queue.fingerprint(Path(root)) for root in self._tree().roots)
        there = tuple(is_there(pid, start) for pid, start in self._alive)  # they end without a file that moves
        return refs_fingerprint(self._project, "exps"), queues, there

    def _tree(self) -> tree.Tree:
        """As listed with the look that asks; a single question is answered by what is known of them."""
        if self._found is None or looking():
            self._found = self._listed()
        return self._found

    def load(self) -> tuple[DvcExperiment, ...]:
        """Raises `SourceError` if git can't tell."""
        if self._project.git_dir is None:
            return ()
        roots = [Path(root) for root in self._tree().roots]
        waiting = queue.read(
            roots, self._survivors.of
        )  # before the refs: one that ends meanwhile is in both, not in none
        raw = git(self._project, self._runner, "for-each-ref", f"--format={_FIELDS}", "refs/exps")
        lines = [line.split("\0") for line in raw.decode(errors="replace").split("\n") if line.count("\0") == 3]
        wanted = [(match, fields) for fields in lines if (match := _REF.fullmatch(fields[0]))]
        pids = [*(pid for root in roots for pid in workers(root)), *(pid for one in waiting for pid in one.alive)]
        self._alive = tuple((pid, process_start(pid)) for pid in pids)
        values = self._values({fields[1] for _, fields in wanted}, {one.rev for one in waiting})
        found = [
            DvcExperiment(
                name=match[3],
                commit=commit,
                baseline=match[1] + match[2],
                author=author,
                time=int(time or 0) * 1000,
                **_shown(values[commit]),
            )
            for match, (_, commit, author, time) in wanted
        ]
        found += self._waiting(waiting, values)
        return tuple(sorted(found, key=lambda one: (-one.time, one.name)))

    def _waiting(self, waiting: Iterable[queue.Queued], values: Mapping[str, Any]) -> Iterable[DvcExperiment]:
        """Those that are queued, run or failed."""
        for one in waiting:
            known = values.get(one.rev)
            if known is not None:
                yield DvcExperiment(
                    one.name, one.rev, one.baseline, known["author"], known["time"], status=one.status, end=one.end,
                    alive=one.alive, **_shown(known),
                )  # fmt: skip

    def _values(self, commits: set[str], revs: set[str]) -> Mapping[str, Any]:
        path = cache_dir(self._project) / "experiments.json"
        known = self._remembered(path)
        new = sorted((commits | revs) - known.keys())
        if not new:
            return known
        read = {}
        with BlobReader(self._project, self._runner) as reader:
            for commit in new:
                if commit in commits:
                    read[commit] = self._finished(commit, reader)
                elif (values := self._queued(commit, reader)) is not None:
                    read[commit] = values
        lasting = {commit: values for commit, values in read.items() if values["whole"]}
        _keep(path, {**known, **lasting})
        return {**known, **read}

    def _remembered(self, path: Path) -> dict[str, Any]:
        """What commits held, but for those whose metrics came into the cache since."""
        try:
            document = json.loads(get(str(path)))
            known: dict[str, Any] = document["commits"] if document["format"] == FORMAT else {}
            return {
                commit: values
                for commit, values in known.items()
                if not any(self._cache_of(name.rpartition("/")[0]).has(md5) for name, md5 in values["lacking"])
            }
        except (OSError, ValueError, RecursionError, KeyError, TypeError):
            return {}

    def _finished(self, commit: str, reader: BlobReader) -> dict[str, Any]:
        return _document(finished(self._listing(commit), reader, self._cache_of))

    def _queued(self, rev: str, reader: BlobReader) -> dict[str, Any] | None:
        """What a queued experiment is to run with; None if its commit is gone, as after ``dvc queue remove``."""
        try:
            raw = git(self._project, self._runner, "show", "-s", "--format=%an%x00%ct", rev, "--")
            author, time = raw.decode(errors="replace").strip().split("\0")
            return {**_document(queued(self._listing(rev), reader)), "author": author, "time": int(time) * 1000}
        except (SourceError, ValueError):
            return None

    def _listing(self, commit: str) -> bytes:
        return git(self._project, self._runner, "ls-tree", "-r", "-z", "--full-tree", commit)

    def _cache_of(self, folder: str) -> Cache:
        """The cache of the DVC project that `folder` (relative to the repository's top) belongs to."""
        top = str(self._project.root)
        inside = os.path.join(top, folder, "x")  # noqa: PTH118
        root = (self._found.owner(inside) if self._found else None) or top
        return self._caches.setdefault(root, Cache(Path(root)))


def _document(values: Values) -> dict[str, Any]:
    return {
        "metrics": dict(values.metrics),
        "params": dict(values.params),
        "lacking": list(values.lacking),
        "whole": values.whole,
    }


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `DvcExperiment` that a commit's files tell."""
    return {
        "metrics": values["metrics"],
        "params": values["params"],
        "not_in_cache": tuple(path for path, _ in values["lacking"]),
    }


def _keep(path: Path, commits: Mapping[str, Any]) -> None:
    try:
        keep(str(path), json.dumps({"format": FORMAT, "commits": commits}).encode())
    except OSError:
        return
