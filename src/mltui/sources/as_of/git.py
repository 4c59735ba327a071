"""What git had then: tags by their times, DVC's files and the artifacts of the commit of then, GTO's models."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.as_of import AsOf
from mltui.model.as_of_history import dataset_then, stages_then
from mltui.model.dvc import Pipeline
from mltui.model.dvc_history import DvcFiles
from mltui.model.gto import Artifact, GitTag, registered
from mltui.model.registry import RegisteredModel
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.refs import read_refs, refs_fingerprint
from mltui.sources.gto.artifacts import artifacts_in
from mltui.sources.gto.tags import annotated_tags

if TYPE_CHECKING:
    from mltui.sources.dvc.history.brief import Progress
    from mltui.sources.dvc.history.datasets import DatasetList
    from mltui.sources.workspace import Workspace


class GitThen:
    """One project at one moment. What it reads stands as long as no tag moves; for any thread, one at a time."""

    def __init__(self, workspace: Workspace, as_of: AsOf) -> None:
        self._workspace, self._as_of = workspace, as_of
        self._lock = threading.RLock()
        self._mark: Hashable = None
        self._annotated: tuple[GitTag, ...] = ()
        self._names: frozenset[str] = frozenset()
        self._artifacts: tuple[Artifact, ...] | None = None

    def tags(self) -> frozenset[str]:
        """The names of the tags of then: an annotated one says when it was made, of others nobody knows, they count."""
        self._look()
        return self._names

    def gto(self) -> tuple[RegisteredModel, ...]:
        """GTO's models, by the tags made up to then and what the dvc.yaml files of then declare."""
        if self._workspace.project.git_dir is None:
            return ()
        self._look()
        made = [tag for tag in self._annotated if tag.time is not None and tag.time <= self._as_of.at]
        return registered(made, self._declared())

    def files(self) -> DvcFiles | None:
        """DVC's files at the commit of then; None if there was none. Raises `SourceError`."""
        if self._as_of.commit is None:
            return None
        source = self._workspace.dvc_history
        return source.load().at(self._as_of.commit) or source.files_at(self._as_of.commit)

    def datasets(self, progress: Progress | None = None) -> DatasetList:
        """The datasets of the commit of then, each with its versions up to then."""
        from dataclasses import replace

        from mltui.sources.dvc.history.datasets import DatasetList

        if self._as_of.commit is None:
            return DatasetList((), {}, time=self._as_of.at)
        found, tags, at = self._workspace.datasets.at(self._as_of.commit, progress), self.tags(), self._as_of.at
        listed = tuple(replace(one, dataset=dataset_then(one.dataset, at, tags)) for one in found.datasets)
        return replace(found, datasets=listed)

    def pipeline(self, now: Pipeline) -> Pipeline:
        """The stages that were locked then, and the datasets; the rest is `now`'s."""
        files = self.files()
        listed = self.datasets()
        return Pipeline(
            roots=now.roots,
            stages=stages_then(files) if files else (),
            datasets=tuple(one.dataset for one in listed.datasets),
            problems=listed.problems,
            metric_keys=now.metric_keys,
            commit=self._as_of.commit,
            then=True,
        )

    def _look(self) -> None:
        project, runner = self._workspace.project, self._workspace.runner
        if project.git_dir is None:
            return
        with self._lock:
            mark = refs_fingerprint(project)
            if mark != self._mark:
                self._annotated = annotated_tags(project, runner)
                later = {tag.name for tag in self._annotated if tag.time is not None and tag.time > self._as_of.at}
                every = {ref.name for ref in read_refs(project, runner) if ref.kind == "tag"}
                self._names, self._mark = frozenset(every - later), mark

    def _declared(self) -> tuple[Artifact, ...]:
        with self._lock:
            if self._artifacts is None:
                self._artifacts = self._read_artifacts()
            return self._artifacts

    def _read_artifacts(self) -> tuple[Artifact, ...]:
        try:
            files = self.files()
        except SourceError:  # a clone without trees: the tags tell all but what was declared
            return ()
        declared = dict(files.declared) if files else {}
        if not declared:
            return ()
        with BlobReader(self._workspace.project, self._workspace.runner) as reader:
            contents = dict(reader.read(list(dict.fromkeys(declared.values()))))
        return tuple(
            each
            for path, blob in sorted(declared.items())
            if (content := contents.get(blob)) is not None
            for each in artifacts_in(content, path)
        )
