"""No command prints a password or token, or leaves one in the cache or the state, wherever it was said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

SECRET = "sEcr3t"
#: Nobody listens on port 1: what is printed of a failure counts too.
URIS = {
    "password of a server": f"http://ada:{SECRET}@127.0.0.1:1",
    "token of a server": f"http://{SECRET}@127.0.0.1:1",
    "query of a server": f"http://127.0.0.1:1/?token={SECRET}",
    "password that is no URI": f"http://ada:x#{SECRET}@127.0.0.1:1",
    "postgres": f"postgresql://ada:{SECRET}@127.0.0.1:1/runs",
    "postgres query": f"postgresql+psycopg2://127.0.0.1:1/runs?user=ada&password={SECRET}",
    "postgres that is no URI": f"postgresql://ada:{SECRET}#x/y@127.0.0.1:1/runs",
    "mysql": f"mysql+pymysql://ada:{SECRET}@127.0.0.1:1/runs",
    "mysql query": f"mysql+pymysql://127.0.0.1:1/runs?user=ada&password={SECRET}",
}
COMMANDS = tuple([word, *more] for word in ("status", "runs", "experiments", "doctor") for more in ([], ["--json"]))

#: All commands in one process: each would start as long as it runs.
ALL = """
import json, signal, sys
from mltui import cli
for command in json.loads(sys.argv[1]):
    print("ran", command[0], cli.run(command), flush=True)
"""


def said(cwd: Path, places: Path, *options: str) -> bytes:
    """What every command prints, and everything that they leave in the cache and the state."""
    commands = json.dumps([[*command, *options] for command in COMMANDS])
    done = subprocess.run(
        [sys.executable, "-c", ALL, commands], cwd=cwd, capture_output=True, check=False, timeout=600, env=os.environ
    )
    assert done.stdout.count(b"ran ") == len(COMMANDS), done.stderr
    assert b"127.0.0.1:1" in done.stdout
    kept = [path for path in places.rglob("*") if path.is_file()]
    return b"".join([done.stdout, done.stderr, *(os.fsencode(path) + path.read_bytes() for path in kept)])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path / "project")], check=True)
    return tmp_path / "project"


@pytest.mark.parametrize("uri", URIS.values(), ids=URIS)
def test_in_the_environment(uri: str, project: Path, own_places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", uri.replace("127.0.0.1:1", "127.0.0.1:2"))
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", SECRET)
    assert SECRET.encode() not in said(project, own_places)


@pytest.mark.parametrize("place", [".env", "mltui.toml", "--store"])
def test_elsewhere(place: str, project: Path, own_places: Path) -> None:
    server, database = URIS["password of a server"], URIS["mysql query"]
    if place == ".env":
        lines = [f"MLFLOW_TRACKING_URI={server}", f"MLFLOW_REGISTRY_URI={database}", f"MLFLOW_TRACKING_TOKEN={SECRET}"]
        (project / ".env").write_text("\n".join(lines))
    elif place == "mltui.toml":
        (project / place).write_text(f'[mlflow]\nstore = "{database}"\nregistry = "{server}"\n')
    options = ["--store", server] if place == "--store" else []
    (project / "train.py").write_text(f'mlflow.set_tracking_uri("{URIS["postgres"]}")\n')
    assert SECRET.encode() not in said(project, own_places, *options)


def test_of_a_server_instead_of_a_directory(tmp_path: Path, own_places: Path) -> None:
    from mltui.actions.opening import open_workspace

    uri = URIS["password of a server"]
    workspace = open_workspace(uri, remember=True)
    assert workspace.config.store == uri, "the login is still used"
    workspace.snapshot(0.0)
    workspace.close()
    kept = b"".join(path.read_bytes() for path in own_places.rglob("*") if path.is_file())
    assert workspace.project.server == "http://127.0.0.1:1"
    assert b"127.0.0.1:1" in kept
    assert SECRET.encode() not in kept
