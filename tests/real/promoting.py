"""Promotions by real processes: a project, a registry in SQLite or on a server, and mltui's that do as told."""

from __future__ import annotations

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.real.database_servers import postgres
from tests.real.mlflow_process import start
from tests.real.written_store import QUIET

CHILD = Path(__file__).with_name("promoting_child.py")
LOGIN = {"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": "pass-word-1234"}
SETTINGS = 'experiments = ["churn"]  # no run of a server was logged here\n'
GATES = '[[gates]]\nmetric = "metrics.auc >= 0.8"\n'

FILL = """
import sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
experiment = client.create_experiment("churn", artifact_location=sys.argv[2])
client.create_registered_model("churn")
for number, auc in enumerate(map(float, sys.argv[3:]), 1):
    info = client.create_run(experiment, run_name=f"run-{number}").info
    client.log_metric(info.run_id, "auc", auc)
    client.set_terminated(info.run_id)
    client.create_model_version("churn", info.artifact_uri + "/model", info.run_id)
client.set_registered_model_alias("churn", "champion", "1")
"""

#: What the registry says of churn: its alias, its claims, and the tags of each version.
TELL = """
import json, sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
model = client.get_registered_model("churn")
versions = {str(one.version): dict(one.tags) for one in client.search_model_versions("name='churn'")}
aliases = {alias: str(version) for alias, version in model.aliases.items()}
print(json.dumps({"aliases": aliases, "tags": dict(model.tags), "versions": versions}))
"""

#: A plain client of MLflow that claims nothing: each line is a version that it sets @champion to.
FOREIGN = """
import sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
client.get_registered_model("churn")
print("up", flush=True)
for line in sys.stdin:
    client.set_registered_model_alias("churn", "champion", line.strip())
    print("set", flush=True)
"""


def told(uri: str, place: Path) -> dict[str, Any]:
    """What MLflow itself says of churn: ``aliases``, ``tags``, and of ``versions`` their tags."""
    return json.loads(_run(TELL, uri, place).splitlines()[-1])  # type: ignore[no-any-return]


def fill(uri: str, place: Path, *aucs: float) -> None:
    """A model churn with a version for each `aucs`; @champion is at 1."""
    _run(FILL, uri, place, str(place / "artifacts"), *map(str, aucs))


def _run(script: str, uri: str, place: Path, *args: str) -> str:
    argv = [sys.executable, "-c", script, uri, *args]
    done = subprocess.run(argv, cwd=place, env={**os.environ, **QUIET}, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def basic_auth_server(place: Path) -> Iterator[str]:
    """``mlflow server --app-name basic-auth`` on PostgreSQL; whoever is to reach it has `LOGIN` in the environment."""
    (place / "auth.ini").write_text(
        f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///{place}/auth.db\n"
        f"admin_username = admin\nadmin_password = {LOGIN['MLFLOW_TRACKING_PASSWORD']}\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    with postgres() as uri, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_AUTH_CONFIG_PATH", str(place / "auth.ini"))
        patch.setenv("MLFLOW_FLASK_SERVER_SECRET_KEY", "of this test")
        served = start(place, "--app-name", "basic-auth", "--backend-store-uri", uri)
        for name, value in LOGIN.items():
            patch.setenv(name, value)
        try:
            served.up()
            _cheap_password(place / "auth.db")
            yield served.uri
        finally:
            served.stop()


def _cheap_password(database: Path) -> None:
    """The server checks the password at each request, and scrypt takes seconds for it where eight tests want the same
    two cores: by one round of another hash it is checked no less."""
    from werkzeug.security import generate_password_hash

    cheap = generate_password_hash(LOGIN["MLFLOW_TRACKING_PASSWORD"], method="pbkdf2:sha256:1")
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        connection.execute("update users set password_hash = ?", (cheap,))


@contextmanager
def registry(kind: str, place: Path) -> Iterator[str]:
    """The address of an empty registry: of "sqlite", or of a "server"."""
    if kind == "sqlite":
        yield f"sqlite:///{place}/mlflow.db"
        return
    if importlib.util.find_spec("flask_wtf") is None:
        pytest.skip("mlflow[auth] (Flask-WTF) is not installed")
    with basic_auth_server(place) as uri:
        yield uri


def project_of(root: Path, gates: str = GATES) -> Path:
    """A git repository whose committed mltui.toml has these gates."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "mltui.toml").write_text(SETTINGS + gates)
    for argv in (["init", "-q"], ["add", "mltui.toml"], ["commit", "-qm", "gates"]):
        subprocess.run(["git", *argv], cwd=root, check=True)
    return root


class Talking:
    """A process that is told lines and answers in lines."""

    def __init__(self, argv: list[str], cwd: Path, **variables: str) -> None:
        env = {**os.environ, **QUIET, **variables}
        self.process = subprocess.Popen(
            argv, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()


class Promoter(Talking):
    """One mltui that promotes (`promoting_child`) in the registry at `uri`."""

    def __init__(self, root: Path, uri: str, who: str) -> None:
        super().__init__([sys.executable, str(CHILD), str(root)], root, MLTUI_USER=who, MLTUI_STORE=uri)

    def up(self) -> None:
        assert self.answer() == {"up": True}

    def ask(self, version: str, to: str = "champion", **asked: Any) -> None:
        self.say(json.dumps({"version": version, "to": to, **asked}))

    def answer(self) -> dict[str, Any]:
        line = self.hear()
        assert line, f"it ended with {self.process.wait(60)}"
        answer: dict[str, Any] = json.loads(line)
        return answer


class Foreigner(Talking):
    """Somebody who uses MLflow without mltui."""

    def __init__(self, uri: str, place: Path) -> None:
        super().__init__([sys.executable, "-c", FOREIGN, uri], place)

    def up(self) -> None:
        assert self.hear() == "up\n"

    def set(self, version: str) -> None:
        self.say(version)
        assert self.hear() == "set\n"


@contextmanager
def several(*talking: Talking) -> Iterator[None]:
    """They are ended, whatever happens."""
    try:
        yield
    finally:
        for each in talking:
            each.end()
