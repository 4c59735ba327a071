"""What the word behind `mltui reproduce` means: a run, a commit, a model version, an alias."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import Run
from mltui.sources.reproducing import Wanted
from mltui.sources.reproducing.commit import full_sha

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

_HEX = re.compile(r"[0-9a-f]{4,64}")


def find_wanted(workspace: Workspace, word: str, *, experiments: bool = True) -> Wanted:
    """``churn/4``, ``churn@champion``, a commit, a run's id, name or the beginning of its id, a branch or tag.

    In that order: what looks like a commit and is one goes before a run whose id begins so. Raises `UsageError` if it
    is none of them, `SourceError` where that can't be read.
    """
    if (version := _version(workspace, word)) is not None:
        return Wanted.of_version(version, _run_of(workspace, version))
    if _HEX.fullmatch(word) and len(word) != 32 and (sha := full_sha(workspace.project, workspace.runner, word)):
        return Wanted.of_commit(sha)
    try:
        return Wanted.of_run(_run(workspace, word, experiments))
    except (UsageError, SourceError):
        if sha := full_sha(workspace.project, workspace.runner, word):
            return Wanted.of_commit(sha)
        raise


def _run(workspace: Workspace, word: str, experiments: bool) -> Run:
    from mltui.cli.find_runs import find_runs

    return find_runs(workspace, [word], experiments=experiments)[0]


def _version(workspace: Workspace, word: str) -> ModelVersion | None:
    """The model version that a word with / or @ names; None if there is none."""
    if "/" not in word and "@" not in word and "#" not in word:
        return None
    try:
        models = workspace.models.load(quick=False)
    except SourceError:
        return None
    found = [each for model in models if (each := _named(model, word)) is not None]
    if len(found) > 1:
        raise UsageError(f"{len(found)} models have a version called {word}", "MLflow and GTO both know that name")
    return found[0] if found else None


def _named(model: RegisteredModel, word: str) -> ModelVersion | None:
    for sign in "/@#":
        if word.startswith(f"{model.name}{sign}"):
            rest = word[len(model.name) + 1 :]
            wanted = model.aliases.get(rest) if sign in "@#" else rest
            wanted = rest if wanted is None and sign == "@" else wanted  # GTO writes name@v1.2.3
            return next((each for each in model.versions if each.version == wanted), None)
    return None


def _run_of(workspace: Workspace, version: ModelVersion) -> Run | None:
    run_id = version.source_run_id or version.run_id
    if run_id is None:
        return None
    reader = workspace.reader()
    try:
        return reader.run(run_id) if reader is not None else None
    except NotFound:
        return None
