"""A promotion as it is previewed: what it would move, where that points now, and what the gates say (`Plan`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from mltui.errors import MltuiError
from mltui.model.gates import Policy
from mltui.model.moves import Move, MoveKind
from mltui.model.promotion import Plan, Target, holder, target_of
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.gates.evaluating import Say, evaluate
from mltui.sources.gates.policy import policy
from mltui.sources.port import now_ms
from mltui.sources.promotion.moves import GTO, read_moves, registry_of, with_since
from mltui.sources.promotion.naming import model_meant, version_named

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Metrics of the version's run that a move remembers where no gate and no configuration names any.
FIGURES: Final = 8


def plan(
    workspace: Workspace,
    model_name: str,
    version_word: str,
    to_word: str,
    *,
    gto: bool | None = None,
    advisory: bool = False,
    kind: MoveKind = "promote",
    say: Say = lambda _: None,
) -> Plan:
    """What it would come to, read now. `to_word` is what ``--to`` takes; `gto` tells MLflow's and GTO's model apart.

    `advisory`: gates are told and do not block. May take seconds: gates look at stores and at DVC's remote; `say` is
    told which one is asked. Raises `UsageError`, `NotFound`, `SourceError` where the registry can't be read.
    """
    models = workspace.models.now(gto)
    model = model_meant(models, model_name, to_word, gto)
    version = version_named(model, version_word)
    return plan_of(workspace, models, model, version, target_of(to_word, model), advisory=advisory, kind=kind, say=say)


def plan_of(
    workspace: Workspace,
    models: Sequence[RegisteredModel],
    model: RegisteredModel,
    version: ModelVersion,
    target: Target,
    *,
    advisory: bool = False,
    kind: MoveKind = "promote",
    moves: Sequence[Move] | None = None,
    say: Say = lambda _: None,
) -> Plan:
    """The same for a version and a target that are known already; `models` are all there are, `moves` what was noted
    of them, where that was read already."""
    read = now_ms()
    rules = policy(workspace)
    report = evaluate(workspace, rules, model, version, target, advisory=advisory, say=say)
    found = Plan(
        model=model,
        version=version,
        target=target,
        now=_now(models, model, target),
        report=report,
        kind=kind,
        read=read,
        notes=tuple(_notes(models, model, version, target)),
        registry=registry_of(workspace) if model.source == "mlflow" else GTO,
        figures=_figures(workspace, version, rules),
    )
    return with_since(found, read_moves(workspace, models) if moves is None else moves)


def _now(models: Sequence[RegisteredModel], model: RegisteredModel, target: Target) -> str | None:
    """Who holds the target; of a copy that gets an alias, who holds that in the other model."""
    if target.kind != "copy":
        return holder(model, target)
    other = _other(models, target)
    return other.aliases.get(target.alias) if other is not None else None


def _other(models: Sequence[RegisteredModel], target: Target) -> RegisteredModel | None:
    return next((each for each in models if each.source == "mlflow" and each.name == target.name), None)


def _notes(
    models: Sequence[RegisteredModel], model: RegisteredModel, version: ModelVersion, target: Target
) -> list[str]:
    notes = []
    if target.kind == "copy" and _other(models, target) is None:
        notes.append(f"there is no model {target.name} yet: it is made")
    if target.kind == "alias":
        known = next((each for each in model.aliases if each.casefold() == target.name.casefold()), target.name)
        if known != target.name:
            notes.append(f"there is an alias @{known} already, and @{target.name} is another one")
        elif target.name not in model.aliases:
            notes.append(f"{model.name} has no alias @{target.name} yet")
    if target.kind == "stage":
        inside = [each.version for each in model.versions if each.stage == target.name and each != version]
        if len(inside) > 1:
            notes.append(f"{len(inside)} versions are in {target.label}: MLflow hands out the newest of them")
    return notes


def _figures(workspace: Workspace, version: ModelVersion, rules: Policy) -> Mapping[str, float]:
    """The metrics that gates name, and the primary one, of the run that made it; else the first few of all it has."""
    run_id = version.source_run_id or version.run_id
    if not run_id:
        return {}
    try:
        reader = workspace.reader()
        metrics = reader.run(run_id).metrics if reader is not None else {}
    except MltuiError:  # the gates tell of it
        return {}
    wanted = {gate.rule.key for gate in rules.gates if gate.rule is not None}
    if workspace.config.primary:
        wanted.add(workspace.config.primary.removeprefix("metrics."))
    keys = sorted(wanted & metrics.keys()) or sorted(metrics)[:FIGURES]
    return {key: metrics[key] for key in keys}
