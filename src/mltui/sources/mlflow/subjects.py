"""Runs as a comparison needs them: whole, with the datasets they logged and the packages of their model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from mltui.errors import NotFound
from mltui.model.compare import Subject
from mltui.model.runs import PARENT_TAG, Run
from mltui.sources.mlflow.packages import packages_of
from mltui.sources.mlflow.reader import StoreReader


class Subjects:
    """Reads runs, as often as somebody looks. `root` is the project's, for artifacts on this machine's disk.

    The packages of a run that has ended are looked for once: its model was logged before.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._packages: dict[str, Mapping[str, str]] = {}
        self._last: dict[str, Subject] = {}

    def read(self, runs: Iterable[Run], reader: StoreReader | None) -> tuple[Subject, ...]:
        """Each MLflow run read again through `reader`, with the `life` it is given while it is RUNNING; DVC experiments
        as given, and runs that are no longer there as they were last read.

        Raises `SourceError` if the store can't be read.
        """
        return tuple(self._subject(run, reader) for run in runs)

    def _subject(self, run: Run, reader: StoreReader | None) -> Subject:
        if reader is None or run.kind != "run" or run.problem:
            return Subject(run)
        try:
            found = reader.run(run.run_id)
        except NotFound:
            last = self._last.get(run.run_id)
            # a mirror that is just being read for the first time may not have it yet
            gone = last is not None or reader.store.kind in ("sqlite", "sql")
            return replace(last or Subject(run), gone=gone)
        run = replace(found, life=run.life) if found.status == "RUNNING" else found
        packages = self._packages.get(run.run_id)
        if packages is None:
            packages = packages_of(run, reader.store, self._root, reader.logged_models(run.run_id))
            if run.end is not None:
                self._packages[run.run_id] = packages
        self._last[run.run_id] = subject = Subject(run, reader.inputs(run.run_id), packages, _parent(run, reader))
        return subject


def _parent(run: Run, reader: StoreReader) -> str:
    """The name of its parent; "" where it has none, or the store does not have that one."""
    try:
        return reader.run(run.tags[PARENT_TAG]).name if PARENT_TAG in run.tags else ""
    except NotFound:
        return ""
