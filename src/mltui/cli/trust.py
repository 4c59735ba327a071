"""`mltui trust`: show what a repository would run, ask, and remember the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.cli.asking import agrees, can_ask
from mltui.cli.exits import FAILED, OK
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.cli.terminal import symbols, use_utf8, write
from mltui.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mltui.cli.options import Options
    from mltui.model.gates import Policy
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True)
class TrustAsked:
    """The options of `mltui trust`."""

    show: bool = False
    revoke: bool = False
    yes: bool = False
    json: bool = False


def trust(options: Options, asked: TrustAsked) -> int:
    """Show it, or revoke, or ask and remember. Returns the exit code. Raises `Refused`: read-only, or nobody is there
    to ask."""
    if sum((asked.show, asked.revoke, asked.yes)) > 1:
        raise UsageError("--show, --revoke and --yes exclude each other", "mltui trust asks for all that is shown")
    if asked.json and not asked.show:
        raise UsageError("--json goes with --show: a script can't trust for you", "mltui trust --show --json")
    use_utf8()
    workspace = open_told(options)
    try:
        if asked.revoke:
            return _revoke(workspace)
        return _trust(workspace, asked)
    finally:
        workspace.close()


def _revoke(workspace: Workspace) -> int:
    from mltui.actions.gateway import read_only
    from mltui.actions.trusting import distrust

    if refused := read_only(workspace.config, "revoke what is trusted"):
        raise refused
    try:
        there = distrust(workspace.project)
    except OSError as error:
        say(f"what is trusted can't be written: {error.strerror}", "nothing changed")
        return FAILED
    say("nothing of this project is trusted any more" if there else "nothing of this project was trusted")
    return OK


def _trust(workspace: Workspace, asked: TrustAsked) -> int:
    from mltui.actions.gateway import read_only
    from mltui.present.trust import trust_lines
    from mltui.sources.dvc.python import brought_pythons
    from mltui.sources.gates.policy import policy as read_policy
    from mltui.sources.trust import commands_of, trust_of, trusted

    project = workspace.project
    policy, pythons, known = read_policy(workspace), brought_pythons(project, workspace.config), trust_of(project)
    agreed = {path: known.pythons.get(path) == digest for path, digest in pythons.items()}
    if asked.json:
        from mltui.cli.machine import write_json
        from mltui.present.trust import trust_document

        write_json(trust_document(policy, known.commands, agreed, known.trouble))
        return OK
    write(trust_lines(policy, known.commands, agreed, symbols(workspace.config)), cut=False)
    if known.trouble:
        say(known.trouble, "correct or delete that file")
    if asked.show:
        return OK
    if refused := read_only(workspace.config, "trust the commands of this repository"):
        raise refused
    if policy.trouble:
        raise Refused(f"nobody can tell what there is to trust: {policy.trouble}", "correct it, and commit that")
    if not (commands_of(policy) or pythons):
        say("there is nothing to trust")
        return OK
    if trusted(project, policy) and all(agreed.values()):
        say("all of it is trusted already", "mltui trust --revoke takes that back")
        return OK
    if not can_ask():
        raise Refused("without a terminal nothing is trusted: somebody must see the commands", "mltui trust, by hand")
    if not (asked.yes or agrees("May they run here, as you?")):
        say("nothing was trusted")
        return OK
    return _keep(workspace, policy, pythons)


def _keep(workspace: Workspace, policy: Policy, pythons: Mapping[str, str]) -> int:
    from mltui.actions.trusting import trust as keep

    try:
        keep(workspace.project, policy, pythons)
    except OSError as error:
        say(f"what is trusted can't be written: {error.strerror}", "set XDG_STATE_HOME to a directory that can be")
        return FAILED
    say("they may run here from now on, until one of them changes", "mltui trust --revoke takes that back")
    return OK
