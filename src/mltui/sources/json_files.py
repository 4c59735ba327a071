"""JSON objects in files that another program may be writing, or may have left torn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: Larger files are no records (bytes).
LARGEST = 4 << 20


def read_json(path: Path, largest: int = LARGEST) -> dict[str, Any]:
    """The JSON object in a file; {} where there is none that makes sense."""
    try:
        if not path.is_file() or path.stat().st_size > largest:
            return {}
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
