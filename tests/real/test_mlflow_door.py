"""The writer's real door: every write there and back in every kind of store, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.written_store import Made, make_store, there_and_back, writer_of

from mltui.actions.mlflow.door import MlflowWriter

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("filled")
    return make_store(f"sqlite:///{place}/mlflow.db", place)


@pytest.fixture
def database(filled: Made, tmp_path: Path) -> Path:
    """A copy of its own of a filled SQLite store."""
    path = tmp_path / "mlflow.db"
    path.write_bytes(Path(filled.uri.removeprefix("sqlite:///")).read_bytes())
    return path


@pytest.fixture
def writer(database: Path, tmp_path: Path) -> Iterator[MlflowWriter]:
    made = writer_of(tmp_path / "project", f"sqlite:///{database}")
    assert isinstance(made, MlflowWriter)
    yield made
    made.close()


def test_sqlite(writer: MlflowWriter, filled: Made, tmp_path: Path) -> None:
    assert writer.refusal() is None
    there_and_back(writer, filled)
    assert writer.run(filled.runs[0])["end"] is None, "a database can be told that there is no end"
    assert list((tmp_path / "project").iterdir()) == [], "mlflow left nothing in the project"
    writer.close()
    writer.close()
    assert writer.model("churn").name == "churn", "it is started again"
