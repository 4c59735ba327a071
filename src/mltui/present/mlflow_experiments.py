"""MLflow's experiments, and which of them are this project's: as rows, and as `mltui experiments --json` has them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from mltui.model.part import Problem
from mltui.model.runs import Experiment, Store
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.runs_machine import problem_document
from mltui.present.text import UNICODE, Span, Symbols, line, safe


def experiment_rows(
    experiments: Sequence[Experiment], symbols: Symbols = UNICODE, *, deleted: bool = False
) -> Rows[Experiment]:
    """Name, runs, id, and whether it is in scope, in the order of `experiments`; `deleted`: whether some may be."""
    fields: list[Cell[Experiment]] = [
        Cell(
            Column("name", "experiment", 24, flex=True, rank=0),
            lambda each: line(Span(safe(each.name, symbols), "accent")),
            lambda each: by_text(each.name),
        ),
        Cell(
            Column("runs", "runs", 6, align="right", rank=0),
            lambda each: line(f"{each.runs:,}"),
            lambda each: by_number(each.runs),
        ),
        Cell(
            Column("scope", "in scope", 8, rank=0),
            lambda each: line(Span("yes", "good") if each.in_scope else Span("no", "dim")),
            lambda each: by_number(each.in_scope),
        ),
        Cell(
            Column("id", "id", 20, rank=1),
            lambda each: line(Span(safe(each.experiment_id, symbols), "key")),
            lambda each: by_text(each.experiment_id),
        ),
    ]
    if deleted:
        fields.append(
            Cell(
                Column("lifecycle", "lifecycle", 9, rank=1),
                lambda each: line(Span(each.lifecycle, "dim")),
                lambda each: by_text(each.lifecycle),
            )
        )
    return Rows(tuple(fields), experiments, lambda each: each.experiment_id)


def experiments_document(
    store: Store, experiments: Iterable[Experiment], asked: Collection[str], problems: Iterable[Problem]
) -> dict[str, Any]:
    """`asked`: the names and globs of the configuration, or what was chosen in the app; none where nobody said."""
    return {
        "schema": 1,
        "store": {"uri": store.uri, "kind": store.kind},
        "asked": list(asked),
        "experiments": [
            {
                "experiment_id": each.experiment_id,
                "name": each.name,
                "lifecycle": each.lifecycle,
                "runs": each.runs,
                "in_scope": each.in_scope,
            }
            for each in experiments
        ],
        "problems": [problem_document(each) for each in problems],
    }
