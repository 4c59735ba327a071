"""What came with each commit: dataset contents and lock entries that none of its parents has, renames, gaps."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mltui.model.dvc import Entry
from mltui.model.dvc_history import CommitGraph, LockEntry
from mltui.model.git import FileCommit
from mltui.sources.dvc.history.blobs import Blobs
from mltui.sources.dvc.history.rows import entry_of
from mltui.sources.dvc.history.states import Reading, State, kind_of

#: The hashes of an empty file and of an empty directory: two that are the same need not be one that moved.
_EMPTY = ("md5:d41d8cd98f00b204e9800998ecf8427e", "md5:d751713988987e9331980363e24189ce.dir")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One commit: `datasets` are (name, file, entry) that came, `moves` (old name, new name), `entries` of locks."""

    commit: FileCommit
    datasets: tuple[tuple[str, str, Entry], ...]
    moves: tuple[tuple[str, str], ...]
    entries: tuple[LockEntry, ...]


def in_time(graph: CommitGraph, commits: Iterable[FileCommit]) -> list[FileCommit]:
    """By committer date; of commits with one time, parents before children."""
    place = {sha: at for at, sha in enumerate(graph.parents)}
    known = [commit for commit in commits if commit.sha in place]
    return sorted(known, key=lambda commit: (commit.time, -place[commit.sha]))


def arrivals(
    graph: CommitGraph,
    commits: Sequence[FileCommit],
    states: Mapping[str, State],
    reading: Reading,
    outs: Sequence[str],
) -> Iterator[Arrival]:
    """What came, commit by commit; `commits` are in the order of time, `outs` pipeline outputs that are datasets."""
    marked = frozenset(outs)
    for commit in commits:
        state, above = states[commit.sha], [states[one] for one in graph.parents[commit.sha]]
        paths = list(dict.fromkeys(change.path for change in commit.changes))
        locks = _locks(paths, (state, *above))
        now = _said(state, paths, reading)
        before = [_said(one, paths, reading) for one in above]
        came = _new_entries(state, above, locks, reading)
        datasets = [*_new(now, before)]
        for lock, entry in came:
            datasets += [
                (reading.name(out.path, lock), lock, out) for out in entry.outs if out.path in marked and out.hash
            ]
        moves = tuple(_moves(before[0], now, state, reading)) if len(before) == 1 else ()
        yield Arrival(commit, tuple(datasets), moves, tuple(entry for _, entry in came))


#: {dataset: (file, its blob, entry)}
Said = dict[str, tuple[str, str, Entry]]


def _said(state: State, paths: Iterable[str], reading: Reading) -> Said:
    """What the .dvc files among `paths` say."""
    said: Said = {}
    for path in paths:
        blob = state.data.get(path) if kind_of(path) == 0 else None
        for name, entry in reading.tracked(path, blob) if blob else ():
            said[name] = path, blob or "", entry
    return said


def _new(now: Said, before: Sequence[Said]) -> Iterator[tuple[str, str, Entry]]:
    for name, (file, _, entry) in now.items():
        if entry.hash and not any(name in said and said[name][2].hash == entry.hash for said in before):
            yield name, file, entry


def _moves(before: Said, now: Said, state: State, reading: Reading) -> Iterator[tuple[str, str]]:
    """Datasets that lie elsewhere since this commit: their file has the same blob, else they the same content, where
    that tells one from all others. One whose file can't be read any more has not moved."""
    gone = {name: said for name, said in before.items() if name not in now and not _unreadable(said[0], state, reading)}
    come = {name: said for name, said in now.items() if name not in before}
    if not gone or not come:
        return
    by_blob = _pairs(gone, come, lambda said: (said[1], os.path.basename(said[2].path)))  # noqa: PTH119
    yield from by_blob
    for old, new in by_blob:
        del gone[old], come[new]
    yield from _pairs(gone, come, lambda said: said[2].hash if said[2].hash not in _EMPTY else None)


def _unreadable(file: str, state: State, reading: Reading) -> bool:
    blob = state.data.get(file)
    return blob is not None and reading.gap(file, blob) is not None


def _pairs(gone: Said, come: Said, mark: Callable[[tuple[str, str, Entry]], object]) -> list[tuple[str, str]]:
    """Names whose marks are the same, and nobody else's."""
    sides: list[dict[object, list[str]]] = []
    for said in (gone, come):
        names: dict[object, list[str]] = {}
        for name, each in said.items():
            names.setdefault(mark(each), []).append(name)
        sides.append(names)
    found = []
    for value, old in sides[0].items():
        new = sides[1].get(value, [])
        if value is not None and len(old) == len(new) == 1:
            found.append((old[0], new[0]))
    return found


def _locks(paths: Iterable[str], states: Sequence[State]) -> list[str]:
    """Files of stages among the changed ones: locks, those beside a changed dvc.yaml, stage files of DVC 0.x."""
    found = dict.fromkeys(path if kind_of(path) != 2 else path.removesuffix("yaml") + "lock" for path in paths)
    return [path for path in found if any(one.locks.get(path) or one.data.get(path) for one in states)]


def _new_entries(
    state: State, above: Sequence[State], files: Iterable[str], reading: Reading
) -> list[tuple[str, LockEntry]]:
    """(file, entry) that no parent has."""
    found: list[tuple[str, LockEntry]] = []
    for file in files:
        numbers, where = reading.numbers(state, file)
        others = [reading.numbers(one, file) for one in above]
        had: list[LockEntry] = []
        if numbers and all(there == where for _, there in others):
            entries = reading.entries_of(file, numbers.difference(*(mine for mine, _ in others)), state)
            for one, (mine, _) in zip(above, others, strict=True):
                had += reading.entries_of(file, mine - numbers, one)  # the same may be written in another way
        else:
            entries = reading.stage_entries(state, file)
            for one in above:
                had += reading.stage_entries(one, file)
        known = {id(one) for one in had}
        found += [(file, entry) for entry in entries if id(entry) not in known]
    return found


def shared_paths(
    blobs: Blobs, graph: CommitGraph, commits: Sequence[FileCommit], states: Mapping[str, State]
) -> frozenset[str]:
    """Paths that two .dvc files name at one commit, as two DVC projects may.

    What a remote is called is a project's own affair: such paths are one only where one file names them.
    """
    claims: dict[str, dict[str, set[str]]] = {}
    for commit in commits:
        for change in commit.changes:
            row = blobs.rows.get(change.new or "")
            if row and row[0] == "d":
                folder = os.path.dirname(change.path)  # noqa: PTH120 - a name in git
                for out in row[1]:
                    files = claims.setdefault(entry_of(out, folder).path, {})
                    files.setdefault(change.path, set()).add(change.new or "")
    several = {path: files for path, files in claims.items() if len(files) > 1}
    if not several:
        return frozenset()
    touched: dict[str, list[State]] = {}
    for commit in commits:
        for change in commit.changes:
            if commit.sha in states:
                touched.setdefault(change.path, []).append(states[commit.sha])
    return frozenset(
        path
        for path, files in several.items()
        if path.startswith("remote://") or _together(files, [state for file in files for state in touched[file]])
    )


def _together(files: Mapping[str, set[str]], states: Iterable[State]) -> bool:
    return any(sum(state.data.get(file) in blobs for file, blobs in files.items()) > 1 for state in states)
