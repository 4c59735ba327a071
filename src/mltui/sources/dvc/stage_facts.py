"""The facts about a stage that take reading: DVC's files over history, and the rows of its outs, now and before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.difference import TableChange
from mltui.model.dvc import Entry, Stage
from mltui.model.dvc_history import LockEntry, StageKey
from mltui.model.stage_facts import OutChange, StageFacts, entries_of, outs_of
from mltui.sources.contents import Contents, Pair
from mltui.sources.contents.comparing import is_table
from mltui.sources.dvc.cached import Cache, project_of

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Tables of a directory whose rows are counted, and what is read of a stage's outs at most (bytes).
MOST_TABLES, MOST_BYTES = 20, 128 << 20
#: Rows are counted so long at most (seconds).
PATIENCE = 20.0


class StageFactsSource:
    """Reads facts, one stage at a time, from any thread. What was counted is remembered by hash."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._contents = Contents(workspace.runner, workspace.project.root, PATIENCE)
        self._rows: dict[str, int] = {}
        self._one = threading.Lock()

    def of(self, stage: Stage, *, rows: bool = True, at: str | None = None) -> StageFacts:
        """What git and DVC's files tell of its last run; with `rows` those of its tables are counted, which takes a
        while. `at`: of a stage as the commit of that id has it. Raises `SourceError`."""
        with self._one:
            history = self._workspace.dvc_history.load(None)
            folder = stage.path.rpartition("/")[0]
            named = stage.name if stage.path.endswith("dvc.yaml") else f"./{stage.path.rpartition('/')[2]}"
            moves = list(islice(_distinct(entries_of(history, StageKey(folder, named), at)), 2))
            committed = bool(moves) and _hashes(stage.outs) == _hashes(moves[0][1].outs)
            if not committed and moves and any(out.hash for out in stage.outs):
                moves.insert(0, ("", LockEntry(StageKey(folder, named), "", (), stage.outs)))
            before = moves[1][1] if len(moves) > 1 else None
            outs = outs_of(stage.outs, before.outs if before else ())
            commit = moves[0][0] or None if moves else None
            return StageFacts(
                commit,
                history.graph.time.get(commit) if commit else None,
                bool(moves) and commit is None,
                moves[1][0] if len(moves) > 1 else None,
                self._counted(stage, outs, before, then=at is not None) if rows else outs,
            )

    def close(self) -> None:
        """Leave off counting."""
        self._contents.stop()

    def _counted(
        self, stage: Stage, outs: tuple[OutChange, ...], before: LockEntry | None, *, then: bool
    ) -> tuple[OutChange, ...]:
        """`then`: the worktree has other outs than the stage."""
        was = {out.path: out for out in before.outs} if before else {}
        now = {out.path: out for out in stage.outs}
        return tuple(
            replace(
                out,
                rows=self._rows_of(now[out.path], before=then),
                rows_before=self._rows_of(was.get(out.path), before=True),
            )
            for out in outs
        )

    def _rows_of(self, out: Entry | None, *, before: bool = False) -> int | None:
        """Rows of a table, or of all tables of a directory, by DVC's cache; None if that can't be said."""
        if out is None or (before and not out.cached):
            return None  # only git has what it was
        kind, _, md5 = (out.hash or "").partition(":")
        if kind != "md5" or not md5 or (out.size or 0) > MOST_BYTES:
            return None
        if md5 not in self._rows:
            pairs = list(self._tables(out, md5))
            found = self._contents.compare(pairs)
            counts = [each.rows[1] for each in found.values() if isinstance(each, TableChange) and each.unit == "row"]
            if not counts or len(counts) < len(pairs):
                return None
            self._rows[md5] = sum(counts)
        return self._rows[md5]

    def _tables(self, out: Entry, md5: str) -> Iterator[Pair]:
        """The tables of an out as they lie in the cache, or in the worktree where DVC keeps no object of it."""
        top = self._workspace.project.root
        cache = Cache(project_of(top, out.path.rpartition("/")[0]))
        if not md5.endswith(".dir"):
            place = cache.place(md5) if out.cached else top / out.path
            yield from _pair(out.path, place)
            return
        try:
            listed = [(name, each) for name, each in islice(cache.files(md5), 1000) if is_table(name)]
        except SourceError:
            return
        if len(listed) <= MOST_TABLES:
            for name, each in listed:
                yield from _pair(f"{out.path}/{name}", cache.place(each))


def _pair(path: str, place: Path | None) -> Iterator[Pair]:
    if place is not None and is_table(path):
        yield Pair(path, place, place)


def _distinct(moves: Iterator[tuple[str, LockEntry]]) -> Iterator[tuple[str, LockEntry]]:
    """Without entries whose outs are those of the one before them: a command that was reworded made nothing."""
    last: object = None
    for commit, entry in moves:
        if _hashes(entry.outs) != last:
            last = _hashes(entry.outs)
            yield commit, entry


def _hashes(outs: tuple[Entry, ...]) -> dict[str, str | None]:
    return {out.path: out.hash for out in outs}
