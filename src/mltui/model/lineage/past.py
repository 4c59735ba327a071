"""What the join asks of the past: each question a function, so that a source answers lazily and a test by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mltui.model.dvc import DvcExperiment
from mltui.model.dvc_history import CommitGraph, DvcFiles, LockEntry, StageKey
from mltui.model.lineage.committed import MetricsAt
from mltui.model.lineage.hashes import Content, Contents
from mltui.model.lineage.naming import Names
from mltui.model.lineage.stages import Recipe, recipes_of


@dataclass(frozen=True, slots=True)
class Past:
    """`at`: DVC's files at a commit of `graph`, None of one that is not here.

    `recipes`: the stages of every dvc.yaml at a commit, None where none can be read (then locks tell). `metrics`: the
    metrics files of a lock entry as a commit has them. `absent`: why a commit that a run names is not in `graph`.
    `revs`: commits by the names of tags and by full hash. `entries`: every distinct lock entry with the commit it was
    first seen at. `experiment_files`: DVC's files at an experiment's commit. `scripts`: the files of a commit that a
    run's source may be, None where nobody knows its files. `artifact`: where a model lies as a dvc.yaml declares it at
    a commit, and which dvc.yaml that is; None where none does, "" where that file can't be
    read. `edited`: what a lock entry names that was edited while its stage ran, by path, and how that is known: DVC
    locks it as it was at the end.
    """

    graph: CommitGraph
    at: Callable[[str], DvcFiles | None]
    recipes: Callable[[str], Sequence[Recipe] | None]
    metrics: MetricsAt
    absent: Callable[[str], str]
    names: Names
    contents: Contents
    revs: Mapping[str, str] = field(default_factory=dict)
    entries: Sequence[tuple[LockEntry, str]] = ()
    experiments: Sequence[DvcExperiment] = ()
    experiment_files: Callable[[str], DvcFiles | None] = lambda sha: None
    head: str | None = None
    scripts: Callable[[str, str], frozenset[str] | None] = lambda sha, source: None
    artifact: Callable[[str, str], tuple[str, str] | None] = lambda sha, model: None
    edited: Callable[[LockEntry], Mapping[str, str]] = lambda entry: {}

    def entry_at(self, sha: str, key: StageKey) -> LockEntry | None:
        """The stage's lock entry at a commit."""
        files = self.at(sha)
        return files.locked.get(key) if files else None

    def recipes_at(self, sha: str) -> Sequence[Recipe]:
        """The stages at a commit: as dvc.yaml declares them, else as dvc.lock has them."""
        declared = self.recipes(sha)
        if declared is not None:
            return declared
        files = self.at(sha)
        return recipes_of(files.locked) if files else ()


def contents_of(entries: Iterable[LockEntry], versions: Mapping[str, Iterable[str]]) -> Contents:
    """Everything DVC's files name: the `versions` (hashes by path) of datasets first, then outs, then deps."""
    every = list(entries)
    datasets = [Content(path, hash) for path, hashes in versions.items() for hash in hashes]
    outs = [Content(out.path, out.hash) for entry in every for out in entry.outs if out.hash]
    deps = [Content(dep.path, dep.hash) for entry in every for dep in entry.deps if dep.hash]
    return Contents.of((*datasets, *outs, *deps))


def sizes_of(entries: Iterable[LockEntry]) -> dict[str, int]:
    """Bytes by hash, as locks say them."""
    rows = (row for entry in entries for row in (*entry.deps, *entry.outs))
    return {row.hash: row.size for row in rows if row.hash and row.size is not None}
