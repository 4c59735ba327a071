"""Which of MLflow's tables and columns a store has: asked, never assumed.

MLflow's schema has moved through some sixty revisions since 2020 (``mlflow/store/db_migrations``): there came
``runs.deleted_time``, ``registered_model_aliases``, ``datasets`` and ``inputs``, indexes on ``run_uuid``, workspaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Without these two there is nothing to show.
CORE = ("experiments", "runs")


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables with their columns, and the alembic revision.

    `by_run`: tables that have an index beginning with ``run_uuid``, with its name. `points_by_step`: the one that
    metrics has on (run_uuid, key, step), or "".
    """

    tables: Mapping[str, frozenset[str]]
    revision: str = ""
    by_run: Mapping[str, str] = field(default_factory=dict)
    points_by_step: str = ""

    def has(self, table: str, column: str | None = None) -> bool:
        columns = self.tables.get(table)
        return columns is not None and (column is None or column in columns)

    def is_mlflow(self) -> bool:
        return all(self.has(table) for table in CORE) and self.has("runs", "run_uuid")

    def select(self, table: str, *columns: str) -> str:
        """``select`` list of `columns` in that order; one the table lacks reads as null."""
        return ", ".join(f'"{name}"' if self.has(table, name) else f'null as "{name}"' for name in columns)
