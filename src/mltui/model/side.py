"""One of two things that are asked why they differ: what is known of it, how, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SideKind = Literal["run", "model", "alias", "commit", "worktree"]
#: How a piece of data is known to belong to a side. **recorded** and **inferred**: an edge of the lineage graph says
#: that it was read. **in the tree**: DVC's files at the side's commit track it; of a run that is no use of it.
#: **unknown**: the edge itself says that it can't be told.
Basis = Literal["recorded", "inferred", "in the tree", "unknown"]

#: What a requirement file asks for: package -> version or bounds, as written.
Required = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Datum:
    """Data of a side. `hash` is ``md5:<hex>[.dir]``, ``etag:…`` or None: then `how` says why it is not known.

    `version` is its number among the dataset's versions, where those are known. `made_by` is the stage whose out it is,
    "" for data that no stage makes.
    """

    path: str
    hash: str | None
    basis: Basis
    how: str = ""
    size: int | None = None
    nfiles: int | None = None
    version: int | None = None
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of a run, a model version, an alias, a commit or the worktree.

    `id` is what its kind calls it: a run's id, ``churn/5``, ``churn@champion``, a full sha, "worktree". `commit` is the
    full sha of the commit that its code, commands and requirements were read at (of the worktree HEAD's), None where
    there is none to be read; `dirty` whether tracked files differed from it, None where nobody recorded that.
    `run` is the id of the run behind it. `data` by path: what a run read, or what a commit or the worktree holds. It
    is None where nothing is known of what a run read. `tree` is what DVC tracked at a run's commit, its use not known.
    `params` are a run's, or the values of params files (the key of one that is not params.yaml begins with the file and
    a colon, as in DVC); `locked` what dvc.lock recorded. `commands` by stage as dvc.yaml declares them, `required` by
    requirement file; both None where they could not be read. `packages` is what MLflow recorded of a run's model.
    `deps` are the paths that stages depend on, narrowed to those that lead to the run's stage where that is known.
    `diff` names the uncommitted changes of a run where something recorded them. `unknowns` are sentences.
    """

    kind: SideKind
    id: str
    label: str
    commit: str | None = None
    dirty: bool | None = None
    run: str = ""
    data: Mapping[str, Datum] | None = None
    tree: Mapping[str, Datum] = field(default_factory=dict)
    inputs: Mapping[str, Datum] = field(default_factory=dict)  #: datasets that a run logged in MLflow, by their digests
    params: Mapping[str, str] = field(default_factory=dict)
    locked: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    commands: Mapping[str, str] | None = None
    required: Mapping[str, Required] | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    deps: frozenset[str] = frozenset()
    code: Mapping[str, str] = field(default_factory=dict)  #: MD5 of deps as they were when it ran, data among them
    edited: frozenset[str] = frozenset()  #: those of them that were not as they are at the commit
    script: str = ""  #: the file that a run was started from, relative to the project
    told_elsewhere: frozenset[str] = frozenset()  #: files that other sections tell of: they are no code
    in_git: frozenset[str] = frozenset()  #: files that git has: they are code, or results, and no data
    diff: str = ""
    partial: bool = False  #: some of DVC's files, params or requirements there could not be read
    unknowns: tuple[str, ...] = ()

    @property
    def ran(self) -> bool:
        """Whether it is an MLflow run, or stands for one."""
        return bool(self.run)
