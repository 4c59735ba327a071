"""A search remembered in the cache: it stands while no directory it looked into has changed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mltui.sources.cachedir import get
from mltui.sources.cachedir import keep as keep_entry
from mltui.sources.mlflow.discovery.code import Named
from mltui.sources.mlflow.discovery.walk import Walk

#: Goes up whenever what a search looks for or remembers changes.
FORM = 3


@dataclass(frozen=True, slots=True)
class Remembered:
    """A search with the tracking URIs its code named, file by file."""

    walk: Walk
    named: Named


def recall(path: Path, root: Path) -> Remembered | None:
    """What was remembered in the file at `path`, if it still stands."""
    try:
        document = json.loads(get(str(path)))
        if document["form"] != FORM or document["root"] != str(root):
            return None
        named = {path: (moment, uris) for path, (moment, uris) in document["named"].items()}
        found = Remembered(Walk(**document["walk"]), named)
        return found if stands(found) else None
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def keep(path: Path, root: Path, found: Remembered) -> None:
    """Remember; a cache that can't be written is no cache, and no error."""
    walk = asdict(found.walk) | {"code": []}
    document = {"form": FORM, "root": str(root), "walk": walk, "named": found.named}
    try:
        keep_entry(str(path), json.dumps(document, separators=(",", ":")).encode())
    except OSError:
        return


def stands(found: Remembered | None) -> bool:
    """Whether no directory that was looked into has got or lost an entry since. Of the code see `code.again`.

    A search of a project that was moved away looked into none, which tells nothing of what is put back.
    """
    if found is None or not found.walk.directories:
        return False
    try:
        return all(Path(path).stat().st_mtime_ns == changed for path, changed in found.walk.directories.items())
    except OSError:
        return False
