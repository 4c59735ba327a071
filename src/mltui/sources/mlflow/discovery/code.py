"""Tracking URIs that a project's own code and parameters name: offered to the user, never contacted unasked."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path

FILES = 400
FILE_BYTES = 256 << 10
SECONDS = 0.1
#: A repository of tests and examples names dozens; a few are an offer, more are noise.
OFFERS = 5

_CALL = re.compile(rb"""set_(?:tracking|registry)_uri\(\s*[rf]?["'](?P<uri>[a-z][a-z0-9+]*://[^"'\s{}]+)["']""")
_SETTING = re.compile(rb"""(?i)mlflow_tracking_uri["']?\s*[:=]\s*["']?(?P<uri>[a-z][a-z0-9+]*://[^"'\s{}#,)]+)""")
#: Only what is elsewhere: what lies in the repository was found there.
_REMOTE = ("http://", "https://", "postgresql", "mysql", "databricks")


def uris(paths: Iterable[str], seconds: float = SECONDS) -> list[str]:
    """The remote tracking URIs named in the files `paths`, most often named first, at most `OFFERS`."""
    counts: dict[str, int] = {}
    start = time.monotonic()
    for number, path in enumerate(paths):
        if number >= FILES or time.monotonic() - start > seconds:
            break
        for uri in _in_file(Path(path)):
            counts[uri] = counts.get(uri, 0) + 1
    return sorted(counts, key=lambda uri: (-counts[uri], uri))[:OFFERS]


def _in_file(path: Path) -> set[str]:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES)
    except OSError:
        return set()
    if b"racking_uri" not in data and b"RACKING_URI" not in data:
        return set()
    found = {match["uri"].decode("utf-8", "replace") for each in (_CALL, _SETTING) for match in each.finditer(data)}
    return {uri.rstrip("/") for uri in found if uri.startswith(_REMOTE)}
