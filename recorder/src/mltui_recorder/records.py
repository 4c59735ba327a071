"""What DVC's files say that lies at a path: outs of other stages in dvc.lock, outs of .dvc files.

DVC writes a stage's own entry in dvc.lock after it ran, so that its `deps` there are those of the run before: they are
never looked at. The outs of the stages before it are written before it starts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mltui_recorder.locked import Locked, Unreadable, dvc_file, lock_stages
from mltui_recorder.running import Stage

#: Bytes: a longer one would take the whole budget to read.
_LARGEST_LOCK = 8 << 20
#: Where params come from if a stage does not say.
_USUAL = "params.yaml"


class Record(NamedTuple):
    """What a file of DVC says: `md5` (``<hex>[.dir]``), `size` in bytes, and when that file was written (epoch s).

    `modern` as in `locked.Out`.
    """

    md5: str
    size: int | None
    nfiles: int | None
    modern: bool
    written: float


class Records:
    """By absolute path. `params` are files that the stage takes params from; `complaints` say what can't be read."""

    def __init__(self, stage: Stage) -> None:
        self.complaints: list[str] = []
        self._by_path: dict[str, list[Record]] = {}
        self._loose: list[tuple[str, Record]] = []
        self._params: set[str] = set()
        self._stage = stage
        declared = self._read(os.path.join(stage.folder, "dvc.yaml")) if stage.folder else None
        self._names_usual = declared is None or _USUAL in declared[0]
        targets = {each for dep in stage.deps for each in (dep, *folders_of(dep, stage.root))}
        words = {os.path.basename(path) for path in targets}
        for folder in self._lock_folders():
            self._add_lock(folder, words)
        for path in targets:
            self._add_dvc_file(path + ".dvc")

    def of(self, path: str) -> tuple[Record, ...]:
        """The records of exactly that path. More than one if stages that are gone still stand in dvc.lock."""
        loose = (record for end, record in self._loose if path.endswith(end))
        return tuple(dict.fromkeys((*self._by_path.get(path, ()), *loose)))

    def is_params(self, path: str) -> bool:
        """Whether the stage takes params from that file and has no dep on it, as far as that can be told.

        Its last run tells; before that, that dvc.yaml nowhere names DVC's usual file.
        """
        return path in self._params or (os.path.basename(path) == _USUAL and not self._names_usual)

    def _lock_folders(self) -> Iterator[str]:
        stage = self._stage
        folders = {stage.root, *(each for dep in stage.deps for each in folders_of(dep, stage.root))}
        yield from sorted(folders | ({stage.folder} if stage.folder else set()))

    def _add_lock(self, folder: str, words: set[str]) -> None:
        path = os.path.join(folder, "dvc.lock")
        told = self._read(path)
        if told is None:
            return
        text, written = told
        own = self._stage.name if folder == self._stage.folder else None
        try:
            stages = lock_stages(text, words)
        except Unreadable as error:
            self.complaints.append(f"{self._shown(path)}: {error}")
            return
        moved = self._has_wdir(folder)
        for name, stage in stages.items():
            if name == own:
                self._add_params(folder, stage)
                continue
            for out in stage.outs:
                if out.md5:
                    record = Record(out.md5, out.size, out.nfiles, out.modern, written)
                    if moved:  # paths are relative to a wdir that only dvc.yaml knows: what ends alike is a candidate
                        self._loose.append(("/" + _end(out.path), record))
                    else:
                        self._put(os.path.join(folder, out.path), record)

    def _add_params(self, folder: str, stage: Locked) -> None:
        deps = {_end(dep.path) for dep in stage.deps}
        ends = tuple("/" + _end(name) for name in stage.params if _end(name) not in deps)
        self._params = {path for path in self._stage.deps if path.replace(os.sep, "/").endswith(ends)}

    def _add_dvc_file(self, path: str) -> None:
        told = self._read(path)
        if told is None:
            return
        text, written = told
        try:
            wdir, outs = dvc_file(text)
        except Unreadable as error:
            self.complaints.append(f"{self._shown(path)}: {error}")
            return
        for out in outs:
            if out.md5:
                where = os.path.join(os.path.dirname(path), wdir, out.path)
                self._put(where, Record(out.md5, out.size, out.nfiles, out.modern, written))

    def _put(self, path: str, record: Record) -> None:
        self._by_path.setdefault(os.path.normpath(path), []).append(record)

    def _has_wdir(self, folder: str) -> bool:
        told = self._read(os.path.join(folder, "dvc.yaml"))
        return told is None or "wdir" in told[0]

    def _read(self, path: str) -> tuple[str, float] | None:
        try:
            with open(path, encoding="utf-8") as file:
                found = os.fstat(file.fileno())
                if found.st_size <= _LARGEST_LOCK:
                    return file.read(), found.st_mtime
            self.complaints.append(f"{self._shown(path)} is too long")
        except OSError:
            pass
        except UnicodeDecodeError:
            self.complaints.append(f"{self._shown(path)} is no text")
        return None

    def _shown(self, path: str) -> str:
        return os.path.relpath(path, self._stage.top)


def folders_of(path: str, root: str) -> Iterable[str]:
    """The directories above a path, innermost first, down to the root but without it."""
    found = []
    folder = os.path.dirname(path)
    while folder.startswith(root + os.sep):
        found.append(folder)
        folder = os.path.dirname(folder)
    return found


def _end(path: str) -> str:
    """A path without what leads out of its folder."""
    parts = os.path.normpath(path).replace(os.sep, "/").split("/")
    return "/".join(part for part in parts if part != "..")
