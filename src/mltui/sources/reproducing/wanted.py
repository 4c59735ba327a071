"""What somebody wants to work on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.errors import NotFound
from mltui.model.lineage.naming import version_id
from mltui.model.merged import as_run
from mltui.model.registry import ModelVersion
from mltui.model.runs import Run

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run, a commit or a model version. `label` is how it is called, `name` what a directory is called after.

    `commit` is as it was recorded: it may be shortened, or not be in this clone.
    """

    label: str
    name: str
    commit: str | None
    run: Run | None = None

    @classmethod
    def of_run(cls, run: Run) -> Wanted:
        kind = "experiment" if run.kind == "exp" else "run"
        return cls(f"{kind} {run.name or run.run_id[:8]}", run.name or run.run_id[:8], run.commit, run)

    @classmethod
    def of_commit(cls, sha: str) -> Wanted:
        return cls(f"commit {sha[:7]}", sha[:7], sha)

    @classmethod
    def of_version(cls, version: ModelVersion, run: Run | None) -> Wanted:
        """A version by the run that made it, where that is known; GTO's name a commit and no run."""
        label = f"{version.model}/{version.version}"
        if run is not None:
            label += f", made by run {run.name or run.run_id[:8]}"
        commit = run.commit if run is not None and run.commit else version.commit
        return cls(label, f"{version.model}-{version.version}", commit, run)


#: The kinds of lineage nodes that can be worked on.
KINDS = ("run", "commit", "model", "alias")


def wanted_of(workspace: Workspace, id: str) -> Wanted:
    """The thing of a lineage node's id, read. Raises `SourceError`; ValueError if its kind is none of `KINDS`."""
    kind, _, name = id.partition(":")
    if kind == "commit":
        return Wanted.of_commit(name)
    if kind == "run":
        return Wanted.of_run(_run(workspace, name))
    if kind not in KINDS:
        raise ValueError(f"{id} can't be worked on")
    version = _version(workspace, kind, name)
    run_id = version.source_run_id or version.run_id
    return Wanted.of_version(version, _run(workspace, run_id) if run_id else None)


def _run(workspace: Workspace, run_id: str) -> Run:
    with suppress(NotFound):
        reader = workspace.reader()
        if reader is not None:
            return reader.run(run_id)
    ours = {each.commit: each for each in workspace.experiments.load()}
    if run_id in ours:
        return as_run(ours[run_id])
    raise NotFound(f"there is no run {run_id} here", "mltui runs lists them")


def _version(workspace: Workspace, kind: str, name: str) -> ModelVersion:
    model_name, _, alias = name.rpartition("@")
    for model in workspace.models.load():
        for version in model.versions:
            holds = model.name == model_name and (alias == version.stage or model.aliases.get(alias) == version.version)
            if (kind == "alias" and holds) or (kind == "model" and version_id(version) == f"model:{name}"):
                return version
    raise NotFound(f"there is no {kind} {name}, or no longer", "mltui status lists the models")
