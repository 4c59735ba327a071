"""The gates of a promotion that are commands: whether they may run, running them, and what they printed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.errors import Refused
from mltui.model.gates import GateReport, GateResult
from mltui.model.promotion import Plan
from mltui.tui.asking import Asker

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

RUNNING, WAITING, STOPPED = "running", "waits for its turn", "stopped, not run yet"


def _quiet(number: int, total: int, does: str) -> None:
    """Which one runs is seen by which ones ran."""


def _unless_stopped(before: GateResult, ran: GateResult, stop: threading.Event) -> GateResult:
    """One that was stopped did not say anything: it may be run again."""
    stopped = stop.is_set() and ran.verdict == "unknown"
    return replace(before, why=STOPPED, output=ran.output) if stopped else ran


class Gates:
    """Runs the commands of one dialog, when somebody said so, in a thread. `heard` is called in that thread whenever
    one of them is further.

    `untrusted` is why they may not run, None if they may.
    """

    def __init__(self, workspace: Workspace, heard: Callable[[], object]) -> None:
        self._workspace, self._heard = workspace, heard
        self._asker = Asker()
        self._stop = threading.Event()
        self._said: dict[str, GateResult] = {}
        self.running = False
        self.stopping = False
        self.untrusted: Refused | None = None

    def look(self, plan: Plan) -> None:
        """Whether the commands may run. In a thread."""
        from mltui.sources.trust import untrusted

        self.untrusted = untrusted(self._workspace.project, plan.report.policy)

    async def run(self, plan: Plan) -> GateReport:
        """What the gates say with their commands run."""
        self.running, self.stopping = True, False
        self._stop, self._said = threading.Event(), {}
        stop = self._stop
        try:
            return await self._asker.ask(lambda: self._run(plan, stop))
        finally:
            self.running = False

    def _run(self, plan: Plan, stop: threading.Event) -> GateReport:
        """One after the other, each told as soon as it is known. In a thread."""
        from mltui.actions.gates.running import run_gates

        results = list(plan.report.results)
        for at, result in enumerate(results):
            if result.verdict == "not run" and not stop.is_set():
                alone = replace(plan.report, results=(result,))
                ran = run_gates(self._workspace, alone, plan.model, plan.version, plan.target, _quiet, stop)
                results[at] = self._said[result.gate.text] = _unless_stopped(result, ran.results[0], stop)
                self._heard()
        return replace(plan.report, results=tuple(results))

    def stop(self) -> None:
        """End what runs; the gate says that it was stopped."""
        self.stopping = True
        self._stop.set()

    def so_far(self, report: GateReport) -> GateReport:
        """The report as it is while they run: each command with what came of it, or where it is."""
        if not self.running:
            return report
        results, first = [], True
        for each in report.results:
            said = self._said.get(each.gate.text)
            if each.verdict == "not run" and said is None:
                results.append(replace(each, why=RUNNING if first else WAITING))
                first = False
            else:
                results.append(said or each)
        return replace(report, results=tuple(results))
