"""What stands in the way of a promotion: looked at when it is previewed, and again right before it acts."""

from __future__ import annotations

from mltui.actions.mlflow.port import Writer
from mltui.actions.promotion.movers import moved
from mltui.actions.promotion.pointers import Pointer
from mltui.errors import MltuiError, NotFound, Refused
from mltui.model.alias_names import trouble
from mltui.model.promotion import Plan

#: A version that is not all there, or never will be (mlflow/entities/model_registry/model_version_status.py).
NOT_READY = {
    "PENDING_REGISTRATION": ("is still being registered", "wait until it is READY"),
    "FAILED_REGISTRATION": ("failed to be registered", "register it again"),
}


def words_refusal(plan: Plan) -> Refused | None:
    """Why nothing could ever be done about `plan`: names that MLflow does not take."""
    target = plan.target
    if target.kind == "gto":
        return Refused(f"{plan.model.name} is kept by GTO, not by MLflow")
    if target.kind == "copy" and target.name == plan.model.name:
        return Refused(f"{target.name} can't be copied into itself", "--to model:ANOTHER")
    alias = target.name if target.kind == "alias" else target.alias
    if (alias or target.kind == "alias") and (wrong := trouble(alias)):
        return Refused(wrong, "choose another alias")
    return None


def gates_refusal(plan: Plan, *, reason: str, forced: bool, command_line: bool) -> Refused | None:
    """Why the gates don't let it pass. Force goes past them, for a reason, of what is protected on the command line."""
    report = plan.report
    in_the_way = [each.gate.text for each in report.blocking]
    if report.policy.trouble and not report.advisory:
        in_the_way.insert(0, f"the policy can't be read: {report.policy.trouble}")
    if not in_the_way:
        return None
    told = f"blocked by {in_the_way[0]}" if len(in_the_way) == 1 else f"blocked by {len(in_the_way)} gates"
    if len(in_the_way) > 1:
        told += f": {'; '.join(in_the_way)}"
    if not forced and report.only_untrusted:
        return Refused(f"{told}: nobody trusted what it runs", "mltui trust shows the commands, and asks")
    if not forced:
        return Refused(told, "" if plan.protected and not command_line else "--force with a --reason goes past it")
    if not reason:
        return Refused(f"{told}: forcing it needs a reason", "--reason says why")
    if plan.protected and not command_line:
        return Refused(f"{plan.target.label} is protected: force is for the command line", told)
    return None


def standing_refusal(plan: Plan, pointer: Pointer | None, writer: Writer) -> Refused | None:
    """Why it can't be done as the registry stands now. Reads it with the mlflow that would write."""
    try:
        return _standing(plan, pointer, writer)
    except NotFound as error:
        return Refused(f"it is not there any more: {error.summary}", "look at it again")
    except MltuiError as error:
        return Refused(f"the registry can't be read: {error.summary}", error.hint)


def _standing(plan: Plan, pointer: Pointer | None, writer: Writer) -> Refused | None:
    name, number = plan.model.name, plan.version.version
    version = writer.version(name, number)
    if version.status in NOT_READY:
        why, hint = NOT_READY[version.status]
        said = f": {version.status_message}" if version.status_message else ""
        return Refused(f"{name}/{number} {why}{said}", hint)
    if version.run_id and plan.version.run_id and version.run_id != plan.version.run_id:
        return Refused(f"{name}/{number} is another one now: the model was deleted and made anew", "look at it again")
    if pointer is None:
        return None
    try:
        holder = pointer.holder()
    except NotFound:
        if plan.target.kind != "copy":
            raise
        holder = None
    if holder != plan.now:
        return moved(writer, pointer, holder)
    if plan.target.kind != "copy" and pointer.holds(number):
        return Refused(f"{pointer.label} points at {name}/{number} already: nothing to do")
    return None
