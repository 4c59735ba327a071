"""Noticing that files changed: a watch on a few named directories, never on data, never a whole tree.

inotify watches are few and shared by everybody on a machine, so at most `LIMIT` directories are watched, each without
its subdirectories. Network and stacked file systems tell nobody about changes made elsewhere; they are polled.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from mltui.model.dvc import Pipeline
from mltui.sources.places import Project

#: Directories watched at most.
LIMIT = 200

#: File systems whose changes inotify does not tell of, or not all of them (names as in /proc/mounts).
POLLED_TYPES = frozenset(
    (
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "lustre",
        "gpfs",
        "beegfs",
        "ceph",
        "9p",
        "afs",
        "overlay",
        "aufs",
        "virtiofs",
    )
)

#: Files that change while somebody trains or commits and tell nothing by it: a store is asked itself.
UNTELLING = ("-journal", "-wal", "-shm", ".lock", ".db", ".sqlite", ".sqlite3", ".swp", "~")

#: watchfiles waits this long for a burst of changes to end, and looks this often (milliseconds).
DEBOUNCE_MS = 300
STEP_MS = 100


def directories(project: Project, pipeline: Pipeline | None) -> tuple[Path, ...]:
    """The directories whose files decide what is shown, most telling first, at most `LIMIT`.

    Git's own, the project's root, those of stage and .dvc files and of the files stages depend on; never one that is
    an output, or lies in one.
    """
    from mltui.sources.dvc.experiment_queue import folders

    found: dict[Path, None] = {}
    for base in (project.git_dir, project.common_dir):
        if base is not None:
            for inner in ("", "refs/heads", "refs/remotes", "refs/tags", "refs/exps", "reftable"):
                found[base / inner] = None
    if project.common_dir is not None:
        found[project.common_dir / "mltui"] = None
    found[project.root] = None
    outs: set[str] = set()
    if pipeline is not None:
        outs = {out.path.rstrip("/") for stage in pipeline.stages for out in stage.outs}
        outs |= {dataset.path.rstrip("/") for dataset in pipeline.datasets}
        for root in pipeline.roots:
            found[project.root / root / ".dvc" / "tmp"] = None
            found.update(dict.fromkeys(folders(project.root / root)))
        for path in _telling(pipeline):
            if not _inside(path, outs):
                found[(project.root / path).parent] = None
    return tuple(path for path in found if path.is_dir() and not _inside(_relative(path, project.root), outs))[:LIMIT]


def _telling(pipeline: Pipeline) -> Iterator[str]:
    for stage in pipeline.stages:
        yield stage.path
        yield from stage.params or ()
        for dep in stage.deps:
            yield dep.path


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def _inside(path: str, outs: set[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:length]) in outs for length in range(1, len(parts) + 1))


def can_watch(path: Path) -> bool:
    """Whether the system tells of every change below `path`: False on network, FUSE and stacked file systems."""
    return not _polled(file_system(path))


def file_system(path: Path, mounts: Sequence[tuple[str, str]] | None = None) -> str:
    """The type of the file system that holds `path`, among `mounts` of (mount point, type); "" if none fits.

    Without `mounts` those of this machine.
    """
    mounts = _mounts() if mounts is None else mounts
    real = os.path.realpath(path)
    best, kind = "", ""
    for point, name in mounts:
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind


def _polled(kind: str) -> bool:
    return kind in POLLED_TYPES or kind.startswith("fuse")


@lru_cache(maxsize=1)
def _mounts() -> tuple[tuple[str, str], ...]:
    """(mount point, type) of everything mounted. Empty where there is no /proc: then everything is watched."""
    try:
        text = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ()
    rows = [line.split(" ") for line in text.splitlines()]
    return tuple((_unescape(row[1]), row[2]) for row in rows if len(row) > 2)


def _unescape(point: str) -> str:
    return point.replace(r"\040", " ").replace(r"\011", "\t").replace(r"\134", "\\")


class Watch:
    """Yields True when something changed in one of the directories and False every `every` seconds without.

    Ends when `stop` is set. With no directories it only waits.
    """

    def __init__(self, paths: Sequence[Path], stop: threading.Event, every: float) -> None:
        self._paths = paths
        self._stop = stop
        self._every = every

    def __iter__(self) -> Iterator[bool]:
        if self._paths:
            yield from self._watched()
        while not self._stop.wait(self._every):
            yield False

    def _watched(self) -> Iterator[bool]:
        from watchfiles import watch

        since = time.monotonic()
        try:
            # Without its own filter: what that lets not through begins the timeout anew, and a training that writes
            # into its store all the time would keep everything else from being looked at.
            for changes in watch(
                *self._paths,
                watch_filter=None,
                debounce=DEBOUNCE_MS,
                step=STEP_MS,
                stop_event=self._stop,
                rust_timeout=int(self._every * 500),
                yield_on_timeout=True,
                recursive=False,
                raise_interrupt=False,
            ):
                telling = any(not path.endswith(UNTELLING) for _, path in changes)
                if telling or time.monotonic() - since >= self._every:
                    since = time.monotonic()
                    yield telling
        except OSError:  # no inotify watches left, or a directory went away: the caller goes on polling
            return
