"""The two things that words on a command line name, to be asked why they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mltui.cli.find_runs import find_runs
from mltui.cli.saying import say
from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.registry import RegisteredModel
from mltui.sources.git.revs import full_sha
from mltui.sources.sides.named import Named, commit, of_run, of_version, worktree

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Words of the worktree.
WORKTREE = ("worktree", ".")


def find_side(workspace: Workspace, word: str) -> Named:
    """What a word names: the worktree; ``name@alias`` or ``name/version`` of a registered model; a run by id or name; a
    commit, branch or tag; the beginning of a run's id. ``model:``, ``run:`` and ``commit:`` before it force one of
    them; where several would do, the first of that order is taken and the others are said.

    Raises `UsageError` if a word names nothing, `SourceError` if what it names can't be read.
    """
    kind, _, name = word.partition(":")
    finders = dict(_finders(workspace))
    if kind in finders and name:
        if (found := finders[kind](name)) is None:
            raise UsageError(f"there is no {kind} {name!r}", "mltui diff takes runs, model versions, commits, worktree")
        return found
    if word in WORKTREE:
        return worktree()
    meant = {kind: found for kind, find in finders.items() if (found := find(word)) is not None}
    if not meant:
        raise UsageError(
            f"{word!r} is no run, model version, alias, commit, branch or tag here",
            "a run's id or name, model/3, model@alias, a commit, worktree; mltui runs lists runs",
        )
    first, *others = meant
    others = [each for each in others if meant[each].commit != meant[first].id]  # an experiment is its commit
    if others:
        forced = " or ".join(f"{other}:{word}" for other in others)
        say(f"{word} is taken as the {first} {meant[first].label}", f"{forced} means the other")
    return meant[first]


def _finders(workspace: Workspace) -> Iterator[tuple[str, Callable[[str], Named | None]]]:
    yield "model", lambda word: _model(workspace, word)
    yield "run", lambda word: _run(workspace, word)
    yield "commit", lambda word: _commit(workspace, word)


def _commit(workspace: Workspace, word: str) -> Named | None:
    sha = full_sha(workspace.project, workspace.runner, word)
    return commit(sha, "" if sha and sha.startswith(word) else word) if sha else None


def _run(workspace: Workspace, word: str) -> Named | None:
    try:
        (run,) = find_runs(workspace, [word], experiments=workspace.config.store_origin != "flag")
    except UsageError as error:
        if error.summary.startswith("no run is called"):
            return None
        raise
    except NotFound:
        return None
    return of_run(run)


def _model(workspace: Workspace, word: str) -> Named | None:
    name, at, alias = word.rpartition("@")
    model_name, slash, version = word.rpartition("/")
    if not (at and name) and not (slash and model_name):
        return None
    try:
        models = workspace.models.load()
    except SourceError:
        return None
    # MLflow's registry and GTO's may both know a name
    holding = (each for each in models if each.name == name and alias in each.aliases)
    found = [_version(each, each.aliases[alias], alias) for each in holding]
    found += [_version(each, version) for each in models if each.name == model_name]
    return next((each for each in found if each is not None), None)


def _version(model: RegisteredModel, number: str, alias: str = "") -> Named | None:
    """A version of a model, by `alias` if it is given, with the run that made it."""
    version = next((each for each in model.versions if each.version == number), None)
    if version is None:
        return None
    return of_version(model, version, None, alias)
