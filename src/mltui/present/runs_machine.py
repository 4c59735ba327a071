"""Runs for machines: the entries of `mltui runs --json` and the rows of `mltui runs --csv` (CONTRACT)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mltui.model.life import Life, life_text
from mltui.model.part import Problem
from mltui.model.runs import Run
from mltui.present.jsonable import number

#: The columns of every CSV, before one for each metric, param and tag.
ATTRIBUTES = (
    "run_id",
    "name",
    "kind",
    "experiment",
    "experiment_id",
    "status",
    "lifecycle",
    "start",
    "end",
    "commit",
)
#: The groups of keys, in the order of their columns.
GROUPS = ("metrics", "params", "tags")


def run_document(run: Run) -> dict[str, Any]:
    """One entry of `runs[]`. `life` is null unless a RUNNING run was found gone or silent. `problem` is there only if
    the run could not be read whole, `note` if something of it is elsewhere.
    """
    entry: dict[str, Any] = {name: getattr(run, name) for name in ATTRIBUTES}
    entry["life"] = life_document(run.life)
    entry["metrics"] = {key: number(value) for key, value in run.metrics.items()}
    entry["params"] = dict(run.params)
    entry["tags"] = dict(run.tags)
    for name in ("problem", "note"):
        if getattr(run, name):
            entry[name] = getattr(run, name)
    return entry


def life_document(life: Life | None) -> dict[str, Any] | None:
    """`why` in the words of `attention[]` in `mltui status --json`."""
    if life is None:
        return None
    return {"state": life.state, "last_write": life.last_write, "why": life_text(life, None)}


def problem_document(problem: Problem) -> dict[str, str]:
    """One entry of `problems[]`, here and in `mltui status --json`."""
    return {"source": problem.source, "summary": problem.summary, "hint": problem.hint, "path": problem.path}


def csv_header(keys: Mapping[str, Iterable[str]], problems: bool) -> list[str]:
    """The header for runs that have these keys in the groups; a column `problem` only where there is one."""
    header = list(ATTRIBUTES)
    for group in GROUPS:
        header += [f"{group}.{key}" for key in sorted(keys[group])]
    return [*header, "problem"] if problems else header


def csv_row(entry: Mapping[str, Any], keys: Mapping[str, Iterable[str]], problems: bool) -> list[Any]:
    """One `run_document` as the row under `csv_header`; what is not there is an empty cell."""
    row: list[Any] = ["" if entry[name] is None else entry[name] for name in ATTRIBUTES]
    for group in GROUPS:
        row += [entry[group].get(key, "") for key in sorted(keys[group])]
    return [*row, entry.get("problem", "")] if problems else row
