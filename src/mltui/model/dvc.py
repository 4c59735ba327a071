"""What DVC knows: stages with their status and its reasons, datasets and their versions, experiments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mltui.model.part import Problem
from mltui.model.runs import RunStatus

StageStatus = Literal["unknown", "running", "missing", "stale", "fresh"]
ReasonKind = Literal["dep", "out", "param", "command", "always", "unreadable", "unhashed", "remote", "then"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not fresh.

    `change` is DVC's own word ("modified", "deleted", "new", "not in cache", "update available") or ours for an unknown
    ("moved, not hashed", "not asked"). `key` is the param's dotted name, else None; `old` and `new` are param values,
    hashes or commands where they are known; of what was not hashed `new` is {bytes, files, seconds}: how much hashing
    it is, and how long it would take. Of kind "then" is a stage shown as it once was: its status is not known.
    """

    kind: ReasonKind
    path: str
    change: str
    key: str | None = None
    old: Any = None
    new: Any = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A dep or an out of a stage, or an output of a .dvc file. `path` is relative to the project root, with "/".

    `hash` is what dvc.lock or the .dvc file says: ``md5:<hex>[.dir]``, ``etag:…`` or None. `size` is bytes.
    `cached` is False for ``cache: false`` outs, `pushed` for ``push: false`` ones, as far as their file says it.
    """

    path: str
    hash: str | None = None
    size: int | None = None
    nfiles: int | None = None
    cached: bool = True
    pushed: bool = True


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """Who writes the outs of a stage now, whoever started it: what ``.dvc/tmp/rwlock`` names.

    `command` is as DVC wrote it down, `user` "" where that can't be known. `start` is when the process began, epoch ms:
    a pipeline's first stage, not this one.
    """

    pid: int
    user: str = ""
    command: str = ""
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One resolved stage, with its status.

    `address` is DVC's own (``train``, ``sub/dvc.yaml:train``, ``data.csv.dvc``) and unique in the project. `path` is
    the file that declares it. `dvc` is the verbatim entry of ``dvc status --json --no-updates`` (empty if none).
    `upstream` holds addresses that are not fresh; `parents` all the stages it depends on directly. `as_of` is epoch ms:
    when the status was true. `params` maps file -> {key: value} as the worktree has them (None where it can't be read).
    `locked`: dvc.lock has an entry of it. `runner` is who runs it, of a running one.
    """

    name: str
    path: str
    address: str
    status: StageStatus
    dvc: tuple[Any, ...] = ()
    upstream: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    frozen: bool = False
    always_changed: bool = False
    cmd: str | None = None
    desc: str | None = None
    wdir: str = ""
    deps: tuple[Entry, ...] = ()
    outs: tuple[Entry, ...] = ()
    params: Mapping[str, Mapping[str, Any]] | None = None
    metrics: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    as_of: int | None = None
    locked: bool = True
    runner: RunningProcess | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A file of DVC's that could not be read at a commit: `reason` says why ("not in this clone", "is no YAML: …")."""

    path: str
    commit: str
    time: int
    reason: str


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """One content hash of a dataset. `commit` is where it was first seen, `time` its committer date (epoch ms).

    `refs` are branches and tags whose history contains the version, `tips` those of them that have it now: a checkout
    of such a ref has this content. `path` is where the dataset lay in that commit, "" if where it lies now.
    """

    hash: str
    size: int | None
    nfiles: int | None
    commit: str
    author: str
    time: int
    refs: tuple[str, ...] = ()
    tips: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A path tracked by DVC: an output of a .dvc file, or a pipeline output listed in ``[data] outs``.

    `address` is that of the stage or .dvc file that makes it. `versions` counts distinct hashes over all history
    (None while that is still being read). `gaps` are where the history can't be told. `imported` names where an import
    came from, else None.
    """

    path: str
    address: str
    hash: str | None
    size: int | None
    nfiles: int | None
    status: StageStatus
    dvc: tuple[Any, ...] = ()
    reasons: tuple[Reason, ...] = ()
    versions: int | None = None
    history: tuple[DatasetVersion, ...] = ()
    imported: str | None = None
    desc: str | None = None
    as_of: int | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class DvcExperiment:
    """A DVC experiment: a commit under refs/exps, or one that is queued, runs or failed. `baseline` is what it started
    from.

    `time` is when it was committed, of one that did not finish when it was queued; then `commit` is DVC's own, which
    holds its params. `end` is epoch ms. `not_in_cache` are metrics files that DVC caches and whose object is not here.
    `alive` are the pids of processes of one in the queue: FAILED and KILLED ones (lost: nobody will end them) have some
    where the training outlived DVC's own process.
    """

    name: str
    commit: str
    baseline: str
    author: str
    time: int
    metrics: Mapping[str, float]
    params: Mapping[str, str]
    status: RunStatus = "FINISHED"
    end: int | None = None
    not_in_cache: tuple[str, ...] = ()
    alive: tuple[int, ...] = ()

    @property
    def lives_on(self) -> bool:
        """Whether its training goes on though the queue has it as over."""
        return bool(self.alive) and self.status in ("FAILED", "KILLED")

    @property
    def stuck(self) -> str:
        """Why somebody has to stop it, in a few words: nobody else ends what is lost, or lives on. "" if nobody has."""
        if self.lives_on:
            pids = ", ".join(map(str, self.alive))
            return f"{'failed' if self.status == 'FAILED' else 'lost'} in DVC's queue, its processes live on: {pids}"
        return "lost in DVC's queue: its worker was killed, and its process is gone" if self.status == "KILLED" else ""

    @property
    def ref(self) -> str:
        """The ref of one that finished: its full name, where several baselines have one of that name."""
        return f"refs/exps/{self.baseline[:2]}/{self.baseline[2:]}/{self.name}"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """All of one repository's DVC projects together, in DVC's order.

    `as_of` is the oldest status shown; `settled` is False while a remembered status is shown and the true one has been
    asked for. `cache_empty`: the project's DVC cache holds no object (a fresh clone before ``dvc pull``).
    `primary_candidates` are the metric keys of DVC's ``metrics:`` files, in order. `reader` names who answered, for
    doctor ("dvc 3.67.1 in /usr/bin/python3", "dvc.yaml and dvc.lock, no dvc found"). `commit` is HEAD's full sha from
    before it was read, None if that is not known. `then`: it is that of another time, at `commit`.
    """

    roots: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    problems: tuple[Problem, ...] = ()
    as_of: int | None = None
    settled: bool = True
    cache_empty: bool = False
    metric_keys: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    reader: str = ""
    commit: str | None = None
    then: bool = False

    @property
    def pull_fills(self) -> bool:
        """Whether the cache is empty and lacks outs that were made once: of a stage that never ran there are none."""
        return self.cache_empty and any(stage.status == "missing" and stage.locked for stage in self.stages)
