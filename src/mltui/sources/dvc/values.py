"""Values of params files, one by one and as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mltui.model.documents import to_json


def leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted key, value) of all that is no mapping."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{prefix}.{key}" if prefix else str(key))
    elif prefix:
        yield prefix, value


def as_text(value: Any) -> str:
    """Texts bare, all else as JSON."""
    return value if isinstance(value, str) else to_json(value)
