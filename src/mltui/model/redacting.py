"""Addresses as they may be shown: without user, password, token and signature."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: Databases that are read by SQL, by the first word of their SQLAlchemy URI.
SQL_SCHEMES = frozenset({"postgresql", "postgres", "mysql", "mariadb"})

#: ``key=value`` of a query that is nobody's business.
_SECRET = re.compile(
    r"(?i)([?&](?:[^=&]*(?:password|passwd|pwd|token|secret|key)[^=&]*|(?:[^=&]*-)?(?:sig|signature|credential))=)[^&]*"
)

#: Who may speak in a channel is who knows its address: the path is the secret.
_WEBHOOK = re.compile(
    r"(?i)(//(?:hooks\.slack\.com/[a-z]+|(?:\w+\.)?discord(?:app)?\.com/api/webhooks|[\w.-]+\.webhook\.office\.com/\w+)/)[^?]+"
)

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,40}://[^\s'\"`;|<>]+")


def redacted(uri: str) -> str:
    """`uri` without user, password, token and signature."""
    try:
        parts = urlsplit(_without_user(uri))
    except ValueError:
        return uri.partition(":")[0] + ":…"
    host = parts.netloc.rpartition("@")[2]
    query = _SECRET.sub(r"\1…", f"?{parts.query}")[1:] if parts.query else ""
    if not parts.netloc and "://" not in uri:
        return uri
    scheme = f"{parts.scheme}:" if parts.scheme else ""
    mark = "//" if uri.lstrip()[len(scheme) :].startswith("//") else ""  # also where no host follows: sqlite:////tmp/x
    return f"{scheme}{mark}{host}{parts.path}{query and '?'}{query}".rstrip("/")


def addresses_redacted(text: str) -> str:
    """`text` with each address in it `redacted`; as it stands where nobody is named in it."""
    return _ADDRESS.sub(lambda found: address_shown(found[0]), text) if "://" in text else text


def address_shown(path: str) -> str:
    """`path` as it stands, unless it is an address that names somebody: that `redacted`."""
    if "://" not in path:
        return path
    return _WEBHOOK.sub(r"\1…", redacted(path) if "@" in path or "?" in path else path)


def _without_user(uri: str) -> str:
    """`uri` without what comes before its host, also where a password holds ``/``, ``?`` or ``#`` as it is.

    SQLAlchemy takes such passwords. Of http only a "port" that is no number gives them away.
    """
    scheme, mark, rest = uri.partition("://")
    if not mark or "@" not in rest:
        return uri
    plain = re.match(r"(?:\[[^\]/]*\]|[^/?#@:]*)(?::\d*)?(?:[/?#]|$)", rest)
    if plain and not (scheme.partition("+")[0].lower() in SQL_SCHEMES and re.match(r"[^/?#@]*:", rest)):
        return uri  # a host, then a path or a query with an @ of its own
    before, query, after = rest.partition("?")
    rest = f"{before.rpartition('@')[2]}{query}{after}" if "@" in before else rest.rpartition("@")[2]
    return f"{scheme}://{rest}"
