"""``mlflow server --app-name basic-auth`` on PostgreSQL: read with a login, refused without."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.database_servers import postgres
from tests.real.mlflow_mirrored import held as mirrored
from tests.real.mlflow_mirrored import mlflow, normal
from tests.real.mlflow_process import Server, start

from mltui.errors import Denied
from mltui.sources.mlflow.server.mirror import ServerMirror

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not importlib.util.find_spec("flask_wtf"), reason="mlflow[auth] (Flask-WTF) is not installed"),
]

LOGIN = {"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": "pass-word-1234"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("auth")
    (place / "auth.ini").write_text(
        f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///{place}/auth.db\n"
        "admin_username = admin\nadmin_password = pass-word-1234\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    with postgres() as uri, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_AUTH_CONFIG_PATH", str(place / "auth.ini"))
        patch.setenv("MLFLOW_FLASK_SERVER_SECRET_KEY", "of this test")
        served = start(place, "--app-name", "basic-auth", "--backend-store-uri", uri)
        try:
            yield served.up()
        finally:
            served.stop()


def test_with_a_login_and_without(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Denied, match="asks for a login"):
        ServerMirror(server.uri, tmp_path / "nobody.db", {}).refresh()
    for name, value in LOGIN.items():
        monkeypatch.setitem(os.environ, name, value)
    mlflow("write", server.uri, tmp_path)
    mirror = ServerMirror(server.uri, tmp_path / "m.db", LOGIN)
    mirror.refresh()
    found, said = mirrored(mirror), normal(mlflow("read", server.uri, tmp_path))
    for part in ("experiments", "runs", "series", "models"):
        assert found[part] == said[part], part
