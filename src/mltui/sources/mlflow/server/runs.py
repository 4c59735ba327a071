"""The runs of a server, in its mirror: all of them, or as few questions as tell what is new and what runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence

from mltui.errors import Unreadable
from mltui.sources.mlflow.records import RunRecord
from mltui.sources.mlflow.server import asking, translate
from mltui.sources.mlflow.server.door import Door
from mltui.sources.mlflow.server.pages import delete, forget, forget_newer, write_page

#: Runs in a page of the newest.
NEWEST = 200

#: Of the runs that run, however long ago they started, so many are asked for in one page.
RUNNING_PAGE = 200

#: At most so many that ran and are not on it are asked for one by one, newest first.
MOST_RUNNING = 50

RUNNING = "attributes.status = 'RUNNING'"

#: Of the runs on screen at most so many are asked for again: a screen has no more rows.
MOST_SHOWN = 200

#: One by one, of a server that can't be asked for runs by their ids, at most so many.
MOST_SHOWN_ALONE = 20

#: Told after each page how many runs are read so far, and that more are to come.
Progress = Callable[[int, bool], None]


class Runs:
    """Reads runs through `rest`; each page is committed as it comes.

    Every method raises `SourceError`, and what came before stays.
    """

    def __init__(self, rest: Door) -> None:
        self._rest = rest

    def sweep(
        self, connection: sqlite3.Connection, experiment_ids: Sequence[str], progress: Progress | None = None
    ) -> None:
        """Every run of these experiments (ids); those that are gone are forgotten."""
        seen: set[str] = set()
        for page in self._pages(experiment_ids):
            records, _ = self._keep(connection, page)
            seen.update(record.run_uuid for record in records)
            if progress is not None:
                progress(len(seen), True)
        forget(connection, experiment_ids, seen)

    def _pages(self, experiment_ids: Sequence[str]) -> Iterator[list[translate.JSON]]:
        for some in self._groups(experiment_ids):
            yield from asking.runs(self._rest, some)

    def _groups(self, experiment_ids: Sequence[str]) -> Iterator[Sequence[str]]:
        """As many experiments as one search may name."""
        most = self._rest.most_experiments or max(1, len(experiment_ids))
        for start in range(0, len(experiment_ids), most):
            yield experiment_ids[start : start + most]

    def newest(
        self,
        connection: sqlite3.Connection,
        experiment_ids: Sequence[str],
        *,
        enough: int | None = None,
        deleted: bool = False,
    ) -> set[str]:
        """The newest runs of these experiments: `enough` of them (deleted ones count if `deleted`), and all there are
        if there are fewer. None: until a page holds a run that is known. Gives the ids of all that came.

        What the mirror has between them is gone from the server, and forgotten.
        """
        groups = (self._newest(connection, some, enough, deleted) for some in self._groups(experiment_ids))
        return set[str]().union(*groups)

    def _newest(
        self, connection: sqlite3.Connection, experiment_ids: Sequence[str], enough: int | None, deleted: bool
    ) -> set[str]:
        seen: set[str] = set()
        count, oldest = 0, None
        size = min(asking.PAGE, max(NEWEST, enough or 0))
        for page in asking.runs(self._rest, experiment_ids, size):
            records, known = self._keep(connection, page)
            seen.update(record.run_uuid for record in records)
            count += sum(deleted or record.lifecycle_stage != "deleted" for record in records)
            if known if enough is None else count >= enough:
                oldest = min((record.start_time for record in records if record.start_time is not None), default=None)
                break
        else:
            forget(connection, experiment_ids, seen)
        if oldest is not None:
            forget_newer(connection, experiment_ids, seen, oldest)
        return seen

    def running(
        self, connection: sqlite3.Connection, experiment_ids: Collection[str], seen: Collection[str]
    ) -> set[str]:
        """Which runs run, resumed ones too; and what became of those that ran when last read and were not `seen` now.

        Two questions, as many may have been left running by a crash years ago: only those that ended are asked for.
        Gives the ids of all that came.
        """
        running = connection.execute(
            """select run_uuid, experiment_id from runs where status in ('RUNNING', 'SCHEDULED')
               and lifecycle_stage = 'active' order by start_time desc"""
        ).fetchall()
        asked = {run: e for run, e in running if run not in seen and e in experiment_ids}
        still = self._still_running(connection, sorted(experiment_ids)) if experiment_ids else set()
        ended = [run for run in asked if run not in still][:MOST_RUNNING]
        self._each(connection, ended)
        return still.union(ended)

    def _each(self, connection: sqlite3.Connection, run_ids: Sequence[str]) -> None:
        """These runs, by a request each; those that are gone are forgotten."""
        gone, records = [], []
        for run in run_ids:
            item = asking.run(self._rest, run)
            if item is None:
                gone.append(run)
            elif (record := translate.run(item)) is not None:
                records.append(record)
        write_page(connection, records)
        delete(connection, gone)

    def shown(self, connection: sqlite3.Connection, run_ids: Sequence[str], seen: Collection[str]) -> None:
        """Runs that somebody looks at, those that were not `seen` a moment ago: edits, ends and deletions of theirs."""
        wanted = [run for run in run_ids if run not in seen and run.isalnum()][:MOST_SHOWN]
        held = ",".join("?" * len(wanted))
        found = connection.execute(f"select run_uuid, experiment_id from runs where run_uuid in ({held})", wanted)
        there = dict(found.fetchall())
        if not there:
            return
        having = f"attributes.run_id IN ({','.join(map(repr, there))})"
        came: set[str] = set()
        try:
            for page in asking.runs(self._rest, sorted(set(there.values())), MOST_SHOWN, having):
                records, _ = self._keep(connection, page, whole=False)
                came.update(record.run_uuid for record in records)
        except Unreadable:  # a server that can't be asked so: before MLflow 2
            self._each(connection, [run for run in wanted if run in there][:MOST_SHOWN_ALONE])
            return
        delete(connection, [run for run in there if run not in came])

    def drop(self, connection: sqlite3.Connection) -> None:
        """Forget the runs of experiments that are no longer there."""
        forget(connection, (), ())

    def _still_running(self, connection: sqlite3.Connection, experiment_ids: Sequence[str]) -> set[str]:
        """Those that are running now, the newest `RUNNING_PAGE` of them."""
        found: set[str] = set()
        for some in self._groups(experiment_ids):
            try:
                page = next(asking.runs(self._rest, some, RUNNING_PAGE, RUNNING), [])
            except Unreadable:
                return found  # a server that knows no such filter
            found.update(record.run_uuid for record in self._keep(connection, page, whole=False)[0])
        return found

    def _keep(
        self, connection: sqlite3.Connection, page: Sequence[translate.JSON], *, whole: bool = True
    ) -> tuple[list[RunRecord], bool]:
        """Keep a page. Its runs, and whether any was known. Of a `whole` page entries that are no run are a problem."""
        records = [record for item in page if (record := translate.run(item)) is not None]
        known = write_page(connection, records, unread=len(page) - len(records) if whole else None)
        return records, known
