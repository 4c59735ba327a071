"""A tracking server with 10,000 runs: how soon its first page is there, all of it, and the next start."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measure import Figure
from bench.projects import WORK, large

#: The server's first answers, asked for by MLflow's own client in a process of its own: the experiments, then a page.
PEER = """
import sys, time
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
begun = time.perf_counter()
ids = [one.experiment_id for one in client.search_experiments()]
page = client.search_runs(ids, max_results=1000)
print(time.perf_counter() - begun, len(page))
"""
#: Ours, as the feeds of a screen do it: the first runs, then whatever is there, until all of it is.
OURS = """
import sys, time
from pathlib import Path
from mltui.config import Config
from mltui.sources.places import Project
from mltui.sources.workspace import Workspace
config = Config(store=sys.argv[1], store_origin="flag", experiments=("*",))
workspace = Workspace(Project(Path.cwd(), Path.cwd()), config)
begun = time.perf_counter()
workspace.runs.first()
table = workspace.runs.there()
first, rows = time.perf_counter() - begun, len(table.runs)
while not table.complete:
    time.sleep(0.25)
    workspace.stores.load(wait=0.0)
    table = workspace.runs.there()
print(first, rows, time.perf_counter() - begun, len(table.runs))
"""


def a_server() -> list[Figure]:
    """The first 1,000 rows against the server's own first page; the whole; a second start."""
    shutil.rmtree(home := WORK / "server-home", ignore_errors=True)
    place = store()
    with serving(place) as uri:
        _ask(PEER, uri, home)  # a server's first answer is slower than all others
        peer, _ = _ask(PEER, uri, home)
        first, rows, whole, every = _ask(OURS, uri, home)
        again, known, *_ = _ask(OURS, uri, home)
    return [
        Figure(f"first {rows:,.0f} runs of a server listed", first * 1000, peer * 1000, "its first page", 1.5),
        Figure(f"all {every:,.0f} runs of a server mirrored", whole * 1000, None, "", None),
        Figure(f"next start: {known:,.0f} runs of a server from the mirror", again * 1000, None, "", 2000),
    ]


def _ask(script: str, uri: str, home: Path) -> list[float]:
    environ = {**os.environ, "MLTUI_CACHE_DIR": str(home / "cache"), "XDG_STATE_HOME": str(home / "state")}
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", script, uri], cwd=home, env=environ, check=True, stdout=subprocess.PIPE
    )
    return [float(word) for word in done.stdout.split()]


def store() -> Path:
    """A store with the runs of the large project without their series, which a page of runs does not hold."""
    path = WORK / "server" / "mlflow.db"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = sqlite3.connect(path.with_suffix(".making"))
        made.execute("attach ? as large", (f"{large().path}/mlflow.db",))
        select = "select name, sql from large.sqlite_master where type = 'table' and name not like 'sqlite_%'"
        for name, sql in made.execute(select).fetchall():
            made.execute(sql)
            if name != "metrics":
                columns = ",".join(f'"{row[1]}"' for row in made.execute(f'pragma table_info("{name}")'))
                made.execute(f'insert into "{name}" ({columns}) select {columns} from large."{name}"')
        for (sql,) in made.execute("select sql from large.sqlite_master where type = 'index' and sql is not null"):
            made.execute(sql)
        made.commit()
        made.close()
        path.with_suffix(".making").rename(path)
    return path


@contextmanager
def serving(database: Path) -> Iterator[str]:
    """``mlflow server`` of the store on the loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    uri = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    environ = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (database.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--backend-store-uri", f"sqlite:///{database}"],
            cwd=database.parent,
            env=environ,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(f"{uri}/health", timeout=1).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        yield uri
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
