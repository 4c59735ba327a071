"""Pages that stand before an MLflow server and speak of TLS or host names: words of nginx, Apache, Go and MLflow 3."""

from __future__ import annotations

from pathlib import Path

import pytest

from misbehaving import Misbehaving, said
from mltui.errors import Denied, SourceError, Unreachable
from mltui.sources.mlflow.server.mirror import ServerMirror

#: nginx's are those of src/http/ngx_http_special_response.c.
NGINX = "<html>\r\n<head><title>400 {0}</title></head>\r\n<body>\r\n<center>{0}</center>\r\n</body></html>"

PAGES = {
    "no client certificate": (
        400,
        NGINX.format("No required SSL certificate was sent"),
        Unreachable("wants a client certificate", "set MLFLOW_TRACKING_CLIENT_CERT_PATH"),
    ),
    "a bad one": (
        400,
        NGINX.format("The SSL certificate error"),
        Unreachable("does not accept our client certificate", "look at /me.pem"),
    ),
    "nginx": (
        400,
        NGINX.format("The plain HTTP request was sent to HTTPS port"),
        Unreachable("speaks TLS", "is it https://127.0.0.1"),
    ),
    "Apache": (
        400,
        "<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
        Unreachable("speaks TLS", "is it https://127.0.0.1"),
    ),
    "Go": (
        400,
        "Client sent an HTTP request to an HTTPS server.\n",
        Unreachable("speaks TLS", "is it https://127.0.0.1"),
    ),
    "MLflow": (
        403,
        "Invalid Host header - possible DNS rebinding attack detected",
        Denied("does not answer to this host name (403)", "--allowed-hosts"),
    ),
    "another page": (400, "<p>no", Unreachable("with a web page, not JSON (400)", "the address of an MLflow server?")),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_that_speak_of_tls(server: Misbehaving, tmp_path: Path, name: str) -> None:
    status, body, meant = PAGES[name]
    server.replies = {"": said(body.encode(), status)}
    mirror = ServerMirror(server.uri, tmp_path / "m.db", {"MLFLOW_TRACKING_CLIENT_CERT_PATH": "/me.pem"})
    with pytest.raises(SourceError) as caught:
        mirror.refresh()
    assert type(caught.value) is type(meant)
    assert meant.summary in caught.value.summary
    assert meant.hint in caught.value.hint
