"""One gate's command in its worktree, and what became of it in words."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from mltui.actions.gates.dataset import place_dataset
from mltui.actions.gates.junit import Suite, read_junit
from mltui.actions.gates.last_words import last_words
from mltui.actions.gates.tables import Table, figure, read_report, tables_in
from mltui.actions.gates.watched import Ended, Order, run_watched
from mltui.errors import NotFound
from mltui.model.ages import elapsed
from mltui.model.gates import Gate, GateResult, Verdict

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: What pytest means by its exit codes (docs.pytest.org, "Exit codes").
_PYTEST = {
    2: "pytest was interrupted",
    3: "pytest failed itself",
    4: "pytest was called wrongly",
    5: "no tests were found",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command runs: in `folder` (from the top) of the worktree `tree` of the commit `sha`, with its `lock`;
    `log` takes the output."""

    sha: str
    tree: Path
    folder: str
    lock: Path
    log: Path
    environ: Mapping[str, str]

    @property
    def cwd(self) -> Path:
        """The directory of the file that names the gates."""
        return self.tree / self.folder


def run_command(workspace: Workspace, gate: Gate, place: Place, stopped: threading.Event) -> GateResult:
    """Run it, and tell what it says of the version. Raises a `SourceError` if it can't be run."""
    if not place.cwd.is_dir():
        raise NotFound(f"there is no {place.folder} at {place.sha[:7]}", "its gates are meant from there")
    program = gate.preset or PurePath(gate.argv[0]).name
    result = GateResult(gate, "unknown", subject=f"{program} at {place.sha[:7]}, clean worktree")
    if gate.preset == "frictionless":
        return _frictionless(workspace, result, place, stopped)
    report = place.lock.with_suffix(".xml") if gate.preset == "pytest" else None
    argv = gate.argv if report is None else _with_report(gate.argv, report)
    try:
        ended = run_watched(workspace.runner, _order(argv, place, gate.timeout), stopped)
        tests = read_junit(report) if report is not None else None
    finally:
        if report is not None:
            report.unlink(missing_ok=True)
    told = _told(result, ended)
    if gate.preset == "pytest":
        return _pytest(told, ended, tests) if _by_itself(ended) else told
    return replace(told, figure=last_words(str(place.log)) or told.figure) if _by_itself(ended) else told


def _order(argv: tuple[str, ...], place: Place, timeout: float, copy: Path | None = None, left_out: int = 0) -> Order:
    return Order(argv, place.cwd, place.environ, timeout, place.log, place.lock, copy, left_out)


def _by_itself(ended: Ended) -> bool:
    return not ended.error and not ended.why and ended.code is not None and ended.code >= 0


def _told(result: GateResult, ended: Ended) -> GateResult:
    """The verdict by the exit code."""
    verdict, why = _verdict(result.gate, ended)
    if ended.alive:
        why = "; ".join(filter(None, (why, f"could not be ended: {', '.join(ended.alive)}")))
    code = f"exit code {ended.code}" if _by_itself(ended) else ""
    return replace(result, verdict=verdict, figure=code, why=why)


def _verdict(gate: Gate, ended: Ended) -> tuple[Verdict, str]:
    if ended.missing:
        return "unknown", f"there is no program {gate.argv[0]} (install it into the project's environment)"
    if ended.error:
        return "unknown", f"{gate.argv[0]} can't be started: {ended.error}"
    if ended.why == "timeout":
        return "failed", f"it took longer than {elapsed(gate.timeout)}, and was ended"
    if ended.why:
        return "unknown", "stopped before it ended"
    if ended.code is None:
        return "unknown", "how it ended is not known"
    if ended.code < 0:
        return "failed", f"ended by {_signal(-ended.code)}"
    return ("passed", "") if ended.code == 0 else ("failed", f"exit code {ended.code}")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


# pytest


def _with_report(argv: tuple[str, ...], report: Path) -> tuple[str, ...]:
    """Before a ``--``, behind which all are paths."""
    at = argv.index("--") if "--" in argv else len(argv)
    return (*argv[:at], f"--junitxml={report}", *argv[at:])


def _pytest(told: GateResult, ended: Ended, tests: Suite | None) -> GateResult:
    """With the counts of its report. Failures count whatever the exit code is, which is all there is without one."""
    if tests is None:
        missing = f"exit code {ended.code}, no JUnit XML"
        return replace(told, figure=missing, why=_PYTEST.get(ended.code or 0, told.why))
    bad = tests.failed + tests.errors
    verdict: Verdict = "failed" if bad else told.verdict
    first = f"first {tests.first}" + (f": {tests.message}" if tests.message else "") if tests.first else ""
    why = first or _PYTEST.get(ended.code or 0, told.why)
    return replace(told, verdict=verdict, figure=tests.figure, why=why if verdict != "passed" else "")


# frictionless


def _frictionless(workspace: Workspace, result: GateResult, place: Place, stopped: threading.Event) -> GateResult:
    """Each file of the dataset by itself: of several at once frictionless applies no schema."""
    gate, until = result.gate, time.monotonic() + result.gate.timeout
    there = place_dataset(
        workspace.project, workspace.runner, place.sha, str(PurePath(place.folder, gate.dataset)), place.tree
    )
    files, count = tables_in(there)
    if not files:
        return replace(result, why=f"nothing in {gate.dataset} is a table")
    said: list[Table] = []
    left_out = 0
    for file in files:
        copy = place.lock.with_suffix(".json")
        argv = (*gate.argv[:-1], _operand(file.relative_to(place.cwd)))
        try:
            ended = run_watched(
                workspace.runner,
                _order(argv, place, max(0.0, until - time.monotonic()), copy, left_out),
                stopped,
            )
            table = read_report(copy)
        finally:
            copy.unlink(missing_ok=True)
        left_out = ended.left_out
        told = _table(result, ended, table, str(file.relative_to(place.cwd)))
        if table is None or told.verdict == "unknown":
            return told
        said.append(table)
    bad = [(file, table) for file, table in zip(files, said, strict=True) if not table.valid]
    first = "; ".join(bad[0][1].messages) if bad else ""
    where = f"{bad[0][0].relative_to(place.cwd)}: " if bad and count > 1 else ""
    return replace(result, verdict="failed" if bad else "passed", figure=figure(said, count), why=where + first)


def _table(result: GateResult, ended: Ended, table: Table | None, name: str) -> GateResult:
    """Of one file: failed or passed by what was said of it, and the exit code agrees."""
    told = _told(result, ended)
    if not _by_itself(ended):
        return told
    if table is None:
        return replace(told, verdict="failed" if ended.code else "unknown", why=f"{name}: no report came of it")
    if table.trouble and table.valid:
        return replace(told, verdict="unknown", why=f"{name}: {table.trouble}")
    if table.valid and ended.code:
        return replace(told, verdict="failed", why=f"{name}: exit code {ended.code}")
    return told


def _operand(path: Path) -> str:
    """No option, whatever it is called."""
    return f"./{path}" if str(path).startswith("-") else str(path)
