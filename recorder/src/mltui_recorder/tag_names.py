"""Names of tags that every MLflow store takes: its characters, its length, and no name that is a folder of another."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable

PREFIX = "mltui.dep."
#: What MLflow allows on every system (mlflow.utils.validation: a colon is not allowed on Windows).
_ALLOWED = re.compile(r"[/\w.\- ]+")
#: MLflow's limit for a name is 250 characters; a file store makes files of names, whose limit is 255 bytes.
_LONGEST = 250
#: Our own names with that prefix.
_TAKEN = {"more"}


def dep_tags(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """``mltui.dep.<path>`` -> hash, for pairs of path and hash.

    A path that can't be part of a name is in the value, behind the hash and a space; its name then ends in a digest
    of the path. So is one inside another: a file store keeps a tag in a file of its name, and that can't be a folder.
    """
    pairs = sorted(found)
    paths = {path for path, _ in pairs}
    tags = {}
    for path, value in pairs:
        inside = any(part in paths for part in _folders(path))
        if inside or not _is_usable(path):
            digest = hashlib.sha1(path.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()
            tags[PREFIX + digest[:12]] = f"{value} {path.encode('utf-8', 'replace').decode()}"
        else:
            tags[PREFIX + path] = value
    return tags


def _is_usable(path: str) -> bool:
    name = PREFIX + path
    return (
        path not in _TAKEN
        and bool(_ALLOWED.fullmatch(name))
        and len(name.encode("utf-8", "replace")) <= _LONGEST
        and posixpath.normpath(name) == name
        and path == path.strip()
    )


def _folders(path: str) -> Iterable[str]:
    while "/" in path.strip("/"):
        path = path.rpartition("/")[0]
        yield path
