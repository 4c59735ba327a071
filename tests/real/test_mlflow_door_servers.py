"""The writer's real door to tracking servers: every write there and back, logins, and answers that never come."""

from __future__ import annotations

import http.server
import importlib.util
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.misbehaving import Handler, Misbehaving, said, serving
from tests.ports import free_port
from tests.real.database_servers import postgres
from tests.real.mlflow_process import Server, start
from tests.real.written_store import make_store, there_and_back, writer_of

from mltui.actions.mlflow.port import Writer
from mltui.errors import Busy, Denied, MltuiError, NotFound, Throttled, Unanswered, Unreachable, UsageError

pytestmark = pytest.mark.real

ADMIN = {"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": "pass-word-1234"}
READER = {"MLFLOW_TRACKING_USERNAME": "eve", "MLFLOW_TRACKING_PASSWORD": "only-looks-5678"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    served = start(tmp_path_factory.mktemp("served"))
    try:
        yield served.up()
    finally:
        served.stop()


def test_a_server_and_one_that_dies_between_the_write_and_its_answer(server: Server, tmp_path: Path) -> None:
    made = make_store(server.uri, tmp_path)
    with closing(writer_of(tmp_path / "project", server.uri)) as writer:
        assert writer.refusal() is None
        there_and_back(writer, made)
    with _dying(server.uri) as dying, closing(writer_of(tmp_path / "project", dying.uri)) as writer:
        writer.set_alias("churn", "champion", "3")
        dying.mute = ("POST",)
        _fails(writer, Unanswered, "it may have been done")
        assert writer.model("churn").aliases["champion"] == "2", "it was done"
        dying.mute = ("GET",)
        with pytest.raises(Unreachable) as told:
            writer.model("churn")
        assert not isinstance(told.value, Unanswered), "a question changes nothing"
        _fails(writer, Unreachable, "can't be reached")
        assert [path.rpartition("/")[2] for path in dying.wrote] == ["alias", "alias"], "each was written once"


class _Through(http.server.BaseHTTPRequestHandler):
    """Passes a request on to the real server; to what is `mute` its answer never comes."""

    server: _Dying

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        headers = {"Content-Type": self.headers.get("Content-Type", "application/json")}
        asked = urllib.request.Request(
            self.server.behind + self.path, self.rfile.read(length) or None, headers, method=self.command
        )
        if self.command != "GET":
            self.server.wrote.append(self.path)
        try:
            with urllib.request.urlopen(asked) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        if self.command in self.server.mute:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PATCH = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class _Dying(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Through)
        self.behind = behind
        self.wrote: list[str] = []
        self.mute: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def _dying(behind: str) -> Iterator[_Dying]:
    door = _Dying(behind)
    thread = threading.Thread(target=door.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield door
    finally:
        door.shutdown()
        door.server_close()


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    uri = f"http://127.0.0.1:{free_port()}"
    with closing(writer_of(tmp_path / "project", uri)) as writer:
        assert writer.refusal() is None, "mlflow itself may write there"
        _fails(writer, Unreachable, "can't be reached")


def _fails(writer: Writer, kind: type[MltuiError], words: str) -> MltuiError:
    """That a write fails so, and as nothing else."""
    with pytest.raises(MltuiError, match=words) as told:
        writer.set_alias("churn", "champion", "2")
    assert type(told.value) is kind, told.value
    assert told.value.hint or kind in (NotFound, UsageError), "every error says what to do"
    return told.value


def _after(seconds: str):  # type: ignore[no-untyped-def]
    return lambda handler: handler.send(b"later", 429, **{"Retry-After": seconds})


def _closes(handler: Handler) -> None:
    handler.close_connection = True


def _hangs(handler: Handler) -> None:
    handler.server.released.wait(60)


NO_MODEL = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Registered Model with name=churn not found"}
BAD = {"error_code": "INVALID_PARAMETER_VALUE", "message": "'latest' alias name is reserved"}
LOCKED = {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "(sqlite3.OperationalError) database is locked"}


def test_what_servers_answer_is_told_by_meaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "2")
    with serving() as fake, closing(writer_of(tmp_path / "project", fake.uri)) as writer:
        alias = "registered-models/alias"
        for reply, kind, words in (
            (said(NO_MODEL, 404), NotFound, "mlflow: Registered Model with name=churn not found"),
            (said(BAD, 400), UsageError, "mlflow: 'latest' alias name is reserved"),
            (said(b"Permission denied", 403), Denied, r"does not let you do that \(403\)"),
            (said(b"who are you", 401), Denied, r"\(401\)"),
            (_after("7"), Throttled, "asked to wait 7 s"),
            (said(LOCKED, 503), Busy, "locked by somebody: nothing was changed"),
            (said(b"<html>bad gateway", 502), Unanswered, "it may have been done"),
            (said({"error_code": "INTERNAL_ERROR", "message": "oops"}, 500), Unanswered, "it may have been done: oops"),
            (said(b"<html>no such page", 404), Unreachable, "can't be reached"),
            (_closes, Unanswered, "it may have been done"),
            (_hangs, Unanswered, "it may have been done"),
        ):
            fake.replies = {alias: reply, "registered-models/get": said({"registered_model": {"name": "churn"}})}
            fake.asked.clear()
            error = _fails(writer, kind, words)
            assert kind is not Throttled or getattr(error, "seconds", None) == 7.0
            wrote = [path for path, _ in fake.asked if path.endswith(alias)]
            assert len(wrote) == 1, (words, "it goes out once")


def test_a_login_is_only_for_whom_the_user_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / ".mlflow").mkdir(parents=True)
    (home / ".mlflow" / "credentials").write_text(
        "[mlflow]\nmlflow_tracking_username = ada\nmlflow_tracking_password = in-a-file-99\n"
    )
    (home / ".netrc").write_text("machine 127.0.0.1 login ada password in-netrc-77\n")
    (home / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    for name, value in ADMIN.items():
        monkeypatch.setenv(name, value)
    with serving() as fake:
        fake.replies = {"registered-models/get": said({"registered_model": {"name": "churn"}})}
        assert _authorization(fake, tmp_path, store_origin="flag") is not None
        assert _authorization(fake, tmp_path, store_origin=".env") is None, "only the repository names it"
        for name in ADMIN:
            monkeypatch.delenv(name)
        assert _authorization(fake, tmp_path, store_origin="flag") is not None, "mlflow's own file"
        assert _authorization(fake, tmp_path, store_origin=".env") is None


def _authorization(fake: Misbehaving, tmp_path: Path, store_origin: str) -> str | None:
    fake.asked.clear()
    with closing(writer_of(tmp_path / "project", fake.uri, store_origin=store_origin)) as writer:
        assert writer.model("churn").name == "churn"
    return fake.asked[-1][1]


@pytest.mark.skipif(not importlib.util.find_spec("flask_wtf"), reason="mlflow[auth] (Flask-WTF) is not installed")
def test_a_server_on_postgresql_with_logins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("auth")
    (place / "auth.ini").write_text(
        f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///{place}/auth.db\n"
        "admin_username = admin\nadmin_password = pass-word-1234\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    monkeypatch.setenv("MLFLOW_AUTH_CONFIG_PATH", str(place / "auth.ini"))
    monkeypatch.setenv("MLFLOW_FLASK_SERVER_SECRET_KEY", "of this test")
    with postgres() as uri:
        served = start(place, "--app-name", "basic-auth", "--backend-store-uri", uri)
        try:
            served.up()
            _with_logins(served, tmp_path, monkeypatch)
            _straight(uri, tmp_path)
        finally:
            served.stop()


def _with_logins(served: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_store(served.uri, tmp_path, **ADMIN)
    _make_reader(served)
    with closing(writer_of(tmp_path / "project", served.uri, store_origin="flag")) as writer:
        assert "401" in str(_fails(writer, Denied, "does not accept our login, or there is none"))
    for name, value in READER.items():
        monkeypatch.setenv(name, value)
    with closing(writer_of(tmp_path / "project", served.uri, store_origin="flag")) as writer:
        assert writer.model("churn").aliases == {"champion": "1"}
        told = _fails(writer, Denied, r"does not let you do that \(403\)")
        assert READER["MLFLOW_TRACKING_PASSWORD"] not in f"{told.summary}{told.hint}"
    for name, value in ADMIN.items():
        monkeypatch.setenv(name, value)
    with closing(writer_of(tmp_path / "project", served.uri, store_origin="flag")) as writer:
        there_and_back(writer, made)
        writer.set_alias("churn", "champion", "1")


def _straight(uri: str, tmp_path: Path) -> None:
    """The database itself, without the server; and of another schema."""
    from sqlalchemy import create_engine, text

    with closing(writer_of(tmp_path / "project", uri)) as writer:
        assert writer.refusal() is None
        writer.set_alias("churn", "champion", "3")
        assert writer.model("churn").aliases["champion"] == "3"
        engine = create_engine(uri)
        with engine.begin() as connection:
            connection.execute(text("update alembic_version set version_num = 'of_long_ago'"))
        engine.dispose()
        refused = writer.refusal()
        assert refused is not None and refused.summary == "store is at of_long_ago, this client would migrate it"
        assert "s3cr" not in refused.summary + refused.hint


def _make_reader(served: Server) -> None:
    from mlflow.server import get_app_client

    before = {name: os.environ.get(name) for name in ADMIN}
    os.environ.update(ADMIN)
    try:
        client = get_app_client("basic-auth", tracking_uri=served.uri)
        client.create_user(READER["MLFLOW_TRACKING_USERNAME"], READER["MLFLOW_TRACKING_PASSWORD"])
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
