"""What git had then: tags by their times, DVC's files and the artifacts of the commit of then, GTO's models."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.as_of import AsOf
from mltui.model.as_of_history import dataset_then, stages_then
from mltui.model.dvc import Pipeline
from mltui.model.dvc_history import DvcFiles
from mltui.model.gto import Artifact, GitTag, registered
from mltui.model.part import Problem
from mltui.model.registry import RegisteredModel
from mltui.sources.dvc.declared import Declared, declared
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
        self._texts: Mapping[str, bytes | None] | None = None

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

    def pipeline(self, now: Pipeline) -> tuple[Pipeline, tuple[Problem, ...]]:
        """The stages that were locked then, and the datasets; the rest is `now`'s. And what is not told of then."""
        from mltui.sources.as_of.stages import as_declared, never_run

        files = self.files()
        listed = self.datasets()
        said = {path: _declared(content) for path, content in self._contents(files).items()} if files else {}
        stages = as_declared(stages_then(files), said) if files else ()
        pipeline = Pipeline(
            roots=now.roots,
            stages=stages,
            datasets=tuple(one.dataset for one in listed.datasets),
            problems=listed.problems,
            metric_keys=now.metric_keys,
            commit=self._as_of.commit,
            then=True,
        )
        return pipeline, never_run(stages, said)

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
        return tuple(
            each
            for path, content in (sorted(self._contents(files).items()) if files else ())
            if content is not None
            for each in artifacts_in(content, path)
        )

    def _contents(self, files: DvcFiles) -> Mapping[str, bytes | None]:
        """Each dvc.yaml of then by its path; None of one that this clone has not."""
        with self._lock:
            if self._texts is None:
                blobs = list(dict.fromkeys(files.declared.values()))
                found: dict[str, bytes | None] = {}
                if blobs:
                    with BlobReader(self._workspace.project, self._workspace.runner) as reader:
                        found = dict(reader.read(blobs))
                self._texts = {path: found.get(blob) for path, blob in files.declared.items()}
            return self._texts


def _declared(content: bytes | None) -> Declared | None:
    try:
        return declared(content) if content is not None else None
    except ValueError:
        return None
