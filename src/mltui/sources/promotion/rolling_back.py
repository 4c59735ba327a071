"""What a rollback would come to: back to the version that held an alias or a stage before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.errors import UsageError
from mltui.model.alias_history import held_before, of_target
from mltui.model.champion import CHAMPION
from mltui.model.moves import Move
from mltui.model.promotion import Plan, Target, holder, target_of
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.gates.evaluating import Say
from mltui.sources.promotion.moves import read_moves
from mltui.sources.promotion.naming import model_meant, version_named
from mltui.sources.promotion.planning import plan_of

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Versions that a hint names.
NAMED = 3
#: MLflow's statuses of a version that can't be used.
NOT_READY = {
    "PENDING_REGISTRATION": "is still being registered",
    "FAILED_REGISTRATION": "failed to be registered",
}


def rollback_plan(
    workspace: Workspace,
    model_name: str,
    alias: str | None = None,
    to: str | None = None,
    *,
    gto: bool | None = None,
    say: Say = lambda _: None,
) -> Plan:
    """The plan, with advisory gates. `alias` is what ``--to`` of a promotion takes: an alias, a stage, ``#prod`` of
    GTO; by default the champion, else the only one that was ever moved. `to` is a version, by default the one that held
    it before whatever holds it now. `say` is told which gate is asked.

    Raises `UsageError` where it has to be told which alias, or which version: nobody noted what held it before, or that
    is gone. Raises `NotFound` for a model or a version that there is none of, else as `planning.plan`.
    """
    models = workspace.models.now()
    model = model_meant(models, model_name, alias, gto)
    moves = [move for move in read_moves(workspace, models) if move.model == model.name and _is_of(move, model)]
    target = _target(model, alias, moves)
    before = held_before(moves, model.name, target.word)
    version = version_named(model, to) if to is not None else _version(model, target, before)
    plan = plan_of(workspace, models, model, version, target, advisory=True, kind="rollback", moves=moves, say=say)
    return replace(plan, notes=(*_notes(plan, before, moves), *plan.notes))


def _is_of(move: Move, model: RegisteredModel) -> bool:
    """Both registries may know the name."""
    return move.target.startswith("#") == (model.source == "gto")


def _target(model: RegisteredModel, alias: str | None, moves: Sequence[Move]) -> Target:
    if alias is not None:
        target = target_of(alias, model)
        if target.kind == "copy":
            raise UsageError(
                "a copy can't be rolled back: it is a version of its own", "--alias names what points at it"
            )
        return target
    words = dict.fromkeys(move.target for move in moves if move.target.startswith(("@", "#", "stage:")))
    for word in words:
        if word.casefold() == f"@{CHAMPION}":
            return target_of(word, model)
    noted = dict.fromkeys(move.target for move in moves if not move.outside and move.target in words)
    if len(noted) == 1 or len(words) == 1:
        return target_of(next(iter(noted if len(noted) == 1 else words)), model)
    if not words:
        raise UsageError(f"{model.name} has no alias and no stage that could be rolled back", "mltui promote sets one")
    raise UsageError(
        f"which of {', '.join(words)} of {model.name} is to be rolled back?", f"--alias {next(iter(words))}"
    )


def _version(model: RegisteredModel, target: Target, before: Sequence[str]) -> ModelVersion:
    """The one that held it before. One that is gone or can't be used is not passed over: that is somebody's choice."""
    versions = {version.version: version for version in model.versions}
    usable = [each for each in before if each in versions and versions[each].status not in NOT_READY]
    hint = f"--to {usable[0]}" if usable else "--to VERSION says which one is wanted"
    if len(usable) > 1:
        hint += f" (also {', '.join(usable[1:NAMED])} held it)"
    if not before and holder(model, target) is None:
        raise UsageError(f"{model.name} has no {target.label}, and nobody noted that it had", "mltui promote sets one")
    if not before:
        raise UsageError(f"what held {target.label} of {model.name} before is not noted anywhere", hint)
    if (version := versions.get(before[0])) is None:
        raise UsageError(f"{model.name}/{before[0]}, which held {target.label} before, is gone", hint)
    if why := NOT_READY.get(version.status):
        raise UsageError(f"{model.name}/{before[0]}, which held {target.label} before, {why}", hint)
    return version


def _notes(plan: Plan, before: Sequence[str], moves: Sequence[Move]) -> list[str]:
    """What is worth knowing of where it goes back to."""
    number, name = plan.version.version, plan.model.name
    chain = of_target(moves, name, plan.target.word)
    if number not in before and number != plan.now:
        return [f"nobody noted that {name}/{number} ever held {plan.target.label}"]
    left = [move for move in chain if move.before == number]
    if not left or left[-1].kind != "rollback":
        return []
    when = f" on {time.strftime('%Y-%m-%d', time.localtime(left[-1].at / 1000))}" if left[-1].at is not None else ""
    further = next((f": --to {each} goes further back" for each in before if each != number), "")
    return [f"{name}/{number} was rolled back from{when}{further}"]
