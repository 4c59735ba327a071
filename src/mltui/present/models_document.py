"""What `mltui models --json` prints (``schema/models.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mltui.model.moves import Move
from mltui.model.part import Problem
from mltui.model.promotion import Target
from mltui.model.redacting import redacted
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.present.model_moves import brought, noted, targets_of
from mltui.present.models import Held, versions_held
from mltui.present.runs_machine import problem_document


def models_document(
    models: Iterable[RegisteredModel],
    problems: Iterable[Problem],
    at: Mapping[str, Any] | None = None,
    moves: Sequence[Move] = (),
) -> dict[str, Any]:
    """`at` is the other time of which they are; then `problems` holds what can't be told of it, too. `moves` are those
    that anybody noted, the oldest first."""
    by_model: dict[str, list[Move]] = {}
    for move in moves:
        by_model.setdefault(move.model, []).append(move)
    return {
        "schema": 1,
        "at": at,
        "models": [_model(each, by_model.get(each.name, ())) for each in models],
        "problems": [problem_document(each) for each in problems],
    }


def _model(model: RegisteredModel, moves: Sequence[Move]) -> dict[str, Any]:
    return {
        "name": model.name,
        "source": model.source,
        "created": model.created,
        "description": model.description,
        "aliases": dict(model.aliases),
        "held": [
            _held(row, target, moves) for row in versions_held(model, {}, model.versions) for target in targets_of(row)
        ],
        "tags": dict(model.tags),
        "versions": [_version(each) for each in model.versions],
        "problem": model.problem,
    }


def _held(row: Held, target: Target, moves: Sequence[Move]) -> dict[str, Any]:
    """Who holds an alias or a stage, and what is known of how it came there."""
    move = brought(row, target, moves)
    own = move if move is not None and not move.outside else None
    return {
        "target": target.word,
        "version": row.version.version if row.version else "",
        "since": own.at if own else None,
        "who": own.who if own else None,
        "reason": own.reason if own else None,
        "forced": own.forced if own else None,
        "kind": own.kind if own else None,
        "gates": [
            {"gate": gate.text, "verdict": gate.verdict, "figure": gate.figure, "why": gate.why} for gate in own.gates
        ]
        if own
        else [],
        "outside": move is not None and move.outside and noted(moves, target),
    }


def _version(version: ModelVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "aliases": list(version.aliases),
        "stage": version.stage,
        "created": version.created,
        "updated": version.updated,
        "user": version.user,
        "run_id": version.run_id,
        "source_run_id": version.source_run_id,
        "model_id": version.model_id,
        "commit": version.commit,
        "source": redacted(version.source) if version.source else version.source,
        "status": version.status,
        "status_message": version.status_message,
        "description": version.description,
        "tags": dict(version.tags),
        "note": version.note,
    }
