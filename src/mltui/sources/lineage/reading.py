"""The past as the join asks for it, read from a workspace: DVC's history, tags, experiments, files at commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.dvc import DvcExperiment
from mltui.model.dvc_history import DvcFiles, DvcHistory
from mltui.model.git import GitState
from mltui.model.lineage.naming import Names
from mltui.model.lineage.past import Past, contents_of, sizes_of
from mltui.model.lineage.stages import Recipe
from mltui.sources.dvc.readable import joined
from mltui.sources.git.blobs import BlobReader, BlobTalk
from mltui.sources.git.refs import head_commit, read_refs
from mltui.sources.gto.artifacts import artifacts_in
from mltui.sources.lineage.absent import Absent
from mltui.sources.lineage.declared_files import DeclaredFiles
from mltui.sources.lineage.edited import EditedEntries
from mltui.sources.lineage.experiments_at import experiment_files
from mltui.sources.lineage.metrics_files import MetricsFiles
from mltui.sources.lineage.recipes import Recipes
from mltui.sources.lineage.scripts import Scripts

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: So few contents are asked for one by one: runs come one by one, and starting git for each takes longer than the rest.
FEW = 4


class PastReader:
    """Reads what is asked for, once. What it reads stands as long as no ref moves."""

    def __init__(self, workspace: Workspace, history: DvcHistory) -> None:
        self._workspace, self._project, self._runner = workspace, workspace.project, workspace.runner
        self.history = history
        self._declared = DeclaredFiles(self._blobs)
        self._talk = BlobTalk(self._project, self._runner)
        self._artifacts: dict[tuple[str, str], dict[str, str] | None] = {}  #: paths by name, of a dvc.yaml's blob
        #: Whether all could be read: what could not be now may be the next time.
        self.whole = not any(not gap.path and not gap.commit for gap in history.gaps)

    def close(self) -> None:
        """End the process that answers, until something is asked again."""
        self._talk.close()

    @cached_property
    def past(self) -> Past:
        """Raises `SourceError` if git can't tell."""
        history = self.history
        entries = tuple((seen.entry, seen.commits[0]) for seen in history.entries if seen.commits)
        locked = [entry for entry, _ in entries]
        experiments = self._experiments()
        files = experiment_files(experiments, history.at, self._specs)
        hashes = {path: [one.hash for one in versions] for path, versions in history.versions.items()}
        roots = [Path(root) for root in self._workspace.dvc_tree().roots]
        metrics = MetricsFiles(self._specs, self.at, self._declared, entries, roots)
        return Past(
            graph=history.graph,
            at=self.at,
            recipes=self._recipes,
            metrics=metrics.at,
            absent=Absent(self._project, self._runner, self._state()),
            names=Names.of(history.versions, sizes_of(locked)),
            contents=contents_of(locked, hashes),
            revs=self._revs(),
            entries=entries,
            experiments=experiments,
            experiment_files=files.get,
            head=head_commit(self._project),
            scripts=Scripts(self._project, self._runner),
            artifact=self._artifact,
            edited=EditedEntries(self._workspace).of,
        )

    def at(self, sha: str) -> DvcFiles | None:
        """DVC's files at a commit of the history."""
        return self.history.at(sha)

    @cached_property
    def _shared(self) -> Recipes:
        return Recipes(self._declared)

    def _recipes(self, sha: str) -> Sequence[Recipe] | None:
        files = self.at(sha)
        return self._shared.of(files) if files else None

    def _artifact(self, sha: str, model: str) -> tuple[str, str] | None:
        """Where the artifact of that name lies, and the dvc.yaml that says so: "" where that is not in this clone.
        Templates are not filled in."""
        files, folder = self.at(sha), model.rpartition(":")[0]
        file = f"{folder}/dvc.yaml" if folder else "dvc.yaml"
        blob = files.declared.get(file) if files else None
        if blob is None:
            return None
        if (blob, file) not in self._artifacts:  # a registry has many tags, and few states of a dvc.yaml
            content = dict(self._blobs([blob])).get(blob)
            rows = artifacts_in(content, file) if content is not None else None
            self._artifacts[blob, file] = None if rows is None else {each.name: each.path for each in rows}
        declared = self._artifacts[blob, file]
        if declared is None:
            return "", file
        path = declared.get(model, "")
        return (joined(folder, path), file) if path and "${" not in path else None

    def _blobs(self, shas: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        if len(shas) <= FEW:
            yield from ((sha, self._talk.read(sha)) for sha in shas)
            return
        with BlobReader(self._project, self._runner) as reader:
            yield from reader.read(shas)

    def _specs(self, specs: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """The contents of ``<commit>:<path>``; git-cat-file takes names of objects in any form, one a line."""
        if self._project.git_dir is not None:
            yield from self._blobs([spec for spec in specs if "\n" not in spec])

    def _state(self) -> GitState | None:
        try:
            return self._workspace.git.load()
        except SourceError:
            self.whole = False
            return None

    def _experiments(self) -> tuple[DvcExperiment, ...]:
        try:
            return self._workspace.experiments.load()
        except SourceError:
            self.whole = False
            return ()

    def _revs(self) -> dict[str, str]:
        """Commits by the name of a tag, and by their own full hash."""
        if self._project.git_dir is None:
            return {}
        tags = {ref.name: ref.sha for ref in read_refs(self._project, self._runner) if ref.kind == "tag"}
        return {**{sha: sha for sha in self.history.graph.parents}, **tags}
