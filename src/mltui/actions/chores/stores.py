"""Where a chore is done: the writers of the project's store and registry, each opened when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from mltui.actions.mlflow.port import Which, Writer
from mltui.model.life import Life

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


class Stores:
    """The store and the registry of a project, as chores and undo need them. Safe to use from several threads."""

    def __init__(self, workspace: Workspace, opener: Callable[[Workspace, Which], Writer] | None = None) -> None:
        self.workspace = workspace
        self._opener = opener
        self._writers: dict[Which, Writer] = {}
        self._lock = Lock()

    def writer(self, which: Which) -> Writer:
        """Raises what `open_writer` does: that there is no store."""
        with self._lock:
            if which not in self._writers:
                from mltui.actions.mlflow.door import open_writer

                self._writers[which] = (self._opener or open_writer)(self.workspace, which)
            return self._writers[which]

    def prepare(self, which: Which) -> None:
        """Begin to import mlflow: somebody looks at a preview."""
        self.writer(which).prepare()

    def close(self) -> None:
        """End the children. May be called twice."""
        with self._lock:
            for writer in self._writers.values():
                writer.close()
            self._writers.clear()

    def address(self, which: Which) -> str:
        """Where that is, without secrets; "" where there is nothing."""
        from mltui.sources.mlflow.addresses import address

        registry = self.workspace.config.registry
        if which == "registry" and registry:
            return address(registry, self.workspace.project.root).uri
        reader = self.workspace.reader(wait=False) or self.workspace.reader()
        return reader.store.uri if reader is not None else ""

    def lives(self, run_ids: Sequence[str]) -> dict[str, Life]:
        """What is judged gone or silent of these runs (`sources.mlflow.lives`), read now. Raises `SourceError`.

        One that mltui's own reader does not know yet has no verdict, and counts as one that lives.
        """
        from mltui.errors import NotFound
        from mltui.sources.mlflow.lives import Lives

        if (reader := self.workspace.reader()) is None:
            return {}
        known = []
        for run_id in run_ids:
            with suppress(NotFound):
                known.append(reader.run(run_id))
        judged = Lives(self.workspace.runner, self.workspace.project.root).judged(reader, known)
        return {run.run_id: run.life for run in judged if run.life is not None}
