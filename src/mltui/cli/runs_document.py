"""`mltui runs --json` and `--csv`: written as the runs are read, a store of any size in the memory of a page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from mltui.model.columns import ColumnSpec
    from mltui.model.part import Problem
    from mltui.model.runs import Run
    from mltui.present.run_scene import RunScene


def print_json(
    runs: Iterator[Run], problems: Callable[[], Sequence[Problem]], at: Mapping[str, Any] | None = None
) -> None:
    """Write one document. `problems` is asked at the end: what stood in the way of runs that are not there. `at` is the
    other time of which they are."""
    from mltui.present.jsonable import dumps
    from mltui.present.runs_machine import problem_document, run_document

    def written(document: object) -> bytes:
        return dumps(document).encode()

    first = next(runs, None)  # a store that can't be read says so before anything is printed
    out = _binary()
    out.write(b'{"schema": 1, ' + (b'"at": ' + written(at) + b", " if at else b"") + b'"runs": [')
    for number, run in enumerate(chain(() if first is None else (first,), runs)):
        out.write((b",\n" if number else b"\n") + written(run_document(run)))
    found = [problem_document(problem) for problem in problems()]
    out.write(b"\n]" + (b', "problems": ' + written(found) if found else b"") + b"}\n")


def print_csv(runs: Iterator[Run]) -> None:
    """Write rows under a header with a column for every key.

    Keys are known at the end only: rows wait in a spool file. A pipe gets the data as it is; on a terminal control
    characters are shown, not obeyed.
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
    unreadable = False
    with TemporaryFile("w+", encoding="utf-8") as spool:
        for run in runs:
            entry = run_document(run)
            unreadable = unreadable or bool(run.problem)
            for group in GROUPS:
                keys[group].update(entry[group])
            spool.write(json.dumps(entry) + "\n")
        spool.seek(0)
        out = TextIOWrapper(_binary(), encoding="utf-8", errors="backslashreplace", newline="", write_through=True)
        try:
            writer = csv.writer(out, lineterminator="\n")
            rows = (csv_row(json.loads(line), keys, unreadable) for line in spool)
            for row in chain((csv_header(keys, unreadable),), rows):
                writer.writerow([safe(str(cell)) for cell in row] if shown else row)
        finally:
            out.detach()


def print_columns(runs: Sequence[Run], columns: Sequence[ColumnSpec], scene: RunScene) -> None:
    """Write these columns of `runs`, values as in `print_csv`."""
    import csv
    from io import TextIOWrapper

    from mltui.cli.terminal import is_terminal
    from mltui.present.jsonable import number
    from mltui.present.run_values import exact
    from mltui.present.text import safe

    def cell(run: Run, spec: ColumnSpec) -> str:
        if spec.family == "metrics":
            measured = scene.measured(run, spec)
            return "" if measured is None else str(number(measured))
        return exact(run, spec, scene)

    shown = is_terminal()
    out = TextIOWrapper(_binary(), encoding="utf-8", errors="backslashreplace", newline="", write_through=True)
    try:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([safe(spec.id) if shown else spec.id for spec in columns])
        for run in runs:
            cells = [cell(run, spec) for spec in columns]
            writer.writerow([safe(each) for each in cells] if shown else cells)
    finally:
        out.detach()


def _binary() -> BinaryIO:
    sys.stdout.flush()
    return sys.stdout.buffer
