"""A tracking server on the loopback that answers what a test tells it to: a fake at the network's door."""

from __future__ import annotations

import http.server
import json
import math
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mltui.sources.mlflow.server.mirror import ServerMirror

RUN = "0123456789abcdef0123456789abcdef"
Reply = Callable[["Handler"], None]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as `replies` of its server say: by the last part of the path, else by ""."""

    protocol_version = "HTTP/1.1"
    server: Misbehaving

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer()

    def answer(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        path = self.path.split("?")[0]
        for end, reply in self.server.replies.items():
            if path.endswith(end):
                reply(self)
                return

    def send(self, body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Misbehaving(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.released = threading.Event()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def said(value: Any, status: int = 200) -> Reply:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return lambda handler: handler.send(body, status)


def good() -> dict[str, Reply]:
    run = {
        "info": {"run_uuid": RUN, "experiment_id": "1", "status": "RUNNING", "start_time": "1620000000000"},
        "data": {
            "metrics": [
                {"key": "loss", "value": "NaN", "timestamp": "1", "step": "2"},
                {"key": "up", "value": math.inf, "timestamp": 1},
                {"key": "down", "value": "-Infinity", "timestamp": 1, "step": 0},
                {"key": "zero", "timestamp": 1},
                {"key": "bad", "value": "much"},
                "not an object",
            ],
            "params": [{"key": "empty"}, {"key": "lr", "value": "0.1"}],
            "tags": [{"key": "mlflow.runName", "value": "from the tag"}],
        },
    }
    return {
        "experiments/search": said({"experiments": [{"experiment_id": "1", "name": "one"}, {"name": "no id"}]}),
        "runs/search": said({"runs": [run, {"info": {}}]}),
        "registered-models/search": said({}),
        "model-versions/search": said({}),
        "metrics/get-history": said({"metrics": [{"key": "loss", "value": "Infinity", "timestamp": "1", "step": "0"}]}),
    }


@contextmanager
def serving() -> Iterator[Misbehaving]:
    """A server with one experiment and one run, until the block ends."""
    server = Misbehaving()
    server.replies = good()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()


def rows(mirror: ServerMirror, sql: str) -> list[Any]:
    """What a query finds in a mirror's database."""
    connection = sqlite3.connect(mirror.database)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()
