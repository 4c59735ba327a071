"""Whose login and whose TLS settings a tracking server gets: those of whoever named it.

A repository is often somebody else's. Its ``.env`` must neither lower the TLS of a server that the user named, nor name
a server of its own and be sent the user's token.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from mltui.config import Config
from mltui.model.part import Problem
from mltui.sources.mlflow.addresses import redacted
from mltui.sources.mlflow.server.trust import AUTHORITIES, AUTHORITY, CERTIFICATE, INSECURE
from mltui.sources.places import Project

#: What names a server: a field of `Config`, or neither of them.
Field = Literal["store", "registry", "found"]

_USER, _PASSWORD, _TOKEN = (f"MLFLOW_TRACKING_{word}" for word in ("USERNAME", "PASSWORD", "TOKEN"))
#: What may only come from the layer that named the server.
_OWN = (_USER, _PASSWORD, _TOKEN, INSECURE, CERTIFICATE, *AUTHORITIES)
#: What a server must not get from somebody who did not name it, in words.
_SECRETS = {_TOKEN: "token", _PASSWORD: "password", CERTIFICATE: "client certificate"}
#: The variable and the flag that name a server.
_NAMING: Mapping[Field, tuple[str, str]] = {
    "store": ("MLFLOW_TRACKING_URI", " or pass --store {}"),
    "registry": ("MLFLOW_REGISTRY_URI", ""),
    "found": ("MLFLOW_TRACKING_URI", " or pass --store {}"),
}


def environment(project: Project, config: Config, field: Field = "store") -> Mapping[str, str]:
    """The variables for the server that `field` of `config` names: ``.env`` below the environment, logins apart.

    Login and TLS are only the environment's for a server that the user named. Else they are those of the project's
    ``.env``, with the environment's CA where that names none: that only strengthens. Relative paths of certificates are
    meant from where the user stands, in ``.env`` from its place.
    """
    said = _said(project)
    theirs = _placed(said, project.root)
    users = _placed(os.environ, project.start)
    if is_users(config, field):
        own = users
    else:
        own = {name: users[name] for name in AUTHORITIES if name in users} | theirs
        if AUTHORITY in users and AUTHORITY not in theirs:
            own.pop(INSECURE, None)
    shared = {name: value for name, value in (said | os.environ).items() if name not in _OWN}
    return shared | own | {"MLFLOW_REGISTRY_URI": config.registry or ""}


def withheld(project: Project, config: Config, field: Field, uri: str) -> Problem | None:
    """That secrets of the environment are not sent to the server at `uri`, which `field` names, if there are any."""
    if is_users(config, field) or not uri.startswith(("http://", "https://")):
        return None
    theirs = _placed(_said(project), project.root)
    kept = [name for name in _SECRETS if os.environ.get(name) and os.environ[name] != theirs.get(name)]
    if _has_login(uri):
        kept = [name for name in kept if name == CERTIFICATE]
    if not kept:
        return None
    shown = redacted(uri)
    what = " and ".join(_SECRETS[name] for name in kept)
    variable, flag = _NAMING[field]
    hint = f"export {variable}={shown}{flag.format(shown)} to send your {what} there"
    are = "is" if len(kept) == 1 else "are"
    return Problem("mlflow", f"only the repository names {shown}: your {what} {are} not sent there", hint, shown)


def is_users(config: Config, field: Field) -> bool:
    """Whether the user named the server, be it as the other of store and registry."""
    if field == "found" or config.is_users(field):
        return field != "found"
    other: Field = "registry" if field == "store" else "store"
    return config.is_users(other) and bool(config.store) and config.store == config.registry


def _said(project: Project) -> dict[str, str]:
    """What of the project's ``.env`` counts here."""
    from mltui.sources.dotenv import read_dotenv

    said = {} if project.server else read_dotenv(project.root / ".env")
    return {name: value for name, value in said.items() if name.startswith("MLFLOW_") or name in _OWN}


def _placed(said: Mapping[str, str], base: Path) -> dict[str, str]:
    """Those of `_OWN` that are set, paths absolute."""
    files = (CERTIFICATE, *AUTHORITIES)
    return {name: str(base / said[name]) if name in files else said[name] for name in _OWN if said.get(name)}


def _has_login(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return bool(parts.username and parts.password)
