"""Tracking URIs that a project's own code and parameters name: offered to the user, never contacted unasked."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from mltui.sources.mlflow.addresses import redacted

#: Of each file that was read its mtime (ns, before it was read) and the URIs in it.
Named = dict[str, tuple[int, list[str]]]

FILES = 400
FILE_BYTES = 256 << 10
SECONDS = 0.1
#: A repository of tests and examples names dozens; a few are an offer, more are noise.
OFFERS = 5

_CALL = re.compile(rb"""set_(?:tracking|registry)_uri\(\s*[rf]?["'](?P<uri>[a-z][a-z0-9+]*://[^"'\s{}]+)["']""")
_SETTING = re.compile(rb"""(?i)mlflow_tracking_uri["']?\s*[:=]\s*["']?(?P<uri>[a-z][a-z0-9+]*://[^"'\s{}#,)]+)""")
#: Only what is elsewhere: what lies in the repository was found there.
_REMOTE = ("http://", "https://", "postgresql", "mysql", "databricks")


def read(paths: Iterable[str], seconds: float = SECONDS) -> Named:
    """What the files `paths` name, as far as the bounds go."""
    found: Named = {}
    start = time.monotonic()
    for path in islice(paths, FILES):
        if time.monotonic() - start > seconds:
            break
        found[path] = _look(path)
    return found


def again(former: Named) -> Named:
    """The same files as they are now; only those that moved are read."""
    return {path: one if _moment(path) == one[0] else _look(path) for path, one in former.items()}


def offers(named: Named) -> tuple[str, ...]:
    """The remote tracking URIs, most often named first, at most `OFFERS`."""
    counts = Counter(uri for _, uris in named.values() for uri in uris)
    return tuple(sorted(counts, key=lambda uri: (-counts[uri], uri))[:OFFERS])


def _look(path: str) -> tuple[int, list[str]]:
    return _moment(path), sorted(_in_file(Path(path)))


def _moment(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - hundreds of them, at every start
    except OSError:
        return 0


def _in_file(path: Path) -> set[str]:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES)
    except OSError:
        return set()
    if b"racking_uri" not in data and b"RACKING_URI" not in data:
        return set()
    found = {match["uri"].decode("utf-8", "replace") for each in (_CALL, _SETTING) for match in each.finditer(data)}
    return {redacted(uri.rstrip("/")) for uri in found if uri.startswith(_REMOTE)}  # they are kept in the cache
