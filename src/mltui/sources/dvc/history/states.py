"""All of DVC's files at each commit: that of its first parent, overlaid with what the commit's own changes say."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mltui.model.dvc import Entry, Gap
from mltui.model.dvc_history import CommitGraph, DvcFiles, LockEntry, StageKey
from mltui.model.git import FileCommit
from mltui.sources.dvc.history.blobs import Blobs
from mltui.sources.dvc.history.files import Files
from mltui.sources.dvc.history.rows import StageRow, entry_of, lock_entry, unpacked
from mltui.sources.dvc.history.wdirs import wdir_of
from mltui.sources.dvc.readable import joined

#: Commits whose files were asked for are kept made up to this many; most runs of a project share some hundred.
_MOST_MADE = 4096
#: Locks whose numbers are kept as a set, 8 to 16 KiB of 300 stages: a commit and its parents ask for the same few.
_MOST_NUMBERS = 32


@dataclass(frozen=True, slots=True)
class State:
    """The files at a commit: .dvc files (and stage files of DVC 0.x), dvc.lock and dvc.yaml files."""

    data: Files = field(default_factory=Files)
    locks: Files = field(default_factory=Files)
    yamls: Files = field(default_factory=Files)

    def changed(self, changes: Mapping[str, str | None]) -> State:
        """With some files changed; itself if that changes nothing."""
        parts: tuple[dict[str, str | None], ...] = ({}, {}, {})
        for path, blob in changes.items():
            parts[kind_of(path)][path] = blob
        data, locks, yamls = (
            files.changed(mine) if mine else files
            for files, mine in zip((self.data, self.locks, self.yamls), parts, strict=True)
        )
        same = data is self.data and locks is self.locks and yamls is self.yamls
        return self if same else State(data, locks, yamls)


def kind_of(path: str) -> int:
    """Which part of a `State` a file belongs to."""
    base = os.path.basename(path)  # noqa: PTH119 - a name in git
    return 1 if base == "dvc.lock" else 2 if base == "dvc.yaml" else 0


def is_dvcs(path: str) -> bool:
    """Whether a path that git's pattern found is one of the files that are read."""
    base = os.path.basename(path)  # noqa: PTH119 - a name in git
    return base in ("Dvcfile", "dvc.lock", "dvc.yaml") or (base.endswith(".dvc") and base != ".dvc")


def states_of(graph: CommitGraph, commits: Iterable[FileCommit]) -> dict[str, State]:
    """The state of every commit of the graph; commits whose files are the same share one."""
    changed = {commit.sha: {change.path: change.new for change in commit.changes} for commit in commits}
    empty = State()
    states: dict[str, State] = {}
    for sha in reversed(list(graph.parents)):
        above = graph.parents[sha]
        state = states[above[0]] if above else empty
        if mine := changed.get(sha):
            state = _shared(state.changed(mine), state, (states[one] for one in above[1:]))
        states[sha] = state
    return states


def _shared(state: State, first: State, others: Iterable[State]) -> State:
    """A merge often has what one of its other parents has."""
    if state is first:
        return first
    rows = None
    for other in others:
        rows = rows or _rows(state)
        if _rows(other) == rows:
            return other
    return state


def _rows(state: State) -> list[list[tuple[str, str]]]:
    return [list(files.items()) for files in (state.data, state.locks, state.yamls)]


def shared_in(blobs: Blobs, state: State) -> set[str]:
    """Paths that several .dvc files of one state name."""
    files: dict[str, set[str]] = {}
    for file, blob in state.data.items():
        row = blobs.rows.get(blob)
        folder = os.path.dirname(file)  # noqa: PTH120 - a name in git
        for out in row[1] if row and row[0] == "d" else ():
            files.setdefault(entry_of(out, folder).path, set()).add(file)
    return {path for path, mine in files.items() if len(mine) > 1}


class Reading:
    """What states say, in the model's words. `shared` are paths that several files name: those are told apart.

    `came` is where a file's blob first came, with its time. `general` stands in the way of every state.
    """

    def __init__(
        self,
        blobs: Blobs,
        states: Mapping[str, State],
        shared: Collection[str],
        came: Mapping[tuple[str, str], tuple[str, int]],
        general: Sequence[Gap] = (),
    ) -> None:
        self._blobs, self._states, self._shared, self._came = blobs, states, shared, came
        self._general = tuple(general)
        self._numbers: dict[str, frozenset[int]] = {}
        self._made: dict[int, DvcFiles] = {}
        self._locked: dict[tuple[int, ...], Mapping[StageKey, LockEntry]] = {}
        self._entries: dict[tuple[str, str, int], LockEntry] = {}
        self._same: dict[str, LockEntry] = {}

    def at(self, sha: str) -> DvcFiles | None:
        """`DvcHistory.at`."""
        state = self._states.get(sha)
        return None if state is None else self.files(state)

    def files(self, state: State) -> DvcFiles:
        """What one state says."""
        made = self._made.get(id(state))
        if made is None:
            if len(self._made) >= _MOST_MADE:
                self._made.clear()
                self._locked.clear()
            tracked: dict[str, Entry] = {}
            by_file: dict[str, str] = {}
            for file, blob in state.data.items():
                for name, entry in self.tracked(file, blob):
                    tracked[name], by_file[name] = entry, file
            gaps = (*self._general, *self._gaps(state))
            made = DvcFiles(tracked, self._all_locked(state), dict(state.yamls.items()), gaps, by_file)
            self._made[id(state)] = made
        return made

    def tracked(self, file: str, blob: str) -> Iterator[tuple[str, Entry]]:
        """The datasets of a .dvc file, by the names that tell them apart."""
        row = self._blobs.rows.get(blob)
        if row and row[0] == "d":
            folder = os.path.dirname(file)  # noqa: PTH120 - a name in git
            for out in row[1]:
                entry = entry_of(out, folder)
                yield self.name(entry.path, file), entry

    def name(self, path: str, file: str) -> str:
        """What a dataset is called: its path, with its file where another one's is the same."""
        return f"{path} ({file})" if path in self._shared else path

    def stage_entries(self, state: State, lock: str) -> list[LockEntry]:
        """The stages of one dvc.lock, or the stage that a file of DVC 0.x is."""
        folder, base = os.path.split(lock)
        blob = state.locks.get(lock) or state.data.get(lock)
        row = self._blobs.rows.get(blob or "")
        if row is None or row[0] not in "ls" or self._nowhere(state, lock):
            return []
        if row[0] == "s":
            return [self._entry(folder, "", f"./{base}", row[1])]
        said = self._wdirs(state, lock)
        blocks = self._blobs.blocks
        return [self._numbered(folder, wdir_of(said, blocks[at][0]) if said else "", at) for at in unpacked(row[1])]

    def numbers(self, state: State, lock: str) -> tuple[frozenset[int], str | None]:
        """The blocks of one dvc.lock, and the blob that tells the directories of its stages, if one does: where both
        are the same, so are its entries."""
        lying, blob = state.locks.get(lock) or "", state.yamls.get(lock.removesuffix("lock") + "yaml")
        if self._nowhere(state, lock):
            return frozenset(), None
        numbers = self._numbers.get(lying)
        if numbers is None:
            if len(self._numbers) >= _MOST_NUMBERS:
                self._numbers.clear()
            row = self._blobs.rows.get(lying)
            numbers = self._numbers[lying] = frozenset(unpacked(row[1]) if row and row[0] == "l" else ())
        return numbers, blob if self._wdirs(state, lock) else None

    def entries_of(self, lock: str, numbers: Iterable[int], state: State) -> list[LockEntry]:
        """The entries of some blocks of a dvc.lock."""
        if self._nowhere(state, lock):
            return []
        folder, said = os.path.dirname(lock), self._wdirs(state, lock)  # noqa: PTH120 - a name in git
        blocks = self._blobs.blocks
        return [self._numbered(folder, wdir_of(said, blocks[at][0]) if said else "", at) for at in sorted(numbers)]

    def _nowhere(self, state: State, lock: str) -> bool:
        """Whether nobody can tell which paths a lock means: its dvc.yaml has a wdir and can't be read."""
        row = self._blobs.rows.get(state.yamls.get(lock.removesuffix("lock") + "yaml") or "")
        return row is not None and row[0] == "e" and lock.endswith("lock")

    def _wdirs(self, state: State, lock: str) -> Mapping[str, str]:
        row = self._blobs.rows.get(state.yamls.get(lock.removesuffix("lock") + "yaml") or "")
        return row[1] if row and row[0] == "y" else {}

    def _all_locked(self, state: State) -> Mapping[StageKey, LockEntry]:
        held = [lock for lock, _ in state.locks.items()]
        beside = any(self._wdirs(state, lock) or self._nowhere(state, lock) for lock in held)
        said = [id(state.yamls)] if beside else []
        stages = any(self._blobs.kind(blob) == "s" for _, blob in state.data.items())
        key = (id(state.locks), *said, *([-1, id(state.data)] if stages else []))
        made = self._locked.get(key)
        if made is None:
            files = held
            files += [file for file, blob in state.data.items() if self._blobs.kind(blob) == "s"] if stages else []
            made = {entry.key: entry for file in files for entry in self.stage_entries(state, file)}
            self._locked[key] = made
        return made

    def _numbered(self, folder: str, wdir: str, at: int) -> LockEntry:
        entry = self._entries.get((folder, wdir, at))
        if entry is None:
            entry = self._entries[folder, wdir, at] = self._entry(folder, wdir, *self._blobs.blocks[at])
        return entry

    def _entry(self, folder: str, wdir: str, name: str, row: StageRow) -> LockEntry:
        """One object for one content: the same may be written in two ways."""
        where = joined(folder, wdir) if wdir else folder
        same = repr((folder, where, name, row))
        if same not in self._same:
            self._same[same] = lock_entry(StageKey(folder, name), row, where)
        return self._same[same]

    def _gaps(self, state: State) -> Iterator[Gap]:
        for files in (state.data, state.locks, state.yamls):
            for file, blob in files.items():
                if gap := self.gap(file, blob):
                    yield gap

    def gap(self, file: str, blob: str) -> Gap | None:
        """Why a file could not be read, where it came; None if it could."""
        row = self._blobs.rows.get(blob)
        if row is not None and row[0] != "e":
            return None
        commit, time = self._came.get((file, blob), ("", 0))
        return Gap(file, commit, time, row[1] if row else "not in this clone")
