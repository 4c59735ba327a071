"""Artifacts in a directory of this machine: listed and read without following a link out of it."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from mltui.errors import Denied, NotFound, SourceError, Unreadable
from mltui.model.artifacts import Artifact, ArtifactListing, ArtifactTotal, Excerpt
from mltui.sources.mlflow.files import disk

#: Entries of one directory that are listed; nobody scrolls through more.
MOST = 2_000

#: Files that are counted for a total: 10,000 stats take 30 ms on a local disk, minutes on a slow one.
COUNTED = 10_000


class LocalArtifacts:
    """The tree under `top`. Every method raises `SourceError`."""

    def __init__(self, top: str) -> None:
        self._top = top
        self._real = os.path.realpath(top)

    def entries(self, path: str = "") -> ArtifactListing:
        """The directory `path` ("" is the top)."""
        directory = self._inside(path)
        try:
            with os.scandir(directory) as scanned:
                found = list(islice(scanned, MOST + 1))
        except OSError as error:
            raise _translated(error, path) from error
        entries = sorted((self._entry(each, path) for each in found[:MOST]), key=_order)
        return ArtifactListing(tuple(entries), len(found) > MOST)

    def read(self, path: str, limit: int, size: int | None = None) -> Excerpt:
        """The first `limit` bytes of a regular file. Its size is looked up: a log grows after it was listed."""
        try:
            found = disk.read(self._inside(path), limit)
        except OSError as error:
            raise _translated(error, path) from error
        return Excerpt(found.data, found.size, found.cut)

    def pieces(self, path: str, size: int) -> Iterator[bytes]:
        """A regular file to its end, in pieces of at most `size` bytes."""
        try:
            yield from disk.pieces(self._inside(path), size)
        except OSError as error:
            raise _translated(error, path) from error

    def total(self) -> ArtifactTotal:
        """Files and bytes of the whole tree and of each directory in it, as far as `COUNTED` entries go."""
        files = seen = 0
        sums: Counter[str] = Counter()
        for entry, directory in _walked(self._real):
            seen += 1
            if seen > COUNTED:
                break
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                files += 1
                sums[directory] += status.st_size
            elif stat.S_ISDIR(status.st_mode):
                sums[f"{directory}/{entry.name}" if directory else entry.name] += 0
        whole = summed(sums)
        return ArtifactTotal(files, whole.pop("", 0), seen > COUNTED, whole)

    def local(self, path: str) -> Path:
        """The path of a file or directory on this machine. Raises `Denied` if it leads out of the run's directory."""
        return Path(self._inside(path))

    def _inside(self, path: str) -> str:
        real = os.path.realpath(os.path.join(self._top, path))  # noqa: PTH118 - names may end in a dot or hold two
        if real != self._real and not real.startswith(self._real.rstrip("/") + "/"):
            raise Denied(f"{path} leads out of the run's artifacts", f"to {real}: it is not followed")
        return real

    def _entry(self, entry: os.DirEntry[str], parent: str) -> Artifact:
        path = f"{parent}/{entry.name}" if parent else entry.name
        try:
            if entry.is_symlink():
                self._inside(path)
            status = entry.stat()
        except (OSError, SourceError):
            return Artifact(path, "link" if entry.is_symlink() else "other", None, _target(entry))
        if stat.S_ISDIR(status.st_mode):
            # a link to a directory within could lead back above itself
            return Artifact(path, "link", None, _target(entry)) if entry.is_symlink() else Artifact(path, "directory")
        if stat.S_ISREG(status.st_mode):
            return Artifact(path, "file", status.st_size)
        return Artifact(path, "other", None, _KINDS.get(stat.S_IFMT(status.st_mode), "not a regular file"))


_KINDS = {stat.S_IFIFO: "FIFO", stat.S_IFSOCK: "socket", stat.S_IFBLK: "device", stat.S_IFCHR: "device"}


def _order(artifact: Artifact) -> tuple[bool, str]:
    return artifact.kind != "directory", artifact.path


def _target(entry: os.DirEntry[str]) -> str:
    try:
        return f"link to {os.readlink(entry.path)}" if entry.is_symlink() else "can't be looked at"  # noqa: PTH115
    except OSError:
        return "can't be looked at"


def summed(own: Mapping[str, int]) -> dict[str, int]:
    """What is in each directory and all below it, of what is in each itself; "" is the top."""
    whole = dict(own)
    for path in sorted(own, key=lambda path: path.count("/") + bool(path), reverse=True):
        if path:
            above = path.rpartition("/")[0]
            whole[above] = whole.get(above, 0) + whole[path]
    return whole


def _walked(top: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every entry under `top` and the directory it is in ("" is `top`), without following links."""
    waiting = [(top, "")]
    while waiting:
        where, path = waiting.pop()
        try:
            with os.scandir(where) as scanned:
                for entry in scanned:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, f"{path}/{entry.name}" if path else entry.name))
                    yield entry, path
        except OSError:
            continue


def _translated(error: OSError, path: str) -> SourceError:
    shown = path or "the artifacts"
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return NotFound(f"{shown} is no longer there")
    if isinstance(error, PermissionError):
        return Denied(f"{shown} may not be read", "look at the permissions of the file")
    return Unreadable(f"{shown} can't be read: {disk.reason(error)}")
