"""Pages of runs into the mirror of a server."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from mltui.sources.mlflow import mirror, rows
from mltui.sources.mlflow.records import Flaw, RunRecord, Seen
from mltui.sources.port import now_ms


def write_page(connection: sqlite3.Connection, records: Sequence[RunRecord], *, unread: int | None = None) -> bool:
    """One page into the mirror: runs that changed are replaced, all of them are as old as now.

    `unread` entries of the page were no runs (None: it was no page). Whether any of the runs was known.
    """
    known = {
        run: digest
        for some in mirror.chunks(record.run_uuid for record in records)
        for run, digest in connection.execute(
            f"select run_uuid, stamp from mltui_seen where run_uuid in ({','.join('?' * len(some))})",
            some,
        )
    }
    digests = {record.run_uuid: mirror.digest_of(record) for record in records}
    changed = [record for record in records if known.get(record.run_uuid) != digests[record.run_uuid]]
    read_at = now_ms()
    with mirror.writing(connection):
        rows.replace_runs(connection, changed)
        if changed:
            mirror.moved(connection)
        rows.replace_seen(
            connection, [Seen(f"runs/{run}", run, digest, "", read_at) for run, digest in digests.items()]
        )
        if unread is not None:
            connection.execute("delete from mltui_problems where path = 'runs/search'")
        if unread:
            rows.insert_flaws(connection, [Flaw("runs/search", f"{unread} runs came without an id")])
    return bool(known)


def forget(connection: sqlite3.Connection, experiment_ids: Sequence[str], seen: Collection[str]) -> None:
    """Forget the runs of these experiments that a whole sweep did not find, and of experiments that are gone."""
    asked = set(experiment_ids)
    there = {e for (e,) in connection.execute("select experiment_id from experiments")}
    gone = [
        run
        for run, experiment in connection.execute("select run_uuid, experiment_id from runs")
        if run not in seen and (experiment in asked or experiment not in there)
    ]
    delete(connection, gone)


def forget_newer(
    connection: sqlite3.Connection, experiment_ids: Sequence[str], seen: Collection[str], oldest: int
) -> None:
    """Forget the runs of these experiments that started after `oldest` (epoch ms) and that the newest pages lack."""
    asked = set(experiment_ids)
    newer = connection.execute("select run_uuid, experiment_id from runs where start_time > ?", (oldest,))
    delete(connection, [run for run, experiment in newer if experiment in asked and run not in seen])


def delete(connection: sqlite3.Connection, gone: Sequence[str]) -> None:
    """Forget these runs with the series kept of them."""
    if not gone:
        return
    with mirror.writing(connection):
        mirror.moved(connection)
        rows.delete_runs(connection, gone)
        connection.executemany("delete from mltui_seen where run_uuid = ?", [(run,) for run in gone])
        connection.executemany("delete from metrics where run_uuid = ?", [(run,) for run in gone])
