"""`mltui promote` and `mltui rollback`: previewed, gates run, asked, done, watched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from mltui.cli.asking import tell
from mltui.cli.doing import Besides, How, do
from mltui.cli.moving_options import Asked
from mltui.cli.opening import open_told
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8
from mltui.errors import NotFound, UsageError

if TYPE_CHECKING:
    from mltui.actions.mlflow.port import Writer
    from mltui.cli.options import Options
    from mltui.model.promotion import Plan
    from mltui.present.text import Line
    from mltui.sources.workspace import Workspace


def print_promote(options: Options, what: tuple[str, str, str], asked: Asked) -> int:
    """Promote a version (model, version, target). Returns the exit code; raises `UsageError` for what is not there."""
    from mltui.model.alias_names import trouble
    from mltui.sources.promotion.planning import plan

    def planned(workspace: Workspace) -> Plan:
        found = plan(workspace, *what, gto=asked.gto)
        alias = found.target.alias if found.target.kind == "copy" else found.target.name
        if alias and found.target.kind in ("alias", "copy") and (wrong := trouble(alias)):
            raise UsageError(wrong, "choose another alias")
        return found

    return _move(options, planned, asked)


def print_rollback(options: Options, what: tuple[str, str | None, str | None], asked: Asked) -> int:
    """Roll back (model, alias, version); as `print_promote`."""
    from mltui.sources.promotion.rolling_back import rollback_plan

    return _move(options, lambda workspace: rollback_plan(workspace, *what, gto=asked.gto), asked)


def _move(options: Options, planned: Callable[[Workspace], Plan], asked: Asked) -> int:
    use_utf8()
    stop_between_reads()
    workspace = open_told(options)
    try:
        try:
            plan = planned(workspace)
        except NotFound as error:
            workspace.models.load()  # that there is neither a store nor a model is not the words' fault: it raises
            raise UsageError(error.summary, error.hint) from error
        writer = _writer(workspace, plan)
        try:
            return _act(workspace, plan, writer, asked)
        finally:
            if writer is not None:
                writer.close()
    finally:
        workspace.close()


def _writer(workspace: Workspace, plan: Plan) -> Writer | None:
    """Whoever writes the registry, being started; None where git's tags are it, or nothing may be written."""
    from mltui.actions.gateway import read_only
    from mltui.actions.mlflow.door import open_writer

    if plan.target.kind == "gto":
        return None
    writer = open_writer(workspace)
    if read_only(workspace.config, "write") is None:
        writer.prepare()
    return writer


def _act(workspace: Workspace, plan: Plan, writer: Writer | None, asked: Asked) -> int:
    from mltui.actions.gates import run_gates
    from mltui.actions.gateway import gateway_of
    from mltui.actions.promotion.making import action_for, copy_of
    from mltui.cli.gate_outputs import say_outputs
    from mltui.cli.promote_told import agrees_to, document, watched

    config = workspace.config
    if plan.report.to_run and not config.read_only:
        report = run_gates(workspace, plan.report, plan.model, plan.version, plan.target, tell, threading.Event())
        say_outputs(report, symbols(config))
        plan = replace(plan, report=report)
    action = action_for(
        workspace,
        plan,
        cast("Writer", writer),
        reason=asked.reason,
        forced=asked.force,
        here=asked.here,
        command_line=True,
    )
    besides = Besides(
        agrees=agrees_to(plan, action.title),
        shown=True,
        document=document(plan, asked.reason, forced=asked.force) if asked.json else {},
        after=lambda _: watched(writer, plan, quiet=asked.json, copy=copy_of(action)),
    )
    lines = [] if asked.json else _lines(workspace, plan, asked)
    return do(gateway_of(workspace), config, action, How(asked.dry_run, asked.yes, asked.json), lines, besides=besides)


def _lines(workspace: Workspace, plan: Plan, asked: Asked) -> list[Line]:
    """The preview; its commands are told below it."""
    from mltui.cli.promote_told import differing
    from mltui.present.gates import gate_lines, standing_line
    from mltui.present.promotion import LABEL, Beside, Shown, preview_lines
    from mltui.sources.port import now_ms

    signs, width = symbols(workspace.config), columns() if is_terminal() else None
    gates = gate_lines(plan.report, signs, (width or 120) - LABEL)
    found, why = differing(workspace, plan)
    beside = Beside(
        gates=[*gates, standing_line(plan.report, signs)],
        difference=found,
        differing=why,
        reason=asked.reason,
        forced=asked.force and bool(plan.report.blocking),
    )
    return preview_lines(plan, beside, Shown(now_ms(), width, signs))
