"""A search remembered in the cache: it stands while no directory it looked into has changed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mltui.sources.mlflow.discovery.walk import Walk

#: Goes up whenever what a search looks for or remembers changes.
FORM = 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """A search with the tracking URIs its code named."""

    walk: Walk
    uris: tuple[str, ...]


def recall(path: Path, root: Path) -> Remembered | None:
    """What was remembered in the file at `path`, if it still stands."""
    try:
        document = json.loads(path.read_bytes())
        if document["form"] != FORM or document["root"] != str(root) or not _stands(document["walk"]["directories"]):
            return None
        return Remembered(Walk(**document["walk"]), tuple(document["uris"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep(path: Path, root: Path, found: Remembered) -> None:
    """Remember; a cache that can't be written is no cache, and no error."""
    walk = asdict(found.walk) | {"code": []}
    document = {"form": FORM, "root": str(root), "walk": walk, "uris": found.uris}
    try:
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")
        temporary.replace(path)
    except OSError:
        return


def _stands(directories: Mapping[str, int]) -> bool:
    return all(Path(path).stat().st_mtime_ns == changed for path, changed in directories.items())
