"""A server that refuses, hangs, wants a login, answers nonsense: a clear line, and the last known data stays."""

from __future__ import annotations

import math
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import filestore
import pytest
from tests.ports import refusing_port

from misbehaving import RUN, Handler, Misbehaving, Reply, good, rows, said
from mltui.config import Config
from mltui.errors import Denied, NotFound, SourceError, Unreachable, Unreadable
from mltui.model.runs import Store
from mltui.sources.mlflow import mirrored
from mltui.sources.mlflow.files.mirror import FileMirror, Progress
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.server.login import LONGEST_SECONDS, login
from mltui.sources.mlflow.server.mirror import ServerMirror
from mltui.sources.mlflow.stores import StoresSource
from mltui.sources.places import Project

SECRETS = {"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "s3cret!", "MLFLOW_TRACKING_TOKEN": "t0ken!"}


@pytest.fixture
def mirror(server: Misbehaving, tmp_path: Path) -> Iterator[ServerMirror]:
    mirror = ServerMirror(server.uri, tmp_path / "m.db", SECRETS, timeout=60.0)
    yield mirror
    mirror.close()


def fails(mirror: ServerMirror, kind: type[SourceError]) -> SourceError:
    """The refresh fails so; no secret is in what it says; and what was known is still known, as old as it was."""
    before = rows(mirror, "select * from runs"), rows(mirror, "select * from mltui_seen")
    with pytest.raises(kind) as caught:
        mirror.refresh()
    assert type(caught.value) is kind
    error = caught.value
    for text in (error.summary, error.hint):
        assert "s3cret" not in text
        assert "t0ken" not in text
        assert "\n" not in text
    assert error.summary
    assert before[0] != []
    assert (rows(mirror, "select * from runs"), rows(mirror, "select * from mltui_seen")) == before
    return error


def test_numbers_in_every_form(mirror: ServerMirror) -> None:
    mirror.refresh()
    found = rows(mirror, "select key, value, is_nan, step from latest_metrics order by key")
    assert [(key, is_nan, step) for key, _, is_nan, step in found] == [
        ("down", 0, 0),
        ("loss", 1, 2),
        ("up", 0, 0),
        ("zero", 0, 0),
    ]
    assert rows(mirror, "select key, value from params order by key") == [("empty", ""), ("lr", "0.1")]
    assert rows(mirror, "select name, status, start_time, end_time from runs") == [
        ("from the tag", "RUNNING", 1620000000000, None)
    ]
    assert mirror.series(RUN, "loss")[0].value == math.inf
    assert sorted(problem.summary for problem in mirror.problems()) == [
        "1 of its metrics can't be read",
        "1 runs came without an id",
    ]
    mirror.refresh()
    assert len(mirror.problems()) == 2


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (said({}, 401), Denied, "does not accept our login (401)"),
        (said({}, 403), Denied, "(403)"),
        (said(b"oops", 500), Unreachable, "fails (500)"),
        (
            said({"error_code": "INTERNAL_ERROR", "message": "it\nbroke s3cret! t0ken!"}, 500),
            Unreachable,
            "it broke ***",
        ),
        (said({"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}, 400), Unreadable, "INVALID_PARAMETER_VALUE"),
        (lambda h: h.send(b"<html>hello", 200, "text/html"), Unreachable, "web page"),
        (lambda h: h.send(b"<html>nope", 502, "text/html"), Unreachable, "fails (502)"),
        (said(b'{"experiments": [{"exp'), Unreachable, "broken JSON (22 bytes)"),
        (said(b""), Unreachable, "answers with nothing"),
        (said(b"[1, 2]"), Unreachable, "broken JSON"),
        (said(b"\xff\xfe\x00"), Unreachable, "broken JSON"),
        (said({}, 418), Unreachable, "418"),
        (lambda h: h.send(b"", 302, Location="/login"), Denied, "login page"),
        (
            lambda h: h.send(b"", 302, Location="https://login.example.org/?t=t0ken"),
            Unreachable,
            "https://login.example.org",
        ),
        (lambda h: h.send(b"", 302, Location="http://[::1"), Unreachable, "Invalid URL in location"),
        (lambda h: h.send(b"", 307, Location=h.path), Unreachable, "in a circle"),
    ],
)
def test_an_answer_that_is_none(
    server: Misbehaving, mirror: ServerMirror, reply: Reply, kind: type[SourceError], words: str
) -> None:
    mirror.refresh()
    server.replies["runs/search"] = reply
    assert words in fails(mirror, kind).summary


def test_a_short_body_a_closed_connection_and_silence(server: Misbehaving, mirror: ServerMirror) -> None:
    mirror.refresh()

    def short(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"runs": [')
        handler.close_connection = True

    def closed(handler: Handler) -> None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    for reply in (short, closed):
        server.replies["runs/search"] = reply
        assert "broke off" in fails(mirror, Unreachable).summary


@pytest.mark.parametrize("drip", [None, b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
def test_a_server_that_hangs_or_drips(server: Misbehaving, tmp_path: Path, drip: bytes | None) -> None:
    ServerMirror(server.uri, tmp_path / "m.db", SECRETS).refresh()
    mirror = ServerMirror(server.uri, tmp_path / "m.db", SECRETS, timeout=0.3)

    def slow(handler: Handler) -> None:
        if drip:
            handler.wfile.write(drip)
        while not server.released.wait(0.05):
            if drip:
                handler.wfile.write(b"x")

    server.replies["runs/search"] = slow
    assert "did not answer within 0.3 s" in fails(mirror, Unreachable).summary


def test_nobody_listens_and_nobody_knows_the_host(tmp_path: Path) -> None:
    with refusing_port() as port:
        for address in (f"http://127.0.0.1:{port}", "http://no-such-host.invalid"):
            with pytest.raises(Unreachable) as caught:
                ServerMirror(address, tmp_path / "m.db", {}, timeout=60.0).refresh()
            words = "no-such-host.invalid" if "host" in address else "refuses the connection"
            assert words in caught.value.summary


def test_credentials_go_to_their_server_only(server: Misbehaving, mirror: ServerMirror, tmp_path: Path) -> None:
    other = Misbehaving()
    thread = threading.Thread(target=other.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        server.replies["registered-models/search"] = lambda h: h.send(b"", 302, Location=f"{other.uri}/x")
        mirror.refresh()
        assert any("login page" in problem.hint or "sends us to" in problem.summary for problem in mirror.problems())
        assert other.asked == []
    finally:
        other.shutdown()
        other.server_close()
    assert {header for _, header in server.asked} == {"Basic YWRhOnMzY3JldCE="}
    token = {"MLFLOW_TRACKING_TOKEN": "t0ken!"}
    server.replies = good()
    ServerMirror(server.uri, tmp_path / "t.db", token).refresh()
    assert server.asked[-1][1] == "Bearer t0ken!"
    for path in tmp_path.iterdir():
        assert b"s3cret" not in path.read_bytes()
        assert b"t0ken" not in path.read_bytes()


def test_a_redirect_on_the_same_host_is_followed(server: Misbehaving, tmp_path: Path) -> None:
    real = good()
    server.replies = {f"/behind/api/2.0/mlflow/{end}": reply for end, reply in real.items()}
    server.replies |= {end: lambda h: h.send(b"", 308, Location="/behind" + h.path) for end in real}
    mirror = ServerMirror(server.uri, tmp_path / "m.db", {})
    mirror.refresh()
    assert rows(mirror, "select run_uuid from runs") == [(RUN,)]


def test_a_base_path_is_kept(server: Misbehaving, tmp_path: Path) -> None:
    ServerMirror(f"{server.uri}/team/mlflow/", tmp_path / "m.db", {}).refresh()
    assert {path.split("/api/")[0] for path, _ in server.asked} == {"/team/mlflow"}


def test_a_series_of_a_silent_server_is_the_last_known_one(server: Misbehaving, mirror: ServerMirror) -> None:
    mirror.refresh()
    known = mirror.series(RUN, "loss")
    server.replies["metrics/get-history"] = said(b"oops", 500)
    assert mirror.series(RUN, "loss") == known
    with pytest.raises(Unreachable):
        mirror.series(RUN, "up")
    server.replies["metrics/get-history"] = said({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no run"}, 404)
    with pytest.raises(NotFound):
        mirror.series(RUN, "loss")


def test_an_old_server_without_search_and_without_a_registry(server: Misbehaving, mirror: ServerMirror) -> None:
    missing = said(b"<html>404</html>", 404)
    server.replies |= {"experiments/search": missing, "registered-models/search": missing}
    server.replies["experiments/list"] = said({"experiments": [{"experiment_id": "1", "name": "old"}]})
    mirror.refresh()
    assert rows(mirror, "select name from experiments") == [("old",)]
    assert len(rows(mirror, "select * from runs")) == 1


def test_runs_that_are_gone_and_a_scope(server: Misbehaving, mirror: ServerMirror) -> None:
    mirror.refresh()
    server.replies["runs/search"] = said({"runs": []})
    mirror.reread(["2"])
    assert len(rows(mirror, "select * from runs")) == 1
    mirror.refresh()
    assert rows(mirror, "select * from runs") == []


def test_a_token_that_never_changes_ends(server: Misbehaving, mirror: ServerMirror) -> None:
    server.replies["runs/search"] = said({"runs": [], "next_page_token": "again"})
    mirror.refresh()
    assert sum("runs/search" in path for path, _ in server.asked) == 2


@pytest.mark.parametrize(
    ("uri", "base"),
    [
        ("http://u:p@host:5000/x/?token=1#y", "http://host:5000/x"),
        ("https://[::1]:8080/", "https://[::1]:8080"),
        ("HTTPS://Host", "https://host"),
    ],
)
def test_addresses_without_secrets(uri: str, base: str) -> None:
    assert login(uri, {}).base == base
    assert "u:p" not in repr(login(uri, {}))


@pytest.mark.parametrize("uri", ["ftp://u:p@host", "http://", "http://u:p@host:port/", "sqlite:///x", "http://[::1"])
def test_what_is_no_address(uri: str) -> None:
    with pytest.raises(Unreadable) as caught:
        login(uri, {})
    assert "u:p" not in caught.value.summary


def test_settings_come_from_mlflows_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mltui.sources.mlflow.server.login.LONGEST_SECONDS", LONGEST_SECONDS)  # as it is for users
    found = login(
        "https://u%40x:p%3Aw@host",
        {
            "MLFLOW_TRACKING_PASSWORD": "other",
            "MLFLOW_TRACKING_INSECURE_TLS": "true",
            "MLFLOW_TRACKING_SERVER_CERT_PATH": "/ca.pem",
            "MLFLOW_TRACKING_CLIENT_CERT_PATH": "/me.pem",
            "MLFLOW_HTTP_REQUEST_TIMEOUT": "120",
        },
    )
    assert found.authorization == "Basic dUB4OnA6dw=="
    assert (found.trust.verify, found.trust.authority, found.trust.certificate) == (False, "/ca.pem", "/me.pem")
    assert found.timeout == 10.0
    assert login("http://h", {"MLFLOW_HTTP_REQUEST_TIMEOUT": "3"}).timeout == 3.0
    assert login("http://h", {"MLFLOW_HTTP_REQUEST_TIMEOUT": "soon"}).timeout == 10.0


def test_the_newest_runs_of_a_file_store_are_not_held_up_by_the_rest(tmp_path: Path) -> None:
    """A real mirror behind a refresh that stands still after its first batch."""
    release = threading.Event()

    class Standing(FileMirror):
        def refresh(self, progress: Progress | None = None, *, full: bool = False) -> None:
            def told(done: int, of: int) -> None:
                if progress is not None:
                    progress(done, of)
                assert release.wait(120)

            super().refresh(told, full=full)

    filestore.run(filestore.experiment(tmp_path / "mlruns"))
    reader = MirrorReader(Store("file:x", "file", "flag"), Standing(tmp_path / "mlruns", tmp_path / "cache" / "m.db"))
    reader.refresh(newest=True)
    assert reader.partial
    assert [run.run_id for page in reader.runs(limit=5) for run in page] == [filestore.RUN]
    release.set()
    reader.refresh()
    assert not reader.partial


def test_a_slow_answer_makes_the_pause_longer(mirror: ServerMirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is a fake: an answer that took 20 s is followed by 200 s without a question."""
    clock = [1_000.0]
    kinds: list[str] = []
    monkeypatch.setattr(mirrored.time, "monotonic", lambda: clock[0])

    def tick(self: ServerMirror, experiments: object = None, *, others: bool = False, shown: object = ()) -> None:
        kinds.append("tick")
        clock[0] += 20.0

    monkeypatch.setattr(ServerMirror, "refresh", lambda self, progress=None: kinds.append("sweep"))
    monkeypatch.setattr(ServerMirror, "tick", tick)
    reader = MirrorReader(Store(mirror.uri, "rest", "flag"), mirror)
    for later in (0.0, 14.0, 2.0, 199.0, 2.0):
        clock[0] += later
        reader.refresh()
        kinds.append("|")
    assert kinds == ["sweep", "|", "|", "tick", "|", "|", "tick", "|"]


def test_a_chart_waits_for_a_page_and_not_for_a_sweep(server: Misbehaving, mirror: ServerMirror) -> None:
    found: list[float] = []
    mirror.refresh(lambda runs, more: found.append(mirror.series(RUN, "loss")[0].value))
    assert found == [math.inf]


def test_a_hung_server_leaves_the_other_stores_listed(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("mltui.sources.mlflow.server.login.LONGEST_SECONDS", 2.0)
    root = tmp_path / "project"
    filestore.run(filestore.experiment(root / "mlruns"))
    server.replies = {"": lambda handler: server.released.wait() and None}
    stores = StoresSource(Project(root, root), Config(store=server.uri, store_origin="flag"))
    asked, other = stores.load(wait=0.2)
    assert (asked.active, asked.partial, asked.problem, asked.runs) == (True, True, "", None)
    assert (other.kind, other.runs, other.problem) == ("file", 1, "")
    before = stores.fingerprint()
    assert stores.fingerprint() == before  # it is still silent: nobody loads again for it
    server.released.set()
    asked, other = stores.load(wait=120.0)
    assert "broke off" in asked.problem or "answer" in asked.problem
    assert not asked.partial
    assert stores.fingerprint() != before
    assert stores.trouble() is not None
    with pytest.raises(Unreachable):
        stores.reader()
    stores.close()
