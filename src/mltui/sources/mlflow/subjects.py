"""Runs as a comparison needs them: whole, with the datasets they logged and the packages of their model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from mltui.errors import NotFound
from mltui.model.compare import Subject
from mltui.model.runs import Run
from mltui.sources.mlflow.packages import packages_of
from mltui.sources.mlflow.reader import StoreReader


class Subjects:
    """Reads runs, as often as somebody looks. `root` is the project's, for artifacts on this machine's disk.

    The packages of a run that has ended are looked for once: its model was logged before.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._packages: dict[str, Mapping[str, str]] = {}

    def read(self, runs: Iterable[Run], reader: StoreReader | None) -> tuple[Subject, ...]:
        """Each MLflow run read again through `reader`; DVC experiments, and runs that are no longer there, as given.

        Raises `SourceError` if the store can't be read.
        """
        return tuple(self._subject(run, reader) for run in runs)

    def _subject(self, run: Run, reader: StoreReader | None) -> Subject:
        if reader is None or run.kind != "run" or run.problem:
            return Subject(run)
        try:
            run = reader.run(run.run_id)
        except NotFound:
            return Subject(run)
        packages = self._packages.get(run.run_id)
        if packages is None:
            packages = packages_of(run, reader.store, self._root, reader.logged_models(run.run_id))
            if run.end is not None:
                self._packages[run.run_id] = packages
        return Subject(run, reader.inputs(run.run_id), packages)
