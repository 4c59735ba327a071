"""How fast this box hashes big data: as it was measured the last time, kept beside the child's hash database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mltui.sources.cachedir import get, keep

#: Where nothing was measured yet: a network file system or a disk gives md5 about so much (bytes a second).
USUAL = 200e6
#: Opening a file and noting its hash, besides reading it (seconds; DVC's own, on a local disk).
EACH_FILE = 0.0005
#: Less than this tells more of the cache of the file system than of the disk (bytes).
WORTH_MEASURING = 64 << 20


def hash_rate(site: Path) -> float:
    """Bytes a second."""
    try:
        rate = float(json.loads(get(str(site / "hash_rate.json")))["bytes_per_second"])
    except (OSError, ValueError, KeyError, TypeError):
        return USUAL
    return rate if rate > 0 else USUAL


def measured(site: Path, size: int, seconds: float) -> None:
    """Keep that so many bytes took so long."""
    if size >= WORTH_MEASURING and seconds > 0:
        try:
            keep(str(site / "hash_rate.json"), json.dumps({"bytes_per_second": size / seconds}).encode())
        except OSError:
            return


def hashing_seconds(found: Mapping[str, int], rate: float) -> float:
    """How long hashing {bytes, files} would take."""
    return found.get("bytes", 0) / rate + found.get("files", 0) * EACH_FILE
