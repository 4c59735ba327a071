"""A small https server for tests of TLS where no MLflow is needed: it is never reached, or only its login matters."""

from __future__ import annotations

import http.server
import socket
import socketserver
import ssl
from pathlib import Path
from typing import Any


class Answer(http.server.BaseHTTPRequestHandler):
    """To everything: no experiments, and whoever asked is remembered."""

    protocol_version = "HTTP/1.1"
    server: Endpoint

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self.headers.get("Authorization"))
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Endpoint(http.server.ThreadingHTTPServer):
    """Listens at once; `serve_forever` answers. With `authority` it wants a client certificate that this one signed."""

    daemon_threads = True

    def __init__(self, certificate: Path | None, authority: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str | None] = []
        self.context: ssl.SSLContext | None = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
            if authority is not None:
                self.context.load_verify_locations(authority)
                self.context.verify_mode = ssl.CERT_REQUIRED

    @property
    def uri(self) -> str:
        return f"https://127.0.0.1:{self.server_address[1]}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        """The handshake first, in the connection's own thread."""
        if self.context is None:
            socketserver.BaseServer.finish_request(self, request, client_address)
            return
        secured = self.context.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        with secured:
            try:
                secured.do_handshake()
            except OSError:
                _linger(secured)
            else:
                socketserver.BaseServer.finish_request(self, secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: clients that go away are what is tested."""


def _linger(refused: ssl.SSLSocket) -> None:
    """Read what still comes, without TLS: closing before that would reset the connection and lose the alert."""
    raw = super(ssl.SSLSocket, refused)
    try:
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(4096):
            continue
    except OSError:
        return
