"""Keys of later parts: pressed now, they say what they will do. They are in no list of keys yet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: Textual's name of a key -> what it will do.
LATER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "P": "promotion",
        "B": "rollback",
    }
)
