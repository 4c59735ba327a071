"""Whom to trust and what to show where a server is reached by TLS, by MLflow's variables (`tls`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AUTHORITY, CERTIFICATE = "MLFLOW_TRACKING_SERVER_CERT_PATH", "MLFLOW_TRACKING_CLIENT_CERT_PATH"
INSECURE = "MLFLOW_TRACKING_INSECURE_TLS"

#: The variables that name a CA, the strongest first.
AUTHORITIES = (AUTHORITY, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom we trust and who we are. `variable` named the authority; `insecure` is verbatim."""

    authority: str | None = None
    variable: str = AUTHORITY
    certificate: str | None = None
    insecure: str = ""

    @property
    def verify(self) -> bool:
        return self.insecure.lower() not in ("true", "1")


def trust(environ: Mapping[str, str]) -> Trust:
    """What the variables say; nothing is opened."""
    variable = next((name for name in AUTHORITIES if environ.get(name)), AUTHORITY)
    return Trust(
        authority=environ.get(variable) or None,
        variable=variable,
        certificate=environ.get(CERTIFICATE) or None,
        insecure=environ.get(INSECURE, ""),
    )
