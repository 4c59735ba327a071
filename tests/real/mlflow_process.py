"""A real ``mlflow server`` on the loopback."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

#: A cold `mlflow server` imports for some seconds; a busy machine makes it more.
START_SECONDS = 600.0

QUIET = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}


@dataclass
class Server:
    """A server that was started; `stop` ends it, and nothing else."""

    uri: str
    process: subprocess.Popen[bytes]
    place: Path

    def up(self, context: ssl.SSLContext | None = None) -> Server:
        """Wait until it answers; `context` is for https."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.uri}/health", timeout=30, context=context):
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)  # nothing announces that it is up
        self.stop()
        raise AssertionError(self.log.read_text())

    @property
    def log(self) -> Path:
        return self.place / f"server-{self.uri.rpartition(':')[2]}.log"

    def stop(self) -> None:
        """End it with what it started: before MLflow 3 its gunicorn outlives it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def start(place: Path, *options: str, scheme: str = "http", python: str | Path = sys.executable) -> Server:
    """Start one of `place`'s ``mlflow.db`` with the mlflow of `python`. Ask `Server.up` before anything else."""
    port = free_port()
    command = [
        *(str(python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{place}/mlflow.db"),
        *("--default-artifact-root", str(place / "artifacts"), *options),
    ]
    path = f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"  # older ones look there for their gunicorn
    with (place / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=place,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **QUIET, "PATH": path},
            start_new_session=True,
        )
    return Server(f"{scheme}://127.0.0.1:{port}", process, place)
