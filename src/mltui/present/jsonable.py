"""Values from outside as JSON holds them (CONTRACT): NaN and infinities are strings, nothing else is invented."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from mltui.model.letters import seen

#: SQLite has no infinity: MLflow stores ±DBL_MAX for it.
_LARGEST = 1.7976931348623157e308


def number(value: float) -> float | str:
    """A metric: finite numbers as they are, else ``NaN``, ``Infinity``, ``-Infinity``."""
    if math.isnan(value):
        return "NaN"
    if abs(value) >= _LARGEST:
        return "Infinity" if value > 0 else "-Infinity"
    return value


#: Runs of anything but plain text.
_ODD = re.compile(r"[^\n -~]+")


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    if seen(text):
        return text
    return "".join(c if seen(c) else _escape(c) for c in text)


def _escape(char: str) -> str:
    return "\\u007f" if char == "\x7f" else json.dumps(char)[1:-1]


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


def dumps(document: Any, indent: int | None = None) -> str:
    """One JSON document that always encodes as UTF-8, and of which a terminal obeys nothing: a pipe may end in one.

    What is printable stands in it as it is, everything else as an escape, which JSON reads as the same. Surrogates are
    bytes that Python could not decode (PEP 383): where they are UTF-8 after all, as under the locale C, they become
    that; else they are escaped.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent)
    if text.isascii() and "\x7f" not in text:
        return text
    try:
        text = text.encode("utf-8", "surrogateescape").decode()
    except UnicodeError:
        return json.dumps(document, allow_nan=False, indent=indent)
    return _ODD.sub(_escaped, text)
