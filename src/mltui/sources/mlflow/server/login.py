"""Who we are to a tracking server: the variables MLflow's own client reads (`mlflow.utils.credentials`)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from mltui.errors import Unreadable
from mltui.sources.mlflow.addresses import redacted
from mltui.sources.mlflow.server.trust import Trust, trust

#: No answer takes longer: a screen waits for it (MLflow's own default is 120 s).
LONGEST_SECONDS = 10.0

#: What makes an address of a password none.
HINT = "write / ? # and @ in a password as %2F %3F %23 and %40"


@dataclass(frozen=True, slots=True)
class Login:
    """Where a server is and how to ask it. `base` is without credentials and fit to be shown; the rest never is."""

    base: str
    authorization: str | None = field(default=None, repr=False)
    trust: Trust = field(default_factory=Trust)
    timeout: float = LONGEST_SECONDS
    secrets: tuple[str, ...] = field(default=(), repr=False)
    user: str = ""  #: who the server is told we are; "" for a token, or for nobody

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """Scheme, host and port: what a redirect must not leave."""
        parts = urlsplit(self.base)
        return parts.scheme, parts.hostname or "", parts.port

    @property
    def who(self) -> str:
        """Another word for each user, token and client certificate at this server; empty without any.

        It names files. No secret can be read from it, and guessing one costs: it is short, and slow to make (4 ms).
        """
        secret = "\n".join(filter(None, (self.authorization, self.trust.certificate)))
        if not secret:
            return ""
        told, salt = (text.encode("utf-8", "surrogateescape") for text in (secret, self.base))
        return hashlib.pbkdf2_hmac("sha256", told, salt, 10_000, dklen=4).hex()

    def redact(self, text: str) -> str:
        """`text` on one line and without anything secret, should a server repeat it."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())[:200]


def login(uri: str, environ: Mapping[str, str], timeout: float | None = None) -> Login:
    """Read user, password, token and CA from `uri` and `environ`; `timeout` only shortens theirs (seconds).

    Raises `Unreadable` if `uri` is no http address.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise Unreadable(f"{redacted(uri)} is no valid address", HINT) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreadable(f"{redacted(uri)} is no http or https address", HINT)
    user = unquote(parts.username or "") or environ.get("MLFLOW_TRACKING_USERNAME", "")
    password = unquote(parts.password or "") or environ.get("MLFLOW_TRACKING_PASSWORD", "")
    token = environ.get("MLFLOW_TRACKING_TOKEN", "")
    authorization = None
    secrets = [secret for secret in (password, token) if len(secret) > 2]
    if user and password:
        pair = base64.standard_b64encode(f"{user}:{password}".encode()).decode()
        authorization = f"Basic {pair}"
        secrets.append(pair)
    elif token:
        authorization = f"Bearer {token}"
    return Login(
        base=_base(parts, port),
        authorization=authorization,
        trust=trust(environ),
        timeout=min(_timeout(environ.get("MLFLOW_HTTP_REQUEST_TIMEOUT", "")), timeout or LONGEST_SECONDS),
        secrets=tuple(secrets),
        user=user if user and password else "",
    )


def _base(parts: SplitResult, port: int | None) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{host}:{port}" if port else host, parts.path.rstrip("/"), "", ""))


def _timeout(said: str) -> float:
    try:
        seconds = float(said)
    except ValueError:
        return LONGEST_SECONDS
    return min(seconds, LONGEST_SECONDS) if seconds > 0 else LONGEST_SECONDS
