"""A real ``mlflow server`` on the loopback, mirrored, and compared with what MlflowClient reads over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mlflow_mirrored import held, mlflow, normal
from mlflow_process import Server, start

from mltui.errors import Unreachable
from mltui.sources.mlflow.server import asking
from mltui.sources.mlflow.server.mirror import ServerMirror

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("server")
    server = start(place).up()
    try:
        mlflow("write", server.uri, place)
        yield server
    finally:
        server.stop()


def test_a_server_is_mirrored(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = ServerMirror(server.uri, tmp_path / "m.db", {})
    assert not mirror.database.exists()
    assert mirror.read_at() is None
    monkeypatch.setattr(asking, "PAGE", 2)
    pages: list[tuple[int, bool]] = []
    mirror.refresh(lambda runs, more: pages.append((runs, more)))
    assert [runs for runs, _ in pages] == [2, 4, 6]
    check(mirror, normal(mlflow("read", server.uri, tmp_path)))
    assert mirror.problems() == ()
    assert mirror.read_at() is not None
    before = mirror.fingerprint()
    mirror.refresh()
    assert mirror.fingerprint() == before
    edits_are_found(server, mirror, tmp_path)
    the_newest_page_alone(server, tmp_path)
    what_was_known_stays(server, mirror)


def check(mirror: ServerMirror, said: dict[str, Any]) -> None:
    found = held(mirror)
    for part in ("experiments", "runs", "series", "models"):
        assert found[part] == said[part], part


def edits_are_found(server: Server, mirror: ServerMirror, place: Path) -> None:
    before = mirror.fingerprint()
    mlflow("add", server.uri, place)
    mirror.refresh()
    assert mirror.fingerprint() != before
    check(mirror, normal(mlflow("read", server.uri, place)))


def the_newest_page_alone(server: Server, place: Path) -> None:
    mirror = ServerMirror(server.uri + "/", place / "first.db", {}, timeout=9.0)
    mirror.refresh(pages=1)
    assert len(held(mirror)["runs"]) == 2
    assert mirror.read_at() is None
    mirror.refresh()
    assert len(held(mirror)["runs"]) == 6


def what_was_known_stays(server: Server, mirror: ServerMirror) -> None:
    known = held(mirror)
    server.stop()
    with pytest.raises(Unreachable) as caught:
        mirror.refresh()
    assert "refuses the connection" in caught.value.summary
    assert held(mirror) == known
