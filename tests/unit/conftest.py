"""What the tests of a tracking server share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from misbehaving import Misbehaving, serving
from mltui.sources.mlflow.server.mirror import ServerMirror


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    """A server that answers as it is told."""
    with serving() as server:
        yield server


@pytest.fixture
def mirror(server: Misbehaving, tmp_path: Path) -> Iterator[ServerMirror]:
    """Its mirror, of nobody in particular."""
    mirror = ServerMirror(server.uri, tmp_path / "m.db", {}, timeout=60.0)
    yield mirror
    mirror.close()
