"""What stands in for a Databricks workspace: a real ``mlflow server`` behind a proxy that wants a token.

No Databricks is asked by any test. The REST of runs is MLflow's on both; what a workspace has besides (Unity Catalog,
its limits) is not shown by this. Now and then the proxy answers 429, as a workspace does to whoever asks too often.
"""

from __future__ import annotations

import http.server
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

TOKEN = "dapi-0123456789abcdef"


class Proxy(http.server.ThreadingHTTPServer):
    """Passes requests on to `upstream`, of `asked` each `every`-th only after a 429."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = upstream
        self.every = 0
        self.asked: list[tuple[str, int]] = []

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        self.pass_on(None)

    def do_POST(self) -> None:
        self.pass_on(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def pass_on(self, body: bytes | None) -> None:
        mlflow = self.path.startswith("/api/2.0/mlflow/")
        if mlflow and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer(401, b"{}")
        elif mlflow and self.server.every and (len(self.server.asked) + 1) % self.server.every == 0:
            self.answer(429, b'{"error_code": "REQUEST_LIMIT_EXCEEDED"}', **{"Retry-After": "0"})
        else:
            kind = {"Content-Type": "application/json"} if body is not None else {}
            asked = urllib.request.Request(f"{self.server.upstream}{self.path}", body, kind)
            try:
                with urllib.request.urlopen(asked, timeout=600) as said:
                    self.answer(said.status, said.read())
            except urllib.error.HTTPError as error:
                self.answer(error.code, error.read())

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.server.asked.append((self.path, status))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def workspace(upstream: str) -> Iterator[Proxy]:
    proxy = Proxy(upstream)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
