"""Every move of aliases and stages that anybody noted, read: of a project's registries, its journal and git's tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.alias_history import moves_of, of_target
from mltui.model.journal import JournalEntry
from mltui.model.moves import Move
from mltui.model.promotion import Plan
from mltui.model.registry import RegisteredModel

if TYPE_CHECKING:
    from mltui.model.gto import GitTag
    from mltui.sources.workspace import Workspace


def read_moves(workspace: Workspace, models: Sequence[RegisteredModel] | None = None) -> tuple[Move, ...]:
    """Every move, the oldest first, those outside mltui between them (`alias_history.moves_of`).

    `models` are the registries' as they were read, by default they are read now. What can't be read besides tells
    nothing. Raises `SourceError`.
    """
    models = workspace.models.load(quick=False) if models is None else models
    return moves_of(models, _entries(workspace), _tags(workspace, models))


def _entries(workspace: Workspace) -> Iterable[JournalEntry]:
    """What the journal has of this registry: with --store it was another one's."""
    entries = workspace.journal.load().entries
    registry = registry_of(workspace)
    return (each for each in entries if _same(_noted(each), registry))


def models_about(workspace: Workspace, entry: JournalEntry) -> tuple[RegisteredModel, ...]:
    """The models of the registries as they are now, for whoever asks what became of the move of `entry`. Raises
    `NotFound` if what is looked at is not the registry that it was begun in, `SourceError` if it can't be read."""
    noted, registry = _noted(entry), registry_of(workspace)
    if noted not in ("", GTO) and not (registry and _same(noted, registry)):
        raise NotFound(f"it was begun in {noted}, and what is looked at is {registry or 'none'}")
    return workspace.models.now()


def _noted(entry: JournalEntry) -> str:
    return str(entry.note.facts.get("registry") or "")


def _same(noted: str, registry: str) -> bool:
    """Whether two addresses are of one registry; what is not known may be. A project's own database moves with it."""
    if noted in ("", GTO, registry) or not registry:
        return True
    files = [each for each in (noted, registry) if each.startswith(("sqlite:", "file:", "/"))]
    return len(files) == 2 and len({each.rpartition("/")[2] for each in files}) == 1


#: Who keeps GTO's models, as `Plan.registry` has it.
GTO = "tags of git"


def registry_of(workspace: Workspace) -> str:
    """The address of MLflow's registry without secrets; "" if there is none, or nobody knows."""
    from mltui.sources.mlflow.addresses import redacted

    try:
        reader = workspace.stores.registry() or workspace.stores.active()
    except SourceError:
        return ""
    return redacted(reader.store.uri) if reader is not None else ""


def _tags(workspace: Workspace, models: Iterable[RegisteredModel]) -> tuple[GitTag, ...]:
    """Git's tags, where GTO keeps models."""
    from mltui.sources.gto.tags import annotated_tags

    if workspace.project.git_dir is not None and any(each.source == "gto" for each in models):
        with suppress(SourceError):
            return annotated_tags(workspace.project, workspace.runner)
    return ()


def with_since(plan: Plan, moves: Iterable[Move]) -> Plan:
    """`plan`, and the move that brought its target where it is now, as far as anybody noted it."""
    target, model = plan.target, plan.model.name
    if target.kind == "copy":
        model, word = target.name, f"@{target.alias}" if target.alias else target.word
    else:
        word = target.word
    brought = [move for move in of_target(moves, model, word) if move.after == plan.now]
    return replace(plan, since=brought[-1]) if brought and plan.now is not None else plan
