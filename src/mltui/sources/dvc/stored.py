"""Where the content of dataset versions is: how much of it in DVC's cache, what the lists of files there differ in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from mltui.errors import NotFound, SourceError, Unreadable
from mltui.model.data_files import DirectoryChanges, FileHash, Held, changes
from mltui.model.dvc import Dataset
from mltui.sources.dvc.cached import Cache
from mltui.sources.places import Project

#: Called between pieces: False ends the reading.
GoOn = Callable[[], bool]
#: Tells how much of a hash the cache holds, or None.
Look = Callable[[str], Held | None]
#: Files looked for between two questions whether to go on.
PIECE = 500
#: Files of directories that are looked for before a list of versions is shown.
AT_ONCE = 5_000


class Overtaken(Exception):
    """Nobody waits for this any more."""


class StoredData:
    """The caches of the DVC projects in `project`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._caches: dict[Path, Cache] = {}

    def root_of(self, path: str, roots: Sequence[str]) -> Path:
        """The innermost of the DVC projects `roots` (relative to the project's root) that holds a dataset's `path`."""
        holding = [root for root in roots if root in ("", ".") or path.startswith(f"{root}/")]
        return self._project.root / max(holding, key=len, default="")

    def has(self, root: Path, digest: str | None) -> bool | None:
        """Whether the object of ``md5:<hex>[.dir]`` is in the cache, of a directory the list of its files; None for a
        hash that is no object's."""
        md5 = _md5(digest)
        return None if md5 is None else self._cache(root).has(md5)

    def held(self, root: Path, digest: str | None, go_on: GoOn = lambda: True) -> Held | None:
        """How many of the files of a dataset version are in the cache; None for a hash that is no object's.

        Looks for each one. Raises `Overtaken`, and `Unreadable` where the list of files is damaged.
        """
        md5 = _md5(digest)
        if md5 is None:
            return None
        cache = self._cache(root)
        if not md5.endswith(".dir"):
            return Held(int(cache.has(md5)), 1)
        there = of = 0
        try:
            for _, each in _while(go_on, cache.files(md5)):
                of += 1
                there += cache.has(each)
        except NotFound:
            return Held(0, 0, listed=False)
        return Held(there, of)

    def as_held(self, root: Path, digest: str, go_on: GoOn = lambda: True) -> Held | None:
        """`held`, where a damaged list of files is as good as none. Raises `Overtaken`."""
        try:
            return self.held(root, digest, go_on)
        except SourceError:
            return Held(0, 0, listed=False)

    def quickly(
        self, root: Path, dataset: Dataset, look: Look, known: Look = lambda _: None, at_once: int = AT_ONCE
    ) -> dict[str, Held]:
        """How much of each version the cache holds, by hash, the newest first; of directories as many as `at_once`
        files allow, and of the others only those that lack their list. `look` counts, `known` was counted before."""
        found, left = {}, at_once
        sizes = {version.hash: version.nfiles for version in reversed(dataset.history)}
        if dataset.hash:
            sizes.setdefault(dataset.hash, dataset.nfiles)
        for digest, nfiles in sizes.items():
            held = known(digest)
            if held is None and digest.endswith(".dir") and (at_once if nfiles is None else nfiles) > left:
                held = None if self.has(root, digest) else Held(0, 0, listed=False)
            elif held is None:
                left -= (nfiles or 0) if digest.endswith(".dir") else 0
                held = look(digest)
            if held is not None:
                found[digest] = held
        return found

    def changes(self, root: Path, old: str, new: str, go_on: GoOn = lambda: True) -> DirectoryChanges:
        """What two versions of a directory differ in. Raises `Overtaken`, and `NotFound` or `Unreadable` of a list of
        files."""
        lists = (self._cache(root).files(_md5(each) or "") for each in (old, new))
        before, after = (_while(go_on, files) for files in lists)
        try:
            return changes(before, after)
        except ValueError as error:
            raise Unreadable(f"the lists of files can't be compared: {error}") from error

    def _cache(self, root: Path) -> Cache:
        return self._caches.setdefault(root, Cache(root))


def _while(go_on: GoOn, files: Iterator[FileHash]) -> Iterator[FileHash]:
    while piece := list(islice(files, PIECE)):
        if not go_on():
            raise Overtaken
        yield from piece


def _md5(digest: str | None) -> str | None:
    return digest.removeprefix("md5:") if digest and digest.startswith("md5:") else None
