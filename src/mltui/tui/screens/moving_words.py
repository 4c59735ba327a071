"""What a dialog of a promotion says of its keys: what is in the way and how one gets past it."""

from __future__ import annotations

from mltui.errors import Refused
from mltui.model.gates import GateResult
from mltui.model.promotion import Plan
from mltui.present.marks import count
from mltui.present.promotion import blocked_text, only_waits
from mltui.present.text import safe

#: While commands of gates run, and after esc.
BEING_RUN = "commands of gates run: esc stops them"
BEING_STOPPED = "the gates are being stopped; esc again leaves"
#: Of what is protected (docs/gates.md).
ONLY_THERE = "--force on the command line, with a reason"


def why_not(plan: Plan, refused: Refused | None, untrusted: Refused | None, *, forced: bool) -> str:
    """Why it can't be done now, with the keys that change that; "" if it can.

    `refused` is of whoever would write, `untrusted` of the gates' commands.
    """
    if refused is not None:
        return "\n".join(safe(each) for each in (refused.summary, refused.hint) if each)
    if forced or not (blocked := blocked_text(plan.report)):
        return ""
    ways = []
    if waiting := len(plan.report.to_run):
        them = "it" if waiting == 1 else "them"
        runs = f"t shows {them} and asks (mltui trust)"
        ways.append(runs if untrusted is not None else f"g runs {them}")
    if not only_waits(plan.report):  # force is not the way past a command that merely has to be run
        ways.append(ONLY_THERE if plan.protected else "f goes past, with a reason")
    return f"{blocked}. {'. '.join(ways)}"


def runs_commands(plan: Plan) -> bool:
    """Whether commands of the repository are still to be run for it: gates, or the one that does the whole act."""
    return bool(plan.report.to_run) or plan.report.policy.via == "command"


def in_the_way(plan: Plan) -> str:
    """``1 gate and 2 commands that did not run``: what force goes past."""
    report = plan.report
    if report.policy.trouble:
        return "a policy that can't be read"
    failed, waiting = len(report.blocking) - len(report.to_run), len(report.to_run)
    words = [count(failed, "gate")] if failed else []
    return " and ".join([*words, *([f"{count(waiting, 'command')} that did not run"] if waiting else [])])


def can_force(plan: Plan, *, forced: bool) -> bool:
    """Whether the dialog goes past the gates for a reason; of what is protected only the command line does."""
    return not plan.protected and (forced or bool(blocked_text(plan.report)))


def not_forced(plan: Plan) -> str:
    """Why the dialog does not go past the gates."""
    if not blocked_text(plan.report):
        return "nothing is in the way"
    return f"{safe(plan.target.label)} is protected: {ONLY_THERE}"


def outputs(plan: Plan) -> tuple[GateResult, ...]:
    """The gates whose commands printed something that was kept."""
    return tuple(each for each in plan.report.results if each.output)
