"""What somebody said, then what lies in the repository, each store once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mltui.config import Config
from mltui.sources.mlflow.addresses import Address, address, at_path
from mltui.sources.mlflow.discovery import code, memory
from mltui.sources.mlflow.discovery.walk import ENTRIES, LIKELY, walk
from mltui.sources.places import Project, cache_dir, is_home


@dataclass(frozen=True, slots=True)
class Searched:
    """How far the search of the repository went. `complete` is False if a bound ended it; `note` says why none was."""

    entries: int = 0
    seconds: float = 0.0
    complete: bool = True
    remembered: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A place that may be a store. `sure` if somebody said so or its name does: then its problems are shown."""

    address: Address
    origin: str
    sure: bool = True


class Discovery:
    """Finds the stores of one project; asked again it looks again, in milliseconds while nothing has changed."""

    def __init__(self, project: Project, config: Config) -> None:
        self._project = project
        self._config = config
        self.searched = Searched(note="not searched yet")
        self._last: memory.Remembered | None = None

    def find(self) -> tuple[Found, ...]:
        """Said ones first, then by path. A store named twice is one, with the first origin."""
        found: dict[object, Found] = {}
        for one in self._all():
            found.setdefault(_identity(one.address), one)
        return tuple(found.values())

    def directories(self) -> tuple[str, ...] | None:
        """The directories that the last search looked into; None if it was cut short or there was none."""
        return None if self._last is None else tuple(self._last.walk.directories)

    def code(self) -> tuple[str, ...]:
        """The files whose text the last search read for tracking URIs."""
        return () if self._last is None else tuple(self._last.named)

    def _all(self) -> Iterator[Found]:
        config, project = self._config, self._project
        if config.store:
            base = project.start if config.store_origin in ("flag", "environment") else project.root
            yield Found(address(config.store, base), config.store_origin)
        if project.server:
            self.searched = Searched(note="a server was named")
            return
        if is_home(project.root) or project.root == Path("/"):
            self.searched = Searched(complete=False, note=f"{project.root} is never searched")
            return
        found, remembered = self._search(project.root)
        searched = found.walk
        self.searched = Searched(searched.entries, searched.seconds, searched.complete, remembered)
        for path in searched.databases:
            yield Found(at_path(Path(path), "sqlite"), "repository", bool(LIKELY.search(Path(path).name)))
        for path in searched.trees:
            yield Found(at_path(Path(path), "file"), "repository")
        for uri in code.offers(found.named):
            yield Found(address(uri, project.root), "code")

    def _search(self, root: Path) -> tuple[memory.Remembered, bool]:
        try:
            path = cache_dir(self._project) / "discovery.json"
        except OSError:
            path = None
        former = self._last if memory.stands(self._last) else memory.recall(path, root) if path else None
        if former is not None:
            named = code.again(former.named)  # an edit in place moves no directory
            if named != former.named:
                former = memory.Remembered(former.walk, named)
                if path is not None:
                    memory.keep(path, root, former)
            self._last = former
            return former, True
        start = time.monotonic()
        found = walk(root)
        result = memory.Remembered(found, code.read(found.code))
        found.seconds = time.monotonic() - start
        if path is not None and (found.complete or found.entries >= ENTRIES):  # not one that a busy machine cut short
            memory.keep(path, root, result)
            self._last = result
        return result, False


def _identity(where: Address) -> object:
    """Equal for the same store, however it was written."""
    if where.path is None:
        return where.uri.rstrip("/")
    try:
        status = where.path.stat()
    except OSError:
        return where.path
    return status.st_dev, status.st_ino
