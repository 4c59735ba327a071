"""The gates as programs read them: part of what `mltui promote --json` prints (``schema/gates.schema.json``)."""

from __future__ import annotations

from typing import Any

from mltui.model.gates import GateReport, GateResult, Policy


def gates_document(report: GateReport) -> dict[str, Any]:
    """All gates that were asked, and whose word they are. `blocked` says whether any of it is in the way."""
    return {
        "schema": 1,
        "policy": _policy(report.policy),
        "advisory": report.advisory,
        "blocked": bool(report.blocking) or (bool(report.policy.trouble) and not report.advisory),
        "gates": [_result(each) for each in report.results],
    }


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "origin": policy.origin,
        "commit": policy.commit,
        "protected": list(policy.protected),
        "via": policy.via or None,
        "timeout": policy.command_timeout,
        "differs": list(policy.differs),
        "trouble": policy.trouble,
    }


def _result(result: GateResult) -> dict[str, Any]:
    gate = result.gate
    return {
        "gate": gate.text,
        "kind": gate.kind,
        "preset": gate.preset or None,
        "verdict": result.verdict,
        "figure": result.figure,
        "subject": result.subject,
        "why": result.why,
        "output": result.output or None,
        "seconds": result.seconds,
        "at": result.at,
    }
