"""Small file stores, written line by line as the MLflow versions of each oddity wrote them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from mltui.sources.mlflow.files.mirror import FileMirror

RUN = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def experiment(root: Path, name: str = "Default", directory: str = "0", lifecycle: str = "active") -> Path:
    identity = directory.rsplit("/", maxsplit=1)[-1]
    write(
        root / directory / "meta.yaml",
        f"artifact_location: ./mlruns/0\nexperiment_id: '{identity}'\nlifecycle_stage: {lifecycle}\nname: {name}\n",
    )
    return root / directory


def run(where: Path, run_id: str = RUN, /, **changes: Any) -> Path:
    """A run as MLflow 2 writes it; `changes` replace lines of its meta.yaml, None leaves one out."""
    lines: dict[str, Any] = {
        "artifact_uri": f"./mlruns/{where.name}/{run_id}/artifacts",
        "end_time": 1620000001000,
        "entry_point_name": "''",
        "experiment_id": f"'{where.name}'",
        "lifecycle_stage": "active",
        "run_id": run_id,
        "run_name": "bright-lamb-684",
        "source_type": 4,
        "start_time": 1620000000000,
        "status": 3,
        "tags": "[]",
        "user_id": "ada",
    } | changes
    text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)
    for part in ("metrics", "params", "tags", "artifacts"):
        (where / run_id / part).mkdir(parents=True, exist_ok=True)
    write(where / run_id / "meta.yaml", text)
    return where / run_id


class Mirrored:
    """A mirror of `root` with its rows at hand."""

    def __init__(self, root: Path, database: Path) -> None:
        self.mirror = FileMirror(root, database)
        self.database = database

    def refresh(self) -> Mirrored:
        self.mirror.refresh()
        return self

    def rows(self, sql: str, *args: Any) -> list[Any]:
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(sql, args).fetchall()
        finally:
            connection.close()

    def run(self, run_id: str = RUN) -> dict[str, Any]:
        connection = sqlite3.connect(self.database)
        connection.row_factory = sqlite3.Row
        try:
            row = connection.execute("select * from runs where run_uuid = ?", (run_id,)).fetchone()
            return dict(row)
        finally:
            connection.close()

    def table(self, name: str, run_id: str = RUN) -> dict[str, Any]:
        return dict(self.rows(f"select key, value from {name} where run_uuid = ?", run_id))

    def experiments(self) -> list[Any]:
        return self.rows("select experiment_id, name, lifecycle_stage from experiments order by 1")

    def reasons(self) -> dict[str, str]:
        return {problem.path: problem.summary for problem in self.mirror.problems()}
