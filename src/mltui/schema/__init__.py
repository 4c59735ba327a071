"""The JSON Schemas of what mltui prints for machines, shipped with the package.

A document's fields are only ever added to: a schema is never closed to more of them, and what is required stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

_ACTIONS: Final = (
    *("stop", "restore", "clean", "undo", "hash"),
    *("exp apply", "exp branch", "exp remove", "exp queue", "exp start", "exp stop"),
    *("run tag", "run note", "run rename", "run delete", "run restore", "run end"),
    *("model tag", "model note", "model rename"),
)

#: The words of every command that takes ``--json`` -> the schema of what it prints, without ``.schema.json``.
SCHEMAS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "status": "status",
        "history": "history",
        "data": "data",
        "pipeline": "pipeline",
        "runs": "runs",
        "run show": "run",
        "run files": "files",
        "run cat": "file",
        "compare": "compare",
        "chart": "chart",
        "models": "models",
        "jobs": "jobs",
        "log": "log",
        "lineage": "lineage",
        "why": "why",
        "diff": "diff",
        "trend": "trend",
        "journal": "journal",
        "experiments": "scope",
        "projects": "projects",
        "exp list": "experiments",
        "doctor": "doctor",
        "keys": "keys",
        "retrain": "retrain",
        "reproduce": "reproduce",
        "promote": "promotion",
        "rollback": "promotion",
        "trust": "trust",
        **dict.fromkeys(_ACTIONS, "action"),
    }
)


def schema(name: str) -> dict[str, Any]:
    """The schema of that name ("status"), as JSON has it. Raises `FileNotFoundError` if there is none."""
    import json
    from importlib import resources

    text = resources.files(__name__).joinpath(f"{name}.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def schema_of(command: str) -> dict[str, Any]:
    """The schema of what a command ("exp list") prints with ``--json``. Raises KeyError for one without."""
    return schema(SCHEMAS[command])
