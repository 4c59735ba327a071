"""Plans of promotions for tests, in a project without git, and a clock that `wait` moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mltui.actions.mlflow.port import Writer
from mltui.actions.promotion.promote import Promote
from mltui.config import Config
from mltui.model.gates import Gate, GateReport, GateResult, Policy
from mltui.model.promotion import Plan, Target
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.places import Project
from mltui.sources.workspace import Workspace


@dataclass
class Clock:
    """Seconds that pass only where somebody waits; `waited` are the pauses."""

    at: float = 0.0
    waited: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.at += seconds


def workspace_at(root: Path, **config: Any) -> Workspace:
    root.mkdir(exist_ok=True)
    return Workspace(Project(root, root), Config(**config))


def plan(
    version: str = "5", target: Target | None = None, now: str | None = "4", versions: int = 6, **said: Any
) -> Plan:
    """churn/5 to @champion, which is at 4."""
    made = tuple(ModelVersion("churn", str(number), f"run{number}", number) for number in range(versions, 0, -1))
    model = RegisteredModel("churn", "mlflow", made, {"champion": now} if now else {})
    one = next(each for each in made if each.version == version)
    return Plan(model, one, target or Target("alias", "champion"), now, **said)


def report(*verdicts: str, advisory: bool = False, **policy: Any) -> GateReport:
    """Gates that said so: ``report("passed", "failed")``."""
    results = tuple(
        GateResult(Gate("metric", f"metrics.m{number} >= 0.8"), verdict, "0.7", why="it is less")  # type: ignore[arg-type]
        for number, verdict in enumerate(verdicts)
    )
    return GateReport(Policy(gates=tuple(each.gate for each in results), **policy), results, advisory)


def promote(root: Path, writer: Writer, what: Plan, reason: str = "", forced: bool = False, **said: Any) -> Promote:
    """The action, with a clock of its own (`Clock`) unless one is given."""
    clock = said.pop("clock", None) or Clock()
    return Promote(workspace_at(root), what, writer, reason, forced, wait=clock.wait, clock=clock, **said)
