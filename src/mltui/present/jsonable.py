"""Values from outside as JSON holds them (CONTRACT): NaN and infinities are strings, nothing else is invented."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

#: SQLite has no infinity: MLflow stores ±DBL_MAX for it.
_LARGEST = 1.7976931348623157e308


def number(value: float) -> float | str:
    """A metric: finite numbers as they are, else ``NaN``, ``Infinity``, ``-Infinity``."""
    if math.isnan(value):
        return "NaN"
    if abs(value) >= _LARGEST:
        return "Infinity" if value > 0 else "-Infinity"
    return value


def jsonable(value: Any) -> Any:
    """`value` (a param, an entry of DVC's status) made of what JSON knows; other types become their text."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return number(value) if not math.isfinite(value) else value
    if isinstance(value, Mapping):
        return {str(key): jsonable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(inner) for inner in value]
    return str(value)


def shown(text: str) -> str:
    """A JSON document for a terminal: characters that it might obey are escaped, which JSON reads as the same."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else json.dumps(char)[1:-1]


def dumps(document: Any, indent: int | None = None) -> str:
    """One JSON document that always encodes as UTF-8.

    Surrogates are bytes that Python could not decode (PEP 383): where they are UTF-8 after all, as under the locale C,
    they become that; else they are escaped.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent)
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode()
    except UnicodeError:
        return json.dumps(document, allow_nan=False, indent=indent)
