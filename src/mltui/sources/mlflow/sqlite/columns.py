"""A series out of a SQLite store by columns, and what came to it since it was read."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial

from mltui.model.series import Series
from mltui.sources.mlflow import points
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.points import Points
from mltui.sources.mlflow.schema import Schema
from mltui.sources.mlflow.sqlite import file
from mltui.sources.mlflow.sqlite.bursts import Bursts
from mltui.sources.mlflow.sqlite.packed import packed_columns
from mltui.sources.mlflow.sqlite.pages import Sizes

#: Points of a page: numpy takes few milliseconds over the most.
FIRST_PAGE, MOST_ROWS = 10_000, 50_000
#: A series that only grew is counted again so often, by its index: 10 ns a point.
COUNT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Where reading ended: the largest rowid of the table then, the series' last row, and how often it was so."""

    store: Hashable
    moved: Hashable
    rowid: int
    last: tuple[int, int, int] | None  #: (rowid, timestamp, step) of the series' last row
    counted: float


def whole(bursts: Bursts, schema: Schema, run_id: str, key: str) -> Read:
    """All of it, by the index (run_uuid, key, step).

    What comes while it is read is left for the next time, lest a point with an earlier step be passed over for ever.
    """
    store, moved = _state(bursts, schema)
    end = bursts.patiently(lambda c: c.execute("select ifnull(max(rowid), 0) from metrics").fetchone()[0])
    columns = schema.select("metrics", "value", "timestamp", "step", "is_nan")
    sizes = Sizes(bursts.path, FIRST_PAGE, MOST_ROWS)
    gathered = points.Gathering()
    last: tuple[int, int, int] | None = None
    after: tuple[int, int] | None = None
    while True:
        count = sizes.size
        further = "" if after is None else " and (step, rowid) > (?, ?)"
        select = (
            f'select {columns}, rowid as id from metrics where run_uuid = ? and "key" = ?{further}'
            f" order by step, rowid limit {count:d}"
        )
        page = sizes.attempt(bursts, partial(_packed, select, (run_id, key, *(after or ()))))
        if page is None:
            continue
        if len(page.values):
            known = page if int(page.ids.max()) <= end else Points(*(column[page.ids <= end] for column in page))
            gathered.add(known)
            last = max(filter(None, (last, _last(known))), default=None)
            after = int(page.steps[-1]), int(page.ids[-1])
        if len(page.values) < count:
            break
    return Read(gathered.series(run_id, key), Mark(store, moved, end, last, time.monotonic()))


def further(bursts: Bursts, schema: Schema, former: Series, mark: Mark) -> Read | None:
    """`former` with what came since; None if it is not what is in the store any more, and must be read anew.

    A row's rowid is larger than those before it. The last row and, every few seconds, the count tell of a deletion; an
    edit of an older value, which MLflow has no call for, is not seen.
    """
    store, moved = _state(bursts, schema)
    if store != mark.store:
        return None
    counting = time.monotonic() - mark.counted > COUNT_SECONDS
    if moved == mark.moved and not counting:
        return Read(former, mark)
    index = schema.by_run.get("metrics")
    by = f' indexed by "{index}"' if index else ""
    columns = schema.select("metrics", "value", "timestamp", "step", "is_nan")
    select = f'select {columns}, rowid as id from metrics{by} where run_uuid = ? and rowid > ? and "key" = ?'
    select += f" limit {MOST_ROWS + 1:d}"
    ask = partial(_since, select, former, mark, counting)
    end, last, count, new = bursts.patiently(ask)
    if end < mark.rowid or len(new.values) > MOST_ROWS or (mark.last is not None and last != mark.last):
        return None
    series = points.extended(former, new)
    if count is not None and count != len(series):
        return None
    counted = time.monotonic() if counting else mark.counted
    return Read(series, Mark(store, moved, end, _last(new) or mark.last, counted))


def _since(
    select: str, former: Series, mark: Mark, counting: bool, connection: sqlite3.Connection
) -> tuple[int, tuple[int, int, int] | None, int | None, Points]:
    """One burst: the table's end, the last row known as it is now, the count if asked for, and the new points."""
    run_id, key = former.run_id, former.key
    connection.execute("begin")  # one state of the store
    try:
        end = connection.execute("select ifnull(max(rowid), 0) from metrics").fetchone()[0]
        last = None
        if mark.last is not None:
            sql = 'select rowid, timestamp, step from metrics where rowid = ? and run_uuid = ? and "key" = ?'
            last = connection.execute(sql, (mark.last[0], run_id, key)).fetchone()
        count = None
        if counting:
            sql = 'select count(*) from metrics where run_uuid = ? and "key" = ?'
            count = connection.execute(sql, (run_id, key)).fetchone()[0]
        rows = connection.execute(select, (run_id, mark.rowid, key)).fetchall()
    finally:
        connection.execute("commit")
    return end, last, count, Points.of_rows(rows)


def _state(bursts: Bursts, schema: Schema) -> tuple[Hashable, Hashable]:
    """(which file it is and of what schema, how it looks)."""
    seen = file.look(bursts.path).main
    return (seen and seen[0], schema.revision), file.fingerprint(bursts.path)


def _last(found: Points) -> tuple[int, int, int] | None:
    if not len(found.ids):
        return None
    at = int(found.ids.argmax())
    return int(found.ids[at]), int(found.times[at]), int(found.steps[at])


def _packed(select: str, args: tuple[object, ...], connection: sqlite3.Connection) -> Points:
    return packed_columns(connection, select, args)
