"""A document as TOML 1.0: what ``tomllib`` reads is written so that it reads the same again (toml.io/en/v1.0.0)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(document: Mapping[str, Any]) -> str:
    """The text of `document`. Tables in lists are written inline. Raises `TypeError` for what TOML has no word for."""
    return "\n".join(_table(document, ())).lstrip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    tables = {key: value for key, value in table.items() if isinstance(value, dict)}
    if path and (plain or not tables):
        yield f"\n[{'.'.join(map(_key, path))}]"
    for key, value in plain.items():
        yield f"{_key(key)} = {_value(value)}"
    for key, value in tables.items():
        yield from _table(value, (*path, key))


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return _list(value)
    raise TypeError(f"TOML has no {type(value).__name__}")


def _list(values: list[Any]) -> str:
    """A line each where there are tables in it: columns are read, and edited, by people."""
    told = [_value(each) for each in values]
    if any(isinstance(each, dict) for each in values):
        return "[\n" + "".join(f"    {each},\n" for each in told) + "]"
    return "[" + ", ".join(told) + "]"


def _string(text: str) -> str:
    """A basic string. A lone surrogate, which UTF-8 can't hold, is replaced."""
    shown = text.encode("utf-8", "replace").decode("utf-8").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char >= " " and char != "\x7f" else f"\\u{ord(char):04x}" for char in shown) + '"'
