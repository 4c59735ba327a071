"""What git and DVC's files tell of a stage's last run: the commit that holds it, and what its outs were before."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mltui.model.dvc import Entry
from mltui.model.dvc_history import CommitGraph, DvcHistory, LockEntry, StageKey

#: An out that lost or gained so large a part stands out: a stage that "succeeded" on half the data.
STANDS_OUT = 0.2


@dataclass(frozen=True, slots=True)
class OutChange:
    """An out beside the one before: sizes in bytes, files of a directory, rows of its tables (None: not known)."""

    path: str
    size: int | None
    size_before: int | None = None
    nfiles: int | None = None
    nfiles_before: int | None = None
    rows: int | None = None
    rows_before: int | None = None
    same: bool = False

    @property
    def stands_out(self) -> bool:
        """Whether it is much smaller or larger than before, by rows where they are known, else by files or size."""
        for now, before in (
            (self.rows, self.rows_before),
            (self.nfiles, self.nfiles_before),
            (self.size, self.size_before),
        ):
            if now is not None and before is not None:
                return before > 0 and abs(now - before) / before >= STANDS_OUT
        return False


@dataclass(frozen=True, slots=True)
class StageFacts:
    """The lock entry that stands now, and the one before it.

    `commit` (with its `time`, epoch ms) is the last that moved the entry to what it is now; None if no commit of HEAD's
    has it: then it is `uncommitted`, or was never run. `before` is the commit that moved it to what it was before.
    """

    commit: str | None
    time: int | None
    uncommitted: bool
    before: str | None
    outs: tuple[OutChange, ...]


def entries_of(history: DvcHistory, key: StageKey, at: str | None = None) -> Iterator[tuple[str, LockEntry]]:
    """The entries of a stage on the way to HEAD, or to the commit `at`, the one there first: (the commit that moved it
    so, the entry)."""
    head = history.head if at is None else at
    line = _behind(history.graph, head)
    seen = [one for one in history.entries if one.entry.key == key]
    moves = [(line[commit], commit, one.entry) for one in seen for commit in one.commits if commit in line]
    files = history.at(head)
    at_head = files.locked.get(key) if files is not None else None
    found = False
    for _, commit, entry in sorted(moves, key=lambda move: move[0]):
        found = found or entry == at_head  # what is newer came with a branch whose entry did not last
        if found:
            yield commit, entry


def outs_of(now: Sequence[Entry], before: Sequence[Entry]) -> tuple[OutChange, ...]:
    """Each out beside the one of its path before."""
    was = {out.path: out for out in before}
    return tuple(_out(out, was.get(out.path)) for out in now)


def _out(now: Entry, before: Entry | None) -> OutChange:
    if before is None:
        return OutChange(now.path, now.size, nfiles=now.nfiles)
    same = now.hash is not None and now.hash == before.hash
    return OutChange(now.path, now.size, before.size, now.nfiles, before.nfiles, same=same)


def _behind(graph: CommitGraph, head: str) -> Mapping[str, int]:
    """Every commit that `head` has, with how far it is: the newest by date first."""
    found: dict[str, int] = {}
    heap = [(-graph.time.get(head, 0), head)] if head in graph else []
    queued = {head}
    while heap:
        _, commit = heapq.heappop(heap)
        found[commit] = len(found)
        for parent in graph.parents.get(commit, ()):
            if parent not in queued:
                queued.add(parent)
                heapq.heappush(heap, (-graph.time.get(parent, 0), parent))
    return found
