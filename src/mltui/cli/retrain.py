"""`mltui retrain`: show what a retrain would do, ask, start the job, follow it if that is wanted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mltui.cli.asking import agrees, can_ask, perform, show, told
from mltui.cli.exits import OK, REFUSED, UNKNOWN, USAGE, acted
from mltui.cli.machine import write_json
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8

if TYPE_CHECKING:
    from mltui.actions.retrain import Retrain
    from mltui.cli.options import Options
    from mltui.model.outcome import Outcome
    from mltui.model.retrain import Asked, RetrainPlan
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True)
class RetrainAsked:
    """The options of `mltui retrain`: `what` is to be retrained, the others say how to go about it."""

    what: Asked
    dry_run: bool = False
    wait: bool = False
    yes: bool = False
    json: bool = False


def retrain(options: Options, asked: RetrainAsked) -> int:
    """Show the plan, and carry it out unless that is not wanted. Returns the exit code."""
    from mltui.actions.retrain import Retrain
    from mltui.sources.retrain.planner import Planner

    use_utf8()
    workspace = open_told(options)
    try:
        action = Retrain(Planner(workspace).plan(_from_here(workspace, asked.what)), workspace)
        if asked.dry_run:
            return _dry(workspace, action.told(), asked)
        return _do(workspace, action, asked)
    finally:
        workspace.close()


def _from_here(workspace: Workspace, asked: Asked) -> Asked:
    """`asked`, with names of stages as ``dvc repro`` takes them where one stands: first those of the dvc.yaml there."""
    from mltui.sources.dvc.declared import declared_at

    start, root = workspace.project.start, workspace.project.root
    if start == root or not (start / "dvc.yaml").is_file():
        return asked
    try:
        names = declared_at(start / "dvc.yaml").names
    except (OSError, ValueError):  # DVC will say it better
        return asked
    return replace(asked, targets=tuple(f"dvc.yaml:{t}" if t.partition("@")[0] in names else t for t in asked.targets))


def _dry(workspace: Workspace, plan: RetrainPlan, asked: RetrainAsked) -> int:
    """Only told. What stands in the way is part of the answer, and of the exit code."""
    if asked.json:
        from mltui.present.retrain_document import plan_document

        write_json(plan_document(plan))
    else:
        _show(workspace, plan)
    return REFUSED if plan.obstacles else OK


def _do(workspace: Workspace, action: Retrain, asked: RetrainAsked) -> int:
    from mltui.actions.gateway import gateway_of, read_only

    plan = action.plan
    if may_not := read_only(workspace.config, "retrain"):
        raise may_not
    if not asked.json:
        _show(workspace, plan, agreed=asked.yes)
    if plan.obstacles:
        for each in plan.obstacles:
            say(f"refused: {each.what}", each.hint)
        return REFUSED
    if not plan.stages:
        return _nothing(plan, asked)
    gateway = gateway_of(workspace)
    if refusal := gateway.refusal(action):
        raise refusal
    if not asked.yes and not (can_ask() and not asked.json):
        say("nothing was started: without a terminal it needs --yes", "--dry-run says what would happen")
        return USAGE
    outcome = perform(gateway, action, (lambda: True) if asked.yes else _asking(plan))
    if outcome is None:
        say("nothing was started")
        return OK
    return _started(workspace, outcome, action.job_id, asked)


def _show(workspace: Workspace, plan: RetrainPlan, *, agreed: bool = False) -> None:
    from mltui.present.retrain import plan_lines

    width = columns() if is_terminal() else 0
    show([*plan_lines(plan, symbols(workspace.config), width), ()], agreed=agreed)


def _nothing(plan: RetrainPlan, asked: RetrainAsked) -> int:
    """No stage would run: that is an answer, not a failure."""
    if asked.json:
        from mltui.present.retrain_document import plan_document

        write_json({**plan_document(plan), "job": None})
    else:
        sys.stdout.write("nothing was started: there is nothing to do; --force runs it all the same\n")
    return OK


def _asking(plan: RetrainPlan) -> Callable[[], bool]:
    def ask() -> bool:
        count = len(plan.stages)
        said = plan.questions or (f"Start {count} stage{'' if count == 1 else 's'}?",)
        return all(agrees(each) for each in said)

    return ask


def _started(workspace: Workspace, outcome: Outcome, job_id: str | None, asked: RetrainAsked) -> int:
    if outcome.state != "done" or not job_id:
        return told(outcome)
    acted.code = UNKNOWN if asked.wait else OK  # that it was started is not what is waited for
    code = OK if asked.json else told(outcome)
    if asked.wait:
        from mltui.cli.retrain_wait import follow

        acted.code = code = follow(workspace, job_id, quiet=asked.json)
    if asked.json:
        from mltui.present.retrain_document import started_document

        write_json(started_document(workspace.jobs.one(job_id)))
    return code
