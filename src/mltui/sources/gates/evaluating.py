"""What each gate of a policy says of one version: all but running commands, which is `actions.gates`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mltui.errors import SourceError
from mltui.model.gate_scope import is_for
from mltui.model.gates import Gate, GateKind, GateReport, GateResult, Policy
from mltui.model.promotion import Target
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.gates.commit_pushed import commit_pushed
from mltui.sources.gates.data_pushed import data_pushed
from mltui.sources.gates.metric import metric
from mltui.sources.gates.pipeline_fresh import pipeline_fresh
from mltui.sources.gates.same_data import same_data
from mltui.sources.gates.subject import Subject
from mltui.sources.gates.words import in_words
from mltui.sources.port import now_ms
from mltui.sources.secrets import without_secrets

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Told which gate is asked and what is being looked at for it, for whoever waits.
Say = Callable[[str], None]


def evaluate(
    workspace: Workspace,
    policy: Policy,
    model: RegisteredModel,
    version: ModelVersion,
    target: Target,
    *,
    advisory: bool = False,
    say: Say = lambda _: None,
    as_it_stands: bool = False,
) -> GateReport:
    """What the gates of `policy` that are for this promotion say, in their order; commands say "not run".

    May take seconds: stores are read, servers are asked for these very runs, and DVC's remote is asked where a gate
    wants to know. `as_it_stands`: for who only looks, of runs as they were last read; no server is asked for them.
    Never raises for what can't be told: that is a result too.
    """
    wanted = [gate for gate in policy.gates if is_for(gate, model.name, target)]
    asked = ""

    def beside(word: str) -> None:
        say(f"{asked}: {word}")

    subject = Subject(workspace, policy, model, version, beside, asks=not as_it_stands)
    results = []
    for at, gate in enumerate(wanted, start=1):
        if gate.kind != "command":
            asked = f"{gate.text} ({at} of {len(wanted)})"
            say(asked)
        results.append(_result(gate, subject))
    return GateReport(policy, tuple(results), advisory)


def _result(gate: Gate, subject: Subject) -> GateResult:
    if gate.trouble:
        return GateResult(gate, "failed", why=f"the gate makes no sense: {gate.trouble}", at=now_ms())
    if gate.kind == "command":
        return GateResult(gate, "not run", subject=subject.commit_words, why="not run yet")
    try:
        return replace(_LOOKED[gate.kind](gate, subject), at=now_ms())
    except SourceError as error:
        return GateResult(gate, "unknown", why=in_words(error), at=now_ms())
    except Exception as error:  # whatever broke in one gate: it blocks, and hides no other
        why = f"this gate could not be asked: {type(error).__name__}: {error}"
        return GateResult(gate, "unknown", why=without_secrets(why), at=now_ms())


_LOOKED: Final[Mapping[GateKind, Callable[[Gate, Subject], GateResult]]] = {
    "metric": metric,
    "same data": same_data,
    "pipeline fresh": pipeline_fresh,
    "data pushed": data_pushed,
    "commit pushed": commit_pushed,
}
