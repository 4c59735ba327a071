"""A server gets the login and the TLS settings of whoever named it: a repository's ``.env`` is not the user."""

from __future__ import annotations

from pathlib import Path

import pytest

from misbehaving import Misbehaving, serving
from mltui.actions.opening import open_workspace
from mltui.actions.user_state import choose
from mltui.model.attention import problems
from mltui.model.part import Problem
from mltui.sources.mlflow.server.login import Login, login
from mltui.sources.mlflow.whose import Field, environment
from mltui.sources.workspace import Workspace

URI, REGISTRY, TOKEN = "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_TOKEN"
USER, PASSWORD = "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"
INSECURE, CA = "MLFLOW_TRACKING_INSECURE_TLS", "MLFLOW_TRACKING_SERVER_CERT_PATH"
CLIENT = "MLFLOW_TRACKING_CLIENT_CERT_PATH"
MINE, THEIRS = "https://mine.example", "https://theirs.example"
#: All that a repository can say to be let in by the server of somebody else.
LOWERED = {INSECURE: "true", CA: "evil.pem", CLIENT: "evil.pem", TOKEN: "theirs", "REQUESTS_CA_BUNDLE": "evil.pem"}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def dotenv(root: Path, **said: str) -> None:
    (root / ".env").write_text("".join(f"{name}={value}\n" for name, value in said.items()))


def unsent(workspace: Workspace) -> list[Problem]:
    """The problems of a status that speak of this."""
    found = problems(workspace.snapshot(0.0))
    workspace.close()
    return [problem for problem in found if "not sent" in f"{problem.summary} {problem.hint}"]


def opened(root: Path, store: str | None = None) -> Workspace:
    return open_workspace(root, {"store": store})


def shown(workspace: Workspace, field: Field = "store") -> Login:
    """Who we are to the server, and whom we trust."""
    config = workspace.config
    uri = config.store if field == "store" else config.registry
    return login(uri or "", environment(workspace.project, config, field))


@pytest.mark.parametrize("who", ["flag", "environment", "user's file", "chosen", "both"])
def test_a_server_of_the_user_is_not_touched_by_the_repository(
    who: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "mine")
    dotenv(root, **LOWERED, **({URI: MINE} if who == "both" else {}))
    if who in ("environment", "both"):
        monkeypatch.setenv(URI, MINE)
    elif who == "user's file":
        (tmp_path / "config" / "mltui").mkdir(parents=True)
        (tmp_path / "config" / "mltui" / "config.toml").write_text(f'[mlflow]\nstore = "{MINE}"\n')
    elif who == "chosen":
        choose(open_workspace(root).project, store=MINE)
    found = shown(opened(root, MINE if who == "flag" else None))
    assert (found.base, found.authorization) == (MINE, "Bearer mine")
    assert found.trust.verify
    assert (found.trust.authority, found.trust.certificate) == (None, None)


@pytest.mark.parametrize("place", [".env", "mltui.toml", "pyproject.toml"])
def test_a_server_of_the_repository_gets_nothing_of_the_user(
    place: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (TOKEN, USER, PASSWORD, CLIENT):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv(INSECURE, "true")
    monkeypatch.setenv(CA, "ca.pem")
    if place == ".env":
        dotenv(root, **{URI: THEIRS, TOKEN: "theirs"})
    else:
        header = "[mlflow]" if place == "mltui.toml" else "[tool.mltui.mlflow]"
        (root / place).write_text(f'{header}\nstore = "{THEIRS}"\n')
    found = shown(opened(root))
    assert (found.base, found.authorization) == (THEIRS, "Bearer theirs" if place == ".env" else None)
    assert found.trust.verify, "only what the repository says can lower it"
    assert (found.trust.authority, found.trust.certificate) == (str(root / "ca.pem"), None)


def test_a_ca_of_the_environment_strengthens(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv(root, **{URI: THEIRS, INSECURE: "true", CLIENT: "client.pem"})
    assert not shown(opened(root)).trust.verify
    assert shown(opened(root)).trust.certificate == str(root / "client.pem")
    monkeypatch.setenv(CA, str(root / "ca.pem"))
    found = shown(opened(root)).trust
    assert (found.verify, found.authority) == (True, str(root / "ca.pem"))


def test_a_login_is_not_put_together_from_both(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "mine")
    dotenv(root, **{URI: THEIRS, USER: "ada"})
    assert shown(opened(root)).authorization is None
    dotenv(root, **{URI: f"https://x:${{{PASSWORD}}}@theirs.example", TOKEN: f"a${{{PASSWORD}}}"})
    assert shown(opened(root)).authorization == "Bearer a"


def test_a_registry_of_the_repository_beside_the_users_server(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URI, MINE)
    monkeypatch.setenv(TOKEN, "mine")
    dotenv(root, **{REGISTRY: THEIRS})
    workspace = opened(root)
    assert shown(workspace).authorization == "Bearer mine"
    assert shown(workspace, "registry").authorization is None
    dotenv(root, **{REGISTRY: MINE})
    assert shown(opened(root), "registry").authorization == "Bearer mine", "it is the server that the user named"
    monkeypatch.setenv(REGISTRY, THEIRS)
    assert shown(opened(root), "registry").authorization == "Bearer mine"


def test_what_is_sent_and_what_is_said(root: Path, server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that the repository names is asked without the token; the one line says how to send it."""
    dotenv(root, **{URI: server.uri})
    assert unsent(opened(root)) == []
    monkeypatch.setenv(TOKEN, "mine-alone")
    (problem,) = unsent(opened(root))
    assert problem.path == server.uri
    assert problem.summary == f"only the repository names {server.uri}: your token is not sent there"
    assert problem.hint == f"export {URI}={server.uri} or pass --store {server.uri} to send your token there"
    assert {authorization for _, authorization in server.asked} == {None}
    monkeypatch.setenv(URI, server.uri)
    server.asked.clear()
    assert unsent(opened(root)) == []
    assert {authorization for _, authorization in server.asked} == {"Bearer mine-alone"}


def test_a_registry_is_asked_with_its_own_login(
    root: Path, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tracking server is the user's, the registry beside it is what the repository says."""
    monkeypatch.setenv(URI, server.uri)
    monkeypatch.setenv(TOKEN, "mine-alone")
    with serving() as registry:
        dotenv(root, **{REGISTRY: registry.uri})
        (problem,) = unsent(opened(root))
    assert problem.hint == f"export {REGISTRY}={registry.uri} to send your token there"
    assert {authorization for _, authorization in server.asked} == {"Bearer mine-alone"}
    assert {authorization for _, authorization in registry.asked} == {None}


def test_a_refusal_says_why(root: Path, server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    server.replies = {"": lambda handler: handler.send(b"{}", 401)}
    monkeypatch.setenv(TOKEN, "mine-alone")
    dotenv(root, **{URI: server.uri})
    workspace = opened(root)
    (store,) = workspace.stores.load()
    workspace.close()
    assert "(401)" in store.problem
    assert "your token is not sent there: export MLFLOW_TRACKING_URI=" in store.hint


def test_a_login_in_the_address_is_used(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mltui.sources.mlflow.whose import withheld

    monkeypatch.setenv(TOKEN, "mine")
    dotenv(root, **{URI: "https://ada:s3cret@theirs.example"})
    workspace = opened(root)
    uri = workspace.config.store or ""
    assert (shown(workspace).authorization or "").startswith("Basic ")
    assert withheld(workspace.project, workspace.config, "store", uri) is None
