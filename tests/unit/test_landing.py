"""Where the runs of a retrain will land: here, or on the box that runs it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mltui.config import Config
from mltui.sources.retrain.landing import Landing, landing


def landed(uri: str, kind: str, **given: Any) -> Landing:
    store = SimpleNamespace(store=SimpleNamespace(uri=uri, kind=kind))
    workspace: Any = SimpleNamespace(
        stores=SimpleNamespace(active=lambda: store), config=Config(), project=SimpleNamespace(root=Path("/p"))
    )
    return landing(workspace, Path("/p"), (), (), **{"apart": False, "mlflow": True, **given})


def test_a_database_here_is_named_by_its_whole_path() -> None:
    assert landed("sqlite:////p/mlflow.db", "sqlite").env == {"MLFLOW_TRACKING_URI": "sqlite:////p/mlflow.db"}


@pytest.mark.parametrize(("uri", "kind"), [("sqlite:////p/mlflow.db", "sqlite"), ("file:///p/mlruns", "file")])
def test_another_box_has_no_file_of_this_one(uri: str, kind: str) -> None:
    found = landed(uri, kind, apart=True, far=True)
    assert found.env == {}
    assert found.store is None
    assert found.said.startswith("the store of the clone there")


@pytest.mark.parametrize(("uri", "kind"), [("http://h:5000", "rest"), ("postgresql://h/db", "sql")])
def test_a_server_is_the_same_from_everywhere(uri: str, kind: str) -> None:
    found = landed(uri, kind, apart=True, far=True)
    assert found.env == {"MLFLOW_TRACKING_URI": uri}
    assert found.said.startswith(uri)
