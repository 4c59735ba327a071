"""JSON and TOML from outside as plain values, and back to text: no nesting and no key of theirs is a surprise.

``json`` and ``tomllib`` end a text that is nested too deep with a RecursionError, which is no ValueError; of what they
do read, whoever walks it may run into another, since ``a.a.a… = 1`` nests without end. So both stop at one depth here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

#: Levels of lists and mappings in each other, as of YAML (`sources.dvc.child.bounds`).
DEEPEST = 100
#: The epoch milliseconds of the year 9999: no clock is there, and ``time.localtime`` has an end behind it.
LATEST = 253_402_300_800_000
_TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def from_json(text: str | bytes) -> Any:
    """The value. Raises `ValueError`."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    return _within(value)


def from_toml(text: str) -> dict[str, Any]:
    """The document. Raises `ValueError`, of which `tomllib.TOMLDecodeError` is one."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    _within(document)
    return document


def to_json(value: Any) -> str:
    """Any plain value as JSON, for people: what JSON has not (dates, keys that are no text) is told as text."""
    try:
        return json.dumps(value, default=str)
    except TypeError:  # a key that is a date or a list: YAML has such
        return json.dumps(_with_text_keys(value), default=str)


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, (list, tuple)) else value


def _within(value: Any) -> Any:
    """`value`, level by level. Raises `ValueError` if there are too many."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            item
            for each in level
            if isinstance(each, (dict, list))
            for item in (each.values() if isinstance(each, dict) else each)
            if isinstance(item, (dict, list))
        ]
        if not level:
            return value
    raise ValueError(_TOO_DEEP)
