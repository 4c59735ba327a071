"""What DVC's files said at each commit of the history: tracked data, the lock of every stage, and gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mltui.model.dvc import Entry, Gap


class StageKey(NamedTuple):
    """A stage by the folder of its dvc.yaml ("" at the top, else relative to the project's root) and its name."""

    folder: str
    name: str

    @property
    def address(self) -> str:
        """DVC's own: ``train``, ``sub/dvc.yaml:train``."""
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

    `tracked`: outs of .dvc files by path. `locked`: the stages of every dvc.lock. `declared`: paths of the dvc.yaml
    files with their blob ids. `gaps`: files that could not be read.
    """

    tracked: Mapping[str, Entry]
    locked: Mapping[StageKey, LockEntry]
    declared: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


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
