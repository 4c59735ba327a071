"""What DVC's files said at each commit of the history: tracked data, the lock of every stage, and gaps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mltui.model.dvc import DatasetVersion, Entry, Gap


class StageKey(NamedTuple):
    """A stage by the folder of its dvc.yaml ("" at the top, else relative to the project's root) and its name.

    The name of a stage file of DVC 0.x is its own after ``./``: a stage of a dvc.yaml may be called ``x.dvc``, too.
    """

    folder: str
    name: str

    @property
    def address(self) -> str:
        """DVC's own: ``train``, ``sub/dvc.yaml:train``; of a stage file of DVC 0.x its path."""
        if self.name.startswith("./"):
            return f"{self.folder}/{self.name[2:]}" if self.folder else self.name[2:]
        return f"{self.folder}/dvc.yaml:{self.name}" if self.folder else self.name


@dataclass(frozen=True, slots=True)
class LockEntry:
    """One stage as dvc.lock has it: what its last run read and wrote. Paths are relative to the project's root.

    `params` maps file -> {dotted key: value}. Two entries of equal content are equal.
    """

    key: StageKey
    cmd: str
    deps: tuple[Entry, ...]
    outs: tuple[Entry, ...]
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DvcFiles:
    """What DVC's files say at one commit.

    `tracked`: outs of .dvc files by path (by ``path (file)`` where two files of one history name a path: then those are
    two datasets), `files`: which .dvc file tracks each. `locked`: the stages of every dvc.lock. `declared`: paths of
    the dvc.yaml files with their blob ids. `gaps`: files that could not be read.
    """

    tracked: Mapping[str, Entry]
    locked: Mapping[StageKey, LockEntry]
    declared: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommitGraph:
    """The commits of HEAD, branches, tags and remote branches, children before their parents.

    `parents` has only parents that are in this clone; `cut` are commits some of whose parents are not (a shallow
    clone). `time` is the committer date, epoch ms.
    """

    parents: Mapping[str, tuple[str, ...]]
    time: Mapping[str, int]
    cut: frozenset[str] = frozenset()

    def __contains__(self, sha: object) -> bool:
        return sha in self.parents


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """A stage's lock entry with the commits where it came: they have it, none of their parents has. Oldest first."""

    entry: LockEntry
    commits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DvcHistory:
    """What DVC's files said at every commit of `graph`.

    `versions` are those of every dataset there ever was, oldest first, by its path (by ``path (file)`` as in
    `DvcFiles.tracked`). `entries` are all distinct lock entries. `moved` maps paths to where their dataset lies now.
    `gaps` is what could not be read, `gaps_of` those of each dataset. `files` maps a dataset to the file that tracks it
    (the latest one), `shared` are the paths that several files name at once. `head` is the commit that HEAD is at (""
    of none), `head_files` its .dvc files with their blob ids. `states` answers `at`.
    """

    graph: CommitGraph
    versions: Mapping[str, tuple[DatasetVersion, ...]]
    entries: tuple[SeenEntry, ...] = ()
    gaps: tuple[Gap, ...] = ()
    gaps_of: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    shared: Collection[str] = frozenset()
    head: str = ""
    head_files: Mapping[str, str] = field(default_factory=dict)
    states: Callable[[str], DvcFiles | None] = field(default=lambda sha: None, repr=False, compare=False)

    def at(self, sha: str) -> DvcFiles | None:
        """What the files said at a commit (full id); None if it is not in the graph. Cheap, and the same object (and
        the same `locked` within it) for commits whose files are the same."""
        return self.states(sha)
