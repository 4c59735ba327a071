"""Values of params as a person types them in a form, and as ``dvc exp run -S`` takes them.

DVC reads an override by Hydra's grammar (hydra.cc, "Basic Override syntax"): text with commas, brackets, quotes or
blanks at its ends is quoted, so that it stays text.
"""

from __future__ import annotations

import re
from typing import Any

from mltui.model.retrain import ParamField, ParamKind

#: What Hydra takes as text without quotes, besides words that are something else.
_BARE = re.compile(r"[A-Za-z0-9_\-/%\\+.@:?|][A-Za-z0-9_\-/%\\+.@:?| ]*")
_OTHER = re.compile(r"(?i:true|false|null|nan|inf)|[+-]?\d[\d_]*|[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?")


def param_text(value: Any) -> str:
    """A value as it stands in a form: text bare, true and false, null, lists and tables in one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ",".join(map(param_text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{param_text(each)}" for key, each in value.items()) + "}"
    return str(value)


def param_fault(kind: ParamKind, text: str) -> str:
    """Why `text` is no value of that kind; "" if it is one. A whole number is a float, too; anything may be null."""
    if text == "null" or kind in ("str", "none"):
        return ""
    try:
        if kind == "int":
            int(text)
        elif kind == "float":
            float(text)
    except ValueError:
        return f"{text!r} is no {'whole number' if kind == 'int' else 'number'}"
    if kind == "bool" and text not in ("true", "false"):
        return "true or false"
    if kind in ("list", "dict"):
        first, last = "[]" if kind == "list" else "{}"
        return "" if text.startswith(first) and text.endswith(last) else f"begins with {first} and ends with {last}"
    return ""


def as_override(field: ParamField, text: str) -> str:
    """``key=value`` that gives `field` the value typed, of its own kind."""
    if field.kind == "str" and (not _BARE.fullmatch(text) or text != text.strip() or _OTHER.fullmatch(text)):
        return f"{field.override}='{_quoted(text)}'"
    return f"{field.override}={text}"


def _quoted(text: str) -> str:
    """`text` as it stands between single quotes: backslashes count only before a quote, where each is doubled."""
    inside = re.sub(r"(\\*)'", lambda found: found[1] * 2 + "\\'", text)
    return inside + "\\" * (len(text) - len(text.rstrip("\\")))
