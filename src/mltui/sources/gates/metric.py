"""Gates that compare a figure: the latest one that the version's source run logged."""

from __future__ import annotations

from difflib import get_close_matches

from mltui.model.gate_rules import direction_trouble, judge
from mltui.model.gates import Gate, GateResult
from mltui.sources.gates.subject import Made, Subject


def metric(gate: Gate, subject: Subject) -> GateResult:
    """The version's figure by the gate's rule; against the champion's where it asks for that."""
    rule, own = gate.rule, subject.own
    assert rule is not None
    if trouble := direction_trouble(rule, subject.goal(rule.key)):
        return GateResult(gate, "failed", subject=own.label, why=trouble)
    value, why = _figure(own, rule.key)
    if value is None:
        return GateResult(gate, "unknown", subject=own.label, why=why)
    champion = subject.champion if rule.champion else None
    if rule.champion and champion is None:
        said = judge(rule, value)
        return GateResult(gate, "passed", said.figure, own.label, "no champion yet")
    other = None
    if champion is not None:
        other, why = _figure(champion, rule.key)
        if other is None:
            return GateResult(gate, "unknown", subject=own.label, why=f"champion {champion.name}: {why}")
    said = judge(rule, value, other)
    return GateResult(gate, said.verdict, said.figure, _subject(own, champion), said.why)


def _figure(made: Made, key: str) -> tuple[float | None, str]:
    if made.run is None:
        return None, made.why
    value = made.run.metrics.get(key)
    if value is not None:
        return value, ""
    near = get_close_matches(key, made.run.metrics, n=1)
    return None, f"{made.label} logged no {key}" + (f"; it logged {near[0]}" if near else "")


def _subject(own: Made, champion: Made | None) -> str:
    return f"{own.label} vs champion {champion.name}" if champion is not None else own.label
