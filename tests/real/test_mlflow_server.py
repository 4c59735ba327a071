"""A real ``mlflow server`` on the loopback, mirrored, and compared with what MlflowClient reads over HTTP."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mlflow_mirrored import held, mlflow, normal
from mlflow_process import Server, start

from mltui import cli
from mltui.errors import Unreachable
from mltui.sources.mlflow.server import asking, runs
from mltui.sources.mlflow.server.mirror import ServerMirror
from mltui.sources.port import now_ms

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


def test_older_runs_are_remembered_and_json_reads_them_anew(
    server: Server,
    tmp_path: Path,
    own_places: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
    monkeypatch.setattr(runs, "NEWEST", 2)
    former = signal.getsignal(signal.SIGTSTP)
    try:
        assert mltui(capfd, "status", "--json", "-C", str(tmp_path))[0]["mlflow"]["stores"][0]["as_of"] > 0
        age(own_places)
        newest, *_, oldest = mltui(capfd, "runs", "--json", "-C", str(tmp_path))[0]["runs"]
        age(own_places)
        for run in (newest, oldest):
            edit(server, run["run_id"])
        assert cli.run(["runs", "-C", str(tmp_path)]) == 0
        said = capfd.readouterr().err
        assert re.search(r"of these runs are as read up to \d+ min ago\n  --json and --csv", said), said
        few, beside = mltui(capfd, "runs", "--json", "--limit", "1", "-C", str(tmp_path))
        assert [run["tags"].get("edited") for run in few["runs"]] == ["yes"]
        every, beside = mltui(capfd, "runs", "--json", "-C", str(tmp_path))
        edited = [run["run_id"] for run in every["runs"] if "edited" in run["tags"]]
        assert (edited, beside) == ([newest["run_id"], oldest["run_id"]], "")
    finally:
        signal.signal(signal.SIGTSTP, former)


def mltui(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[Any, str]:
    """The document that a command prints, and what it says beside."""
    assert cli.run(list(words)) == 0
    out, err = capfd.readouterr()
    return json.loads(out), err


def age(places: Path) -> None:
    """As if the server had been read five minutes ago, which took 20 s: too long to do it again."""
    (database,) = (places / "cache").glob("*/mirrors/*.db")
    connection = sqlite3.connect(database)
    then = now_ms() - 300_000
    connection.execute("update mltui_seen set read_at = ?", (then,))
    connection.execute("update mltui_notes set value = ? where name = 'swept'", (json.dumps([then, 20_000]),))
    connection.commit()
    connection.close()


def edit(server: Server, run_id: str) -> None:
    body = json.dumps({"run_id": run_id, "key": "edited", "value": "yes"}).encode()
    asked = urllib.request.Request(
        f"{server.uri}/api/2.0/mlflow/runs/set-tag", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=600):
        pass


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


def what_was_known_stays(server: Server, mirror: ServerMirror) -> None:
    known = held(mirror)
    server.stop()
    with pytest.raises(Unreachable) as caught:
        mirror.refresh()
    assert "refuses the connection" in caught.value.summary
    assert held(mirror) == known
