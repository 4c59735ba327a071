"""A Databricks workspace in a mirror, as any tracking server."""

from __future__ import annotations

import os
from pathlib import Path

from mltui.sources.mlflow.databricks.door import DatabricksDoor
from mltui.sources.mlflow.server.login import Login
from mltui.sources.mlflow.server.mirror import ServerMirror
from mltui.sources.mlflow.server.registry import Registry
from mltui.sources.runner import Environment, Runner


class DatabricksMirror(ServerMirror):
    """Mirrors the workspace that `uri` (``databricks``, ``databricks://profile``, ``databricks-uc``) names.

    `environ` is laid over the environment that the child finds its login in (`databricks.whose`); None takes away.
    `python` is the project's interpreter, whose mlflow asks; it starts in `root`. The registry is the one that this
    mlflow takes for the workspace's (``MLFLOW_REGISTRY_URI``, else Unity Catalog since MLflow 3).
    """

    def __init__(
        self, uri: str, database: Path, environ: Environment, *, python: str, root: Path, runner: Runner
    ) -> None:
        said = {**os.environ, **environ}
        told = [f"{name}={value}" for name, value in sorted(said.items()) if value and name.startswith("DATABRICKS_")]
        who = Login(uri, "\n".join(told) or None).who
        door = DatabricksDoor(uri, who, python=python, root=root, runner=runner, environ=environ)
        self._through(door, Registry(door, door), database, [door.who])
