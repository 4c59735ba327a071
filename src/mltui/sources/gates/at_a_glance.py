"""How the gates of a version stand, as far as that needs no command and no network: for a panel that nobody asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mltui.model.gate_scope import is_for
from mltui.model.gates import GateKind, Policy
from mltui.model.promotion import Target
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.gates.evaluating import evaluate

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: What is asked: the store, git and DVC's files here; "data pushed" asks the remote, commands are run by promotions.
ASKED: Final[frozenset[GateKind]] = frozenset({"metric", "same data", "pipeline fresh", "commit pushed"})


@dataclass(frozen=True, slots=True)
class Glance:
    """Of `total` gates so many `passed`; of `unasked` ones nobody was asked."""

    passed: int
    total: int
    unasked: int = 0

    @property
    def words(self) -> str:
        """``gates 4 of 5``, ``gates 3 of 5, 2 unasked``; "" where there are none."""
        if not self.total:
            return ""
        return f"gates {self.passed} of {self.total}" + (f", {self.unasked} unasked" if self.unasked else "")


def glance(
    workspace: Workspace, policy: Policy, model: RegisteredModel, version: ModelVersion, target: Target
) -> Glance:
    """Ask the cheap ones. May take a second where a store or git is slow: in a thread. Never raises."""
    wanted = [gate for gate in policy.gates if is_for(gate, model.name, target)]
    cheap = tuple(gate for gate in wanted if gate.trouble or gate.kind in ASKED)
    report = evaluate(workspace, replace(policy, gates=cheap), model, version, target, as_it_stands=True)
    return Glance(report.passed, len(wanted), len(wanted) - len(cheap))
