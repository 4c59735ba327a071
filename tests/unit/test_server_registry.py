"""The model registry of a server, or of another server: read, or a problem of its own with what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ports import refusing_port
from tests.unit.mlflow_tables import TABLES_2020, a_run, make

from misbehaving import RUN, Misbehaving, Reply, rows, said, serving
from mltui import cli
from mltui.config import Config
from mltui.model.part import Part
from mltui.model.registry import RegisteredModel
from mltui.sources.mlflow import mirrored
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.server import login
from mltui.sources.mlflow.server.mirror import ServerMirror
from mltui.sources.mlflow.server.registry import CONFIGURED
from mltui.sources.mlflow.sources import ModelsSource, StoresSource
from mltui.sources.places import Project
from mltui.sources.port import read


@pytest.fixture
def other() -> Iterator[Misbehaving]:
    with serving() as server:
        yield server


def test_a_version_without_a_run_has_its_logged_models(server: Misbehaving, mirror: ServerMirror) -> None:
    server.replies["registered-models/search"] = said({"registered_models": [{"name": "wine"}]})
    versions = [
        {"name": "wine", "version": "1", "model_id": "m-1"},
        {"name": "wine", "version": "2", "model_id": "m-2"},
    ]
    server.replies["model-versions/search"] = said({"model_versions": versions})
    server.replies["logged-models/m-1"] = said({"model": {"info": {"model_id": "m-1", "source_run_id": RUN}}})
    server.replies["logged-models/m-2"] = said({"error_code": "RESOURCE_DOES_NOT_EXIST"}, 404)
    mirror.refresh()
    assert rows(mirror, "select model_id, source_run_id from logged_models") == [("m-1", RUN)]


def test_a_registry_elsewhere(server: Misbehaving, other: Misbehaving, tmp_path: Path) -> None:
    other.replies["registered-models/search"] = said({"registered_models": [{"name": "wine"}, {"description": "?"}]})
    server.replies["logged-models/m-1"] = said(b"", 404)
    other.replies["model-versions/search"] = said(
        {"model_versions": [{"name": "wine", "version": "2", "model_id": "m-1"}]}
    )
    mirror = ServerMirror(server.uri, tmp_path / "m.db", {"MLFLOW_REGISTRY_URI": other.uri})
    mirror.refresh()
    assert rows(mirror, "select name, version, run_id, model_id from model_versions") == [("wine", 2, "", "m-1")]
    assert not any("registered-models" in path for path, _ in server.asked)


@pytest.mark.parametrize("end", ["registered-models/search", "model-versions/search"])
@pytest.mark.parametrize("status", [404, 500, 501, 403])
def test_a_registry_that_fails_costs_itself_only(
    server: Misbehaving, mirror: ServerMirror, end: str, status: int
) -> None:
    models = said({"registered_models": [{"name": "wine"}]})
    server.replies["registered-models/search"] = models
    mirror.refresh()
    good_reply = server.replies[end]
    known = rows(mirror, "select name from registered_models")
    server.replies[end] = said(b"<html>no", status)
    for _ in range(2):
        mirror.refresh()
    assert len(rows(mirror, "select * from runs")) == 1
    failed = [problem for problem in mirror.problems() if problem.path == "models/registry"]
    if (end, status) == ("registered-models/search", 404):  # an old server: it has none
        assert failed == []
        assert rows(mirror, "select name from registered_models") == []
        return
    assert [str(status) in problem.summary for problem in failed] == [True]
    assert rows(mirror, "select name from registered_models") == known == [("wine",)]
    server.replies[end] = good_reply
    mirror.refresh()
    assert not any(problem.path == "models/registry" for problem in mirror.problems())


def page(handler: Any) -> None:
    handler.send(b"<html>portal</html>", 200, "text/html")


def silence(handler: Any) -> None:
    handler.server.released.wait(120)


LOGIN = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
FAILURES: dict[str, tuple[Reply | None, str, str]] = {
    "refused": (None, "refuses the connection", "is the server running?"),
    "401": (said(b"no", 401), "asks for a login (401)", LOGIN),
    "403": (
        said(b"no", 403),
        "does not let us read registered-models/search (403)",
        "ask its owner for read permission",
    ),
    "404": (said(b"no", 404), "answers 404 to registered-models/search", "is this the address of an MLflow server?"),
    "500": (said(b"boom", 500), "fails (500)", "look at the server's log"),
    "its own error": (
        said({"error_code": "INTERNAL_ERROR", "message": "no table"}, 500),
        "answers INTERNAL_ERROR: no table",
        "look at the server's log",
    ),
    "HTML": (
        page,
        "answers registered-models/search with a web page, not JSON (200)",
        "is this the address of an MLflow",
    ),
    "half": (said(b'{"registered_models": [', 200), "answers with broken JSON (23 bytes)", "try again"),
    "silence": (silence, "did not answer within 2 s", "is it up, is a VPN needed?"),
}


@pytest.fixture
def refusing() -> Iterator[int]:
    with refusing_port() as port:
        yield port


@pytest.fixture(params=FAILURES)
def failing(
    request: pytest.FixtureRequest, other: Misbehaving, refusing: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[Misbehaving, str, str]:
    """A registry elsewhere that fails, its summary and its hint; ``MLFLOW_REGISTRY_URI`` names it."""
    reply, summary, hint = FAILURES[request.param]
    uri = other.uri if reply else f"http://127.0.0.1:{refusing}"
    if reply:
        other.replies = {"": reply}
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", uri)
    monkeypatch.setattr(login, "LONGEST_SECONDS", 2.0 if request.param == "silence" else 60.0)
    return other, f"{uri} {summary}", hint


def problems(capfd: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    return [(one["summary"], one["hint"]) for one in json.loads(capfd.readouterr().out)["problems"]]


def test_a_failure_has_its_hint_beside_a_database(
    failing: tuple[Misbehaving, str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither experiments nor runs are asked of a server that only keeps the models."""
    other, summary, hint = failing
    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    assert cli.run(["status", "--json", "-C", str(tmp_path)]) == 0
    ((told, what),) = problems(capfd)
    assert told == summary
    assert what.startswith(hint)
    assert what.endswith(CONFIGURED)
    assert not [path for path, _ in other.asked if "registered-models" not in path]


def test_a_failure_has_its_hint_beside_a_server(
    failing: tuple[Misbehaving, str, str],
    server: Misbehaving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _, summary, hint = failing
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
    server.replies["runs/search"] = said({})
    assert cli.run(["status", "--json", "-C", str(tmp_path)]) == 0
    ((told, what),) = problems(capfd)
    assert told == summary
    assert what.startswith(hint)
    assert what.endswith(CONFIGURED)


def test_of_a_registry_that_went_silent_the_models_stay(
    other: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", other.uri)
    other.replies["registered-models/search"] = said({"registered_models": [{"name": "wine"}]})
    for failure in ("", f"{other.uri} fails (500)"):
        assert cli.run(["status", "--json", "-C", str(tmp_path)]) == 0
        document = json.loads(capfd.readouterr().out)
        assert [model["name"] for model in document["models"]] == ["wine"]
        assert [problem["summary"] for problem in document["problems"]] == ([failure] if failure else [])
        other.replies = {"": said(b"boom", 500)}


def test_a_registry_elsewhere_is_asked_again_and_its_silence_is_said(
    other: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the screens ask: nobody waits for what was read before."""
    monkeypatch.setattr(mirrored, "SERVER_SECONDS", 0.0)
    monkeypatch.setattr(mirrored, "SERVER_SHARE", 0.0)
    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    other.replies["registered-models/search"] = said({"registered_models": [{"name": "wine"}]})
    stores = StoresSource(Project(tmp_path, tmp_path), Config(registry=other.uri))
    models = ModelsSource(stores)

    def look() -> Part[tuple[RegisteredModel, ...]]:
        """Begin to ask, wait for the answer, take it over."""
        models.load()
        registry = models._registry
        assert isinstance(registry, MirrorReader)
        if registry._work is not None:
            before = models.fingerprint()
            assert registry._work.done.wait(120)
            assert models.fingerprint() != before or registry.turn()[1]
        return read(models)

    first = look()
    assert [model.name for model in first.value or ()] == ["wine"]
    assert first.problem is None
    other.replies["registered-models/search"] = said({"registered_models": [{"name": "wine"}, {"name": "beer"}]})
    look()
    assert [model.name for model in look().value or ()] == ["beer", "wine"]
    other.replies = {"": said(b"boom", 500)}
    silent = look()
    assert [model.name for model in silent.value or ()] == ["beer", "wine"]
    assert silent.problem is not None
    assert silent.problem.summary == f"{other.uri} fails (500)"
    stores.close()
