"""Stands in."""

from __future__ import annotations

from mltui.model.gates import Gate, GateResult
from mltui.sources.gates.subject import Subject


def not_yet(gate: Gate, subject: Subject) -> GateResult:
    """Not looked at yet."""
    return GateResult(gate, "unknown", subject=subject.commit_words, why="this mltui can't tell yet")
