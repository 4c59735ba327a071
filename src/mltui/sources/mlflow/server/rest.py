"""One request to a tracking server, and every way it can go wrong said in mltui's words."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from mltui.errors import Denied, NotFound, SourceError, Unreachable, Unreadable
from mltui.sources.mlflow.server import tls
from mltui.sources.mlflow.server.door import Answer, Door
from mltui.sources.mlflow.server.login import Login

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

#: Redirects followed, on the same host only (a reverse proxy that adds a slash).
REDIRECTS = 3

#: A page of 1,000 runs with everything they logged is some 20 MB; what is longer than this is no page.
LONGEST_ANSWER = 512 << 20

_ADDRESS = "is this the address of an MLflow server?"
_LOG = "look at the server's log"
_LOGIN = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"


class Rest(Door):
    """Asks one server over HTTP with a client of our own."""

    def __init__(self, login: Login, pause: Callable[[float], bool] | None = None) -> None:
        super().__init__(login.base, login.who, pause)
        self._login = login
        self._client: httpx.Client | None = None
        self._answered = False

    def close(self) -> None:
        super().close()
        if self._client is not None:
            self._client.close()
            self._client = None

    def content(self, path: str, query: Mapping[str, str], limit: int) -> tuple[bytes, bool]:
        """The first `limit` bytes of what lies at ``<base>/<path>``, and whether there are more."""
        with self._one:
            answer = self._fetch("GET", f"{self.base}/{path}", {"params": dict(query)}, limit)
        if answer.status != 200:
            self._read(answer, path)
            raise Unreachable(f"{self.base} answers {answer.status} to {path}", _LOG)
        return answer.body[:limit], len(answer.body) > limit

    def _exchange(self, method: str, endpoint: str, said: dict[str, Any]) -> Answer:
        url = f"{self.base}/api/2.0/mlflow/{endpoint}"
        return self._fetch(method, url, {"params" if method == "GET" else "json": said})

    def _fetch(self, method: str, url: str, options: dict[str, Any], enough: int | None = None) -> Answer:
        deadline = time.monotonic() + self._login.timeout
        for _ in range(REDIRECTS + 1):
            answer = self._within(deadline, partial(self._send, method, url, options, deadline, enough))
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            url = self._redirected(method, answer.status, url, answer.headers.get("location", ""))
        raise Unreachable(f"{self.base} redirects in a circle", "ask for its real address")

    def _within(self, deadline: float, call: Callable[[], T]) -> T:
        """`call` in a thread of its own, given up at `deadline`: a server may send its headers a byte at a time."""
        result: list[T] = []
        failure: list[BaseException] = []

        def work() -> None:
            try:
                result.append(call())
            except BaseException as error:
                failure.append(error)

        thread = threading.Thread(target=work, daemon=True, name="mltui-rest")
        thread.start()
        thread.join(max(0.0, deadline - time.monotonic()) + 0.05)
        if failure:
            raise self._translate(failure[0]) from failure[0]
        if not result:
            self._client = None  # the thread still uses it; the next request opens another
            raise self._late()
        return result[0]

    def _send(self, method: str, url: str, options: dict[str, Any], deadline: float, enough: int | None) -> Answer:
        client = self._open()
        with client.stream(method, url, timeout=max(0.05, deadline - time.monotonic()), **options) as response:
            self._answered = True
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if enough is not None and len(body) > enough:
                    break
                if time.monotonic() > deadline or len(body) > LONGEST_ANSWER:
                    raise TimeoutError
            return Answer(response.status_code, response.headers, bytes(body))

    def _open(self) -> httpx.Client:
        if self._client is None:
            import httpx

            headers = {"Accept": "application/json", "User-Agent": "mltui"}
            if self._login.authorization:
                headers["Authorization"] = self._login.authorization
            # nothing is loaded for http, which needs it not: redirects to https are not followed
            secure = tls.context(self._login.trust) if self.base.startswith("https") else False
            self._client = httpx.Client(verify=secure, headers=headers, follow_redirects=False)
        return self._client

    def _redirected(self, method: str, status: int, url: str, location: str) -> str:
        target = urljoin(url, location)  # httpx has refused a location that is no address
        parts = urlsplit(target)
        if (parts.scheme, parts.hostname or "", parts.port) != self._login.origin:
            to = f"{parts.scheme}://{parts.hostname or '?'}"
            raise Unreachable(f"{self.base} sends us to {to}", f"a login page? {_LOGIN}; or use that address")
        if method != "GET" and status not in (307, 308):
            raise Denied(f"{self.base} answers with a login page", _LOGIN)
        return target

    def _read(self, answer: Answer, endpoint: str) -> dict[str, Any]:
        status, headers, body = answer
        if status == 401:
            known = self._login.authorization is not None
            what = "does not accept our login" if known else "asks for a login"
            raise Denied(f"{self.base} {what} (401)", "check the login in your environment" if known else _LOGIN)
        if status == 403 and b"Invalid Host header" in body:  # MLflow 3.5 and later
            hint = "its owner has to start it with --allowed-hosts"
            raise Denied(f"{self.base} does not answer to this host name (403)", hint)
        if status == 403:
            raise Denied(f"{self.base} does not let us read {endpoint} (403)", "ask its owner for read permission")
        said = _parse(body)
        if 200 <= status < 300 and isinstance(said, dict):
            return said
        raise self._wrong(status, headers, body, said, endpoint)

    def _wrong(self, status: int, headers: Mapping[str, str], body: bytes, said: Any, endpoint: str) -> SourceError:
        if isinstance(said, dict) and "error_code" in said:
            message = self._login.redact(str(said.get("message", "")))
            kind = NotFound if status == 404 else Unreachable if status >= 500 else Unreadable
            return kind(f"{self.base} answers {said['error_code']}: {message}", "" if kind is NotFound else _LOG)
        if status >= 500:
            return Unreachable(f"{self.base} fails ({status})", _LOG)
        if status >= 400 and (secured := tls.told(body, self._login.trust, self.base)) is not None:
            return secured
        if 200 <= status < 300 and not body:
            return Unreachable(f"{self.base} answers with nothing", _ADDRESS)
        if "html" in headers.get("content-type", "") or body.lstrip()[:1] == b"<":
            what = f"{self.base} answers {endpoint} with a web page, not JSON ({status})"
            return (NotFound if status == 404 else Unreachable)(what, _ADDRESS)
        if 200 <= status < 300:
            return Unreachable(f"{self.base} answers with broken JSON ({len(body)} bytes)", "try again")
        kind, hint = (NotFound, _ADDRESS) if status == 404 else (Unreachable, _LOG)
        return kind(f"{self.base} answers {status} to {endpoint}", hint)

    def _late(self) -> Unreachable:
        return Unreachable(f"{self.base} did not answer within {self._login.timeout:g} s", "is it up, is a VPN needed?")

    def _translate(self, error: BaseException) -> BaseException:
        import httpx

        if isinstance(error, SourceError):
            return error
        if isinstance(error, (httpx.TimeoutException, TimeoutError)):
            return self._late()
        if (secured := tls.failure(error, self._login.trust, self.base)) is not None:
            return secured
        if isinstance(error, httpx.ConnectError):
            why = str(error).lower()
            if "name" in why or "address" in why:
                return Unreachable(f"nobody knows the host of {self.base}", "check the address, is a VPN needed?")
            return Unreachable(f"{self.base} refuses the connection", "is the server running?")
        closed = isinstance(error, httpx.NetworkError) or "disconnected" in str(error)
        if closed and not self._answered:
            return tls.silent(self._login.trust, self.base)
        if isinstance(error, (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)):
            return Unreachable(f"{self.base} broke off: {self._login.redact(str(error))}", "try again")
        return error


def _parse(body: bytes) -> Any:
    """The JSON value, or None. Bare NaN and Infinity, which MLflow sends, are read."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
