"""The gates that are commands, run: only where somebody said so (`g`, the command line), only what is trusted."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mltui.actions.gates.checkout import clean_worktree, tidy
from mltui.actions.gates.command import Place, run_command
from mltui.actions.gates.outputs import log_of, new_directory
from mltui.actions.gates.variables import Of, variables
from mltui.actions.gateway import Tell, read_only
from mltui.errors import MltuiError, Refused
from mltui.model.gates import GateReport, GateResult
from mltui.model.promotion import Target
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.git.revs import full_sha
from mltui.sources.port import now_ms
from mltui.sources.trust import untrusted

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: What a run records as its commit.
_SHA: Final = re.compile(r"[0-9a-f]{7,64}")


def run_gates(  # noqa: PLR0917 - what a promotion is about, as callers have it
    workspace: Workspace,
    report: GateReport,
    model: RegisteredModel,
    version: ModelVersion,
    target: Target,
    tell: Tell,
    stopped: threading.Event,
) -> GateReport:
    """`report` with the results of its commands that did not run yet, which are run one after another.

    `tell` is told each before it begins. When `stopped` is set, the one that runs is ended and the rest stays "not
    run". What can't be told (not trusted, no commit, no such program) is a result too, "unknown" with the reason;
    nothing is raised for it. May be called on any thread; ctrl+c goes on to the caller when all is tidied up.
    """
    waiting = report.to_run
    if not waiting:
        return report
    if (kept_out := read_only(workspace.config, "run the commands of gates")) is not None:
        return _none(report, kept_out)
    if (refused := untrusted(workspace.project, report.policy)) is not None:
        told = _none(report, refused).results
        marked = (
            replace(each, untrusted=before.verdict == "not run")
            for each, before in zip(told, report.results, strict=True)
        )
        return replace(report, results=tuple(marked))
    found = _commit(workspace, version)
    if isinstance(found, MltuiError):
        return _none(report, found)
    tidy(workspace.project, workspace.runner)
    results = list(report.results)
    try:
        outputs = new_directory(workspace.project)
    except MltuiError as error:
        return _none(report, error)
    for at, result in enumerate(report.results):
        if result.verdict != "not run" or stopped.is_set():
            continue
        tell(1 + waiting.index(result), len(waiting), result.gate.text)
        log = log_of(outputs, at + 1, result.gate)
        results[at] = _run(workspace, result, Of(model, version, target, found, report.policy.folder), log, stopped)
    return replace(report, results=tuple(results))


def _run(workspace: Workspace, result: GateResult, of: Of, log: Path, stopped: threading.Event) -> GateResult:
    """One gate in a worktree of its own, so that none sees what another left."""
    began, at = time.monotonic(), now_ms()
    try:
        with clean_worktree(workspace.project, workspace.runner, of.sha) as (tree, lock):
            place = Place(of.sha, tree, of.folder, lock, log, variables(workspace, of, tree))
            done = run_command(workspace, result.gate, place, stopped)
    except MltuiError as error:
        done = _unknown(result, error)
    except OSError as error:
        done = replace(result, verdict="unknown", why=f"it could not be run: {error.strerror or error}")
    output = str(log) if log.exists() else ""
    return replace(done, output=output, seconds=time.monotonic() - began, at=at)


def _commit(workspace: Workspace, version: ModelVersion) -> str | MltuiError:
    """The full id of the version's commit in this clone, or why there is none."""
    name, told = f"{version.model}/{version.version}", version.commit or _of_run(workspace, version)
    if not told:
        return Refused(f"no commit of {name} is known: its run recorded none", "train from a git worktree")
    if not _SHA.fullmatch(told):
        return Refused(f"what the run of {name} recorded is no commit: {told[:40]}")
    sha = full_sha(workspace.project, workspace.runner, told)
    if sha is None or not sha.startswith(told):
        return Refused(f"commit {told[:7]} is not in this clone", "git fetch, if somebody pushed it")
    return sha


def _of_run(workspace: Workspace, version: ModelVersion) -> str:
    run_id = version.source_run_id or version.run_id
    try:
        reader = workspace.reader() if run_id else None
        return (reader.run(run_id).commit or "") if reader is not None and run_id else ""
    except MltuiError:
        return ""


def _none(report: GateReport, why: MltuiError) -> GateReport:
    """None of the commands ran, for this reason."""
    results = (_unknown(each, why) if each.verdict == "not run" else each for each in report.results)
    return replace(report, results=tuple(results))


def _unknown(result: GateResult, error: MltuiError) -> GateResult:
    hint = f" ({error.hint})" if error.hint else ""
    return replace(result, verdict="unknown", why=f"{error.summary}{hint}")
