"""What the word behind `mltui reproduce` means: a run, a commit, a model version, an alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.cli.saying import say
from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.lineage.naming import version_id
from mltui.model.merged import as_run
from mltui.model.registry import ModelVersion
from mltui.model.runs import Run
from mltui.sources.reproducing import Wanted

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


_WORKED_ON = ("run", "commit", "model", "alias")
_A = {"data": "data", "stage": "a stage", "entry": "an entry of a dvc.lock"}


def find_wanted(workspace: Workspace, word: str) -> Wanted:
    """What `word` names, as `LineageSource.find` understands it: the first of its meanings that can be worked on. What
    else it could mean is said on standard error.

    Raises `UsageError` if it names nothing, or a thing that is not worked on; `SourceError` where it can't be read.
    """
    found = workspace.lineage.found(word)
    meant = [each for each in (found.id, *found.others) if each.partition(":")[0] in _WORKED_ON]
    if not meant:
        kind, _, name = found.id.partition(":")
        hint = "it takes a run, a commit, a model version or an alias"
        raise UsageError(f"{name} is {_A.get(kind, kind)}, which is not worked on", hint)
    wanted = wanted_of(workspace, meant[0])
    if meant[1:]:
        others = " or ".join(each.replace(":", " ", 1) for each in meant[1:4])
        say(f"{word} is taken for {wanted.label}", f"it could also be {others}")
    return wanted


def wanted_of(workspace: Workspace, id: str) -> Wanted:
    """The thing of a node's id."""
    kind, _, name = id.partition(":")
    if kind == "commit":
        return Wanted.of_commit(name)
    if kind == "run":
        return Wanted.of_run(_run(workspace, name))
    if kind in ("model", "alias"):
        version = _version(workspace, kind, name)
        run_id = version.source_run_id or version.run_id
        return Wanted.of_version(version, _run(workspace, run_id) if run_id else None)
    raise UsageError(f"{name} is no run, commit or model version")


def _run(workspace: Workspace, run_id: str) -> Run:
    try:
        reader = workspace.reader()
        if reader is not None:
            return reader.run(run_id)
    except NotFound:
        pass
    ours = {each.commit: each for each in workspace.experiments.load()}
    if run_id in ours:
        return as_run(ours[run_id])
    raise NotFound(f"there is no run {run_id} here", "mltui runs lists them")


def _version(workspace: Workspace, kind: str, name: str) -> ModelVersion:
    model_name, _, alias = name.rpartition("@")
    for model in workspace.models.load(quick=False):
        for version in model.versions:
            holds = model.name == model_name and (alias == version.stage or model.aliases.get(alias) == version.version)
            if (kind == "alias" and holds) or (kind == "model" and version_id(version) == f"model:{name}"):
                return version
    raise SourceError(f"there is no model version {name} any more")
