"""`mltui runs`: the runs of the active store and the DVC experiments, for people and for machines."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO

from mltui.cli.exits import NOTHING, OK
from mltui.cli.opening import open_told
from mltui.cli.stopping import stop_between_reads
from mltui.errors import NotFound, UsageError
from mltui.model.merged import as_run, order
from mltui.model.runs import Experiment, Run

if TYPE_CHECKING:
    from mltui.cli.asked import RunsAsked
    from mltui.cli.options import Options
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

#: So many of the newest runs of a file store are there before the rest of one that was never read.
FEW = 100


def print_runs(options: Options, asked: RunsAsked) -> int:
    """Print the runs, newest first, and return the exit code.

    DVC experiments belong to no store and to no MLflow experiment: they are left out with --store and --experiment.
    """
    stop_between_reads()
    workspace = open_told(options)
    try:
        few = asked.limit is not None and asked.limit <= FEW and not asked.experiments and not asked.deleted
        reader = workspace.stores.reader(newest=few)
        with_experiments = options.store is None and not asked.experiments
        if reader is None and not with_experiments:
            raise NotFound("there is no MLflow store here", "mltui doctor says where was searched")
        if reader is None and workspace.project.git_dir is None:
            sys.stderr.write(f"mltui: nothing to read in {workspace.project.root}: no git, no MLflow\n")
            return NOTHING
        ids = (
            None
            if reader is None
            else experiment_ids(_experiments(workspace, reader), asked.experiments, asked.deleted)
        )
        if few and ids is not None:  # the newest of all need not be among them
            reader = workspace.reader()
        ours = sorted(map(as_run, workspace.experiments.load()), key=order) if with_experiments else []
        if asked.form == "table":
            from mltui.cli.runs_table import print_table

            print_table(workspace, reader, ids, ours, asked)
            return OK
        theirs = _runs(reader, ids, asked)
        runs = islice(merge(theirs, ours, key=order) if ours else theirs, asked.limit)
        unreadable = _print_json(runs) if asked.form == "json" else _print_csv(runs)
        if unreadable:
            sys.stderr.write(f"mltui: {unreadable} of these runs can't be read whole; their problem says why\n")
        return OK
    finally:
        workspace.close()


def _experiments(workspace: Workspace, reader: StoreReader) -> tuple[Experiment, ...]:
    """The experiments. A store that does not answer is said, and what it last said is read."""
    trouble = workspace.stores.trouble()
    if trouble is not None:
        sys.stderr.write(f"mltui: {trouble.summary}; these are the runs last read from it\n")
    return reader.experiments()


def experiment_ids(
    experiments: Iterable[Experiment], wanted: Collection[str], deleted: bool = False
) -> tuple[str, ...] | None:
    """The ids of the experiments whose name or id fits one of `wanted`; those in scope if nothing is wanted.

    None stands for all of them. Raises `UsageError` if nothing fits.
    """
    known = tuple(experiments)
    if not wanted:
        inside = tuple(each.experiment_id for each in known if each.in_scope)
        return None if len(inside) == len(known) else inside
    from fnmatch import fnmatchcase

    fits = tuple(
        each.experiment_id
        for each in known
        if any(one in (each.experiment_id, each.name) or fnmatchcase(each.name, one) for one in wanted)
        and (deleted or each.lifecycle == "active")
    )
    if not fits:
        names = ", ".join(repr(each.name) for each in known[:8] if deleted or each.lifecycle == "active")
        raise UsageError(f"no experiment fits {' or '.join(wanted)}", f"there are {names}" if names else "")
    return fits


def _runs(reader: StoreReader | None, ids: tuple[str, ...] | None, asked: RunsAsked) -> Iterator[Run]:
    if reader is None:
        return iter(())
    return chain.from_iterable(reader.runs(deleted=asked.deleted, experiments=ids, limit=asked.limit))


def _print_json(runs: Iterator[Run]) -> int:
    """One document, written as it is read: a store of any size takes the memory of a page."""
    from mltui.cli.terminal import is_terminal
    from mltui.present.jsonable import dumps, shown
    from mltui.present.runs_machine import run_document

    unreadable, terminal = 0, is_terminal()
    first = next(runs, None)  # a store that can't be read says so before anything is printed
    out = _binary()
    out.write(b'{"schema": 1, "runs": [')
    for number, run in enumerate(chain(() if first is None else (first,), runs)):
        unreadable += bool(run.problem)
        text = dumps(run_document(run))
        out.write((b",\n" if number else b"\n") + (shown(text) if terminal else text).encode())
    out.write(b"\n]}\n")
    return unreadable


def _print_csv(runs: Iterator[Run]) -> int:
    """Rows under a header with a column for every key. Keys are known at the end only: rows wait in a spool file.

    A pipe gets the data as it is; on a terminal control characters are shown, not obeyed.
    """
    import csv
    import json
    from io import TextIOWrapper
    from tempfile import TemporaryFile

    from mltui.cli.terminal import is_terminal
    from mltui.present.runs_machine import GROUPS, csv_header, csv_row, run_document
    from mltui.present.text import safe

    shown = is_terminal()
    keys: dict[str, set[str]] = {group: set() for group in GROUPS}
    unreadable = 0
    with TemporaryFile("w+", encoding="utf-8") as spool:
        for run in runs:
            entry = run_document(run)
            unreadable += bool(run.problem)
            for group in GROUPS:
                keys[group].update(entry[group])
            spool.write(json.dumps(entry) + "\n")
        spool.seek(0)
        out = TextIOWrapper(_binary(), encoding="utf-8", errors="backslashreplace", newline="", write_through=True)
        try:
            writer = csv.writer(out, lineterminator="\n")
            rows = (csv_row(json.loads(line), keys, bool(unreadable)) for line in spool)
            for row in chain((csv_header(keys, bool(unreadable)),), rows):
                writer.writerow([safe(str(cell)) for cell in row] if shown else row)
        finally:
            out.detach()
    return unreadable


def _binary() -> BinaryIO:
    sys.stdout.flush()
    return sys.stdout.buffer
