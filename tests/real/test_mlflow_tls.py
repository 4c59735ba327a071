"""Tracking servers behind real TLS: read or refused as MLflow's own client does, and what is wrong said plainly."""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from certificates import authority, hashed
from mlflow_mirrored import held, mlflow, normal
from mlflow_process import start
from tls_cases import CA, CASES, CLIENT, INSECURE, Case
from tls_endpoint import Endpoint

from mltui.errors import Unreachable
from mltui.sources.mlflow.server.mirror import ServerMirror

pytestmark = pytest.mark.real

#: Variables of the machine that would trust for us.
FOREIGN = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")

#: Asks MlflowClient for each case what it makes of it, and says so as JSON.
ASK = """
import json, os, sys, warnings
warnings.simplefilter("ignore")
from mlflow import MlflowClient
said = {}
for name, (uri, variables) in json.load(sys.stdin).items():
    os.environ.update(variables)
    try:
        MlflowClient(uri).search_experiments()
        said[name] = "reads"
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"
    for variable in variables:
        del os.environ[variable]
json.dump(said, sys.stdout)
"""


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority and what it signed, another authority, and what is none."""
    path = tmp_path_factory.mktemp("papers")
    ours, other = authority(path / "ca.pem"), authority(path / "other.pem")
    ours.issue(path / "server.pem", "127.0.0.1")
    ours.issue(path / "late.pem", "127.0.0.1", expired=True)
    ours.issue(path / "client.pem")
    ours.issue(path / "old.pem", expired=True)
    ours.issue(path / "locked.pem", password=b"secret")
    other.issue(path / "stranger.pem")
    hashed(ours, path / "hashed")
    (path / "flat").mkdir()
    (path / "flat" / "ca.pem").write_bytes((path / "ca.pem").read_bytes())
    (path / "notes.txt").write_text("no certificate\n")
    return path


@pytest.fixture(scope="module")
def servers(papers: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses by name. `open` and `strict` are MLflow's own servers, of one store; `strict` wants to know clients."""
    place = tmp_path_factory.mktemp("server")
    mlflow("write", f"sqlite:///{place}/mlflow.db", place)
    own = f"--ssl-keyfile {papers}/server.pem --ssl-certfile {papers}/server.pem"
    client = ssl.create_default_context(cafile=papers / "ca.pem")
    client.load_cert_chain(papers / "client.pem")
    with ExitStack() as stack:
        servers = []
        for options in (own, f"{own} --ssl-ca-certs {papers}/ca.pem --ssl-cert-reqs 2"):
            servers.append(start(place, "--uvicorn-opts", options, scheme="https"))
            stack.callback(servers[-1].stop)
        found = dict(zip(("open", "strict"), (server.up(client).uri for server in servers), strict=True))
        for name, one in {
            "expired": Endpoint(papers / "late.pem"),
            "picky": Endpoint(papers / "server.pem", papers / "ca.pem"),
            "plain": Endpoint(None),
        }.items():
            stack.enter_context(one)
            threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
            stack.callback(one.shutdown)
            found[name] = one.uri
        found["localhost"] = found["open"].replace("127.0.0.1", "localhost")
        found["unencrypted"] = found["open"].replace("https", "http")
        yield found


@pytest.fixture
def nobody_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)


def variables(case: Case, papers: Path) -> dict[str, str]:
    """As they are set: names of files with their directory."""
    return {key: str(papers / value) if value and key != INSECURE else value for key, value in case.variables.items()}


def client_says(cases: dict[str, tuple[str, dict[str, str]]]) -> dict[str, str]:
    """What MlflowClient makes of each: "reads", or its error. A session of its own: it asks terminals for passwords."""
    env = {key: value for key, value in os.environ.items() if key not in FOREIGN}
    env |= {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": "300"}
    argv = [sys.executable, "-c", ASK]
    asked = json.dumps(cases)
    done = subprocess.run(
        argv, input=asked, env=env, capture_output=True, text=True, check=False, start_new_session=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def theirs(servers: dict[str, str], papers: Path) -> dict[str, str]:
    return client_says({name: (servers[case.where], variables(case, papers)) for name, case in CASES.items()})


@pytest.mark.parametrize("name", CASES)
def test_read_or_refused_as_by_mlflow(
    name: str,
    servers: dict[str, str],
    papers: Path,
    theirs: dict[str, str],
    tmp_path: Path,
    nobody_trusted: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case, uri = CASES[name], servers[CASES[name].where]
    assert ((theirs[name] == "reads") == (not case.problem)) == case.alike, theirs[name]
    environ = variables(case, papers)
    monkeypatch.setenv("SSL_CERT_FILE", environ.pop("SSL_CERT_FILE", "/dev/null"))
    mirror = ServerMirror(uri, tmp_path / "m.db", environ)
    if not case.problem:
        mirror.refresh()
        return
    with pytest.raises(Unreachable) as caught:
        mirror.refresh()
    assert re.search(case.problem.format(re.escape(uri)), caught.value.summary), caught.value.summary
    assert re.search(case.hint, caught.value.hint), caught.value.hint
    assert "\n" not in caught.value.summary


def test_everything_is_read(
    servers: dict[str, str], papers: Path, tmp_path: Path, nobody_trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {CA: str(papers / "ca.pem"), CLIENT: str(papers / "client.pem")}
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    mirror = ServerMirror(servers["strict"], tmp_path / "m.db", environ)
    mirror.refresh()
    found, said = held(mirror), normal(mlflow("read", servers["strict"], tmp_path))
    for part in ("experiments", "runs", "series", "models"):
        assert found[part] == said[part], part


USER, PASSWORD, TOKEN = (f"MLFLOW_TRACKING_{word}" for word in ("USERNAME", "PASSWORD", "TOKEN"))
LOGINS = {
    "nobody": {},
    "user and password": {USER: "ada", PASSWORD: "s3cret:ü"},
    "token": {TOKEN: "t0ken"},
    "both": {USER: "ada", PASSWORD: "s3cret", TOKEN: "t0ken"},
    "no password": {USER: "ada", TOKEN: "t0ken"},
}


def test_the_login_is_mlflows(papers: Path, tmp_path: Path, nobody_trusted: None) -> None:
    trusted = {CA: str(papers / "ca.pem")}
    with Endpoint(papers / "server.pem") as endpoint:
        threading.Thread(target=endpoint.serve_forever, args=(0.02,), daemon=True).start()
        uris = dict.fromkeys(LOGINS, endpoint.uri) | {"address": endpoint.uri.replace("//", "//bob:p%40ss@")}
        logins = {name: LOGINS.get(name, LOGINS["both"]) | trusted for name in uris}
        said = client_says({name: (uri, logins[name]) for name, uri in uris.items()})
        assert set(said.values()) == {"reads"}, said
        theirs = endpoint.asked[:]
        ours = []
        for name, uri in uris.items():
            endpoint.asked.clear()
            ServerMirror(uri, tmp_path / f"{name}.db", logins[name]).refresh()
            ours.append(endpoint.asked[0])
        endpoint.shutdown()
    assert ours == theirs
    assert ours[0] is None
    assert all(ours[1:])


def mltui(cwd: Path, *arguments: str) -> str:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_a_project_behind_tls(servers: dict[str, str], papers: Path, tmp_path: Path, nobody_trusted: None) -> None:
    """The settings in ``.env``, as for a training; then the certificate is forgotten: runs stay, with their age."""
    project = tmp_path / "project"
    below = project / "src"
    below.mkdir(parents=True)
    (project / "mltui.toml").write_text('experiments = ["*"]\n')
    (project / "ca.pem").write_bytes((papers / "ca.pem").read_bytes())
    settings = f"MLFLOW_TRACKING_URI={servers['open']}\n"
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    (project / ".env").write_text(settings + f"{CA}=ca.pem\n")
    read = mltui(below, "status")
    assert "signed by" not in read
    assert "parent" in read
    runs = json.loads(mltui(below, "runs", "--json"))["runs"]
    assert {"parent", "child", "failed"} <= {run["name"] for run in runs}
    (project / ".env").write_text(settings)
    shown = mltui(project, "status")
    assert f"! {servers['open']}  the certificate of {servers['open']} is signed by nobody we trust" in shown
    assert f"→ set {CA} to the PEM file of its CA; {INSECURE}=true reads it unchecked" in shown
    assert re.search(r"last read (now|\d+ (s|min) ago)", shown), shown
    assert "parent" in shown
    document = json.loads(mltui(project, "status", "--json"))
    assert [problem["hint"] for problem in document["problems"] if "signed by" in problem["summary"]] == [
        f"set {CA} to the PEM file of its CA; {INSECURE}=true reads it unchecked"
    ]
