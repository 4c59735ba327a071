"""`mltui reproduce`: show what makes a run stand on disk again, print it, do it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.cli.asking import agrees, can_ask, perform, show, told
from mltui.cli.exits import OK, REFUSED, USAGE
from mltui.cli.opening import open_told
from mltui.cli.reproduce_what import find_wanted
from mltui.cli.saying import say
from mltui.cli.terminal import symbols, use_utf8
from mltui.present.text import Span, line, safe

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.model.reproduction import Reproduction
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True)
class ReproduceAsked:
    """The options of `mltui reproduce`. `to` is a directory as the user wrote it."""

    what: str
    to: str | None = None
    print: bool = False
    yes: bool = False
    json: bool = False


def reproduce(options: Options, asked: ReproduceAsked) -> int:
    """Print the plan, or show it, ask, and carry it out. Returns the exit code."""
    from mltui.sources.reproducing import Reproducing

    use_utf8()
    workspace = open_told(options)
    try:
        wanted = find_wanted(workspace, asked.what)
        plan = Reproducing(workspace).plan(wanted, os.path.abspath(asked.to) if asked.to else None)  # noqa: PTH100
        if asked.json:
            return _document(workspace, plan, asked)
        return _print(plan) if asked.print else _do(workspace, plan, asked.yes)
    finally:
        workspace.close()


def _print(plan: Reproduction) -> int:
    """A script for a shell, never cut; exit code 4 if there is nothing that it could do."""
    from mltui.model.reproduction import script

    for row in script(plan):
        sys.stdout.write(f"{row}\n")
    return OK if plan.commit is not None else REFUSED


def _document(workspace: Workspace, plan: Reproduction, asked: ReproduceAsked) -> int:
    """The plan and what came of it, as every action with --json."""
    from mltui.actions.gateway import gateway_of
    from mltui.actions.reproduce import Reproduce
    from mltui.cli.doing import Besides, How, do
    from mltui.present.reproduction import plan_document

    action = Reproduce(plan, workspace.project, workspace.runner)
    how = How(dry_run=asked.print, yes=asked.yes, json=True)
    besides = Besides(document=plan_document(plan), dry="--print")
    return do(gateway_of(workspace), workspace.config, action, how, besides=besides)


def _do(workspace: Workspace, plan: Reproduction, yes: bool) -> int:
    from mltui.actions.gateway import gateway_of
    from mltui.actions.reproduce import Reproduce
    from mltui.present.reproduction import plan_lines

    shown = symbols(workspace.config)
    action = Reproduce(plan, workspace.project, workspace.runner)
    gateway = gateway_of(workspace)
    if refused := gateway.refusal(action):
        raise refused
    title = line(Span("Work on ", "title"), Span(safe(plan.label), "accent"))
    show([title, *plan_lines(plan, shown), ()], agreed=yes)
    if not yes and not can_ask():
        say("nothing was done: without a terminal it needs --yes", "--print prints the commands and does nothing")
        return USAGE
    confirmed = (lambda: True) if yes else lambda: agrees(f"Do this in {plan.directory}?")
    outcome = perform(gateway, action, confirmed)
    if outcome is None:
        say("nothing was done")
        return OK
    return told(outcome)
