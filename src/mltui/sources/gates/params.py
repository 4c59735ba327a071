"""Values of params files at a commit, and which of a stage's differ from what dvc.lock has.

DVC reads YAML 1.2, mltui 1.1: ``1e-3`` is a number there and a text here, so numbers are compared as such.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mltui.sources.dvc.metrics import parse
from mltui.sources.dvc.readable import joined
from mltui.sources.dvc.values import as_text
from mltui.sources.sides.files import Files

#: A params file larger than this is none (bytes).
LARGEST: Final = 1 << 20
_ABSENT: Final = object()


def values_of(files: Files, path: str) -> Any:
    """What a params file of the commit holds; None where there is none, or it makes no sense."""
    content = files.read([path]).get(path)
    if content is None or len(content) > LARGEST:
        return None
    try:
        return _python(content) if path.endswith(".py") else parse(path, content)
    except (ValueError, SyntaxError, RecursionError):
        return None


def changed(
    files: Files, place: str, declared: tuple[tuple[str, str], ...], locked: Mapping[str, Any]
) -> Iterator[tuple[str, bool | None]]:
    """Sentences on params that differ, with True; None for what can't be told. `locked` is the lock's, by file."""
    for file, key in declared:
        path = joined(place, file)
        values, was = values_of(files, path), locked.get(file)
        shown = key if file == "params.yaml" else f"{path}:{key}" if key else path
        if "${" in file or "${" in key:
            yield f"param {shown} is a template", None
        elif path not in files.ids:
            yield f"{path} is not in the commit", True
        elif values is None:
            yield f"{path} can't be read", None
        elif not key:
            if not same(values, was):
                yield f"params of {path} changed", True
        else:
            old, new = found(was, key), found(values, key)
            if new is _ABSENT:
                yield f"param {shown} is gone", True
            elif old is _ABSENT:
                yield f"param {shown} is new", True
            elif not same(old, new):
                yield f"param {shown} {_short(old)} → {_short(new)}", True


def found(values: Any, key: str) -> Any:
    """The value of a dotted key; a key that has dots itself counts first."""
    if isinstance(values, Mapping) and key in values:
        return values[key]
    for part in key.split("."):
        if isinstance(values, Mapping) and part in values:
            values = values[part]
        elif isinstance(values, list) and part.isdigit() and int(part) < len(values):
            values = values[int(part)]
        else:
            return _ABSENT
    return values


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to DVC."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, str) != isinstance(other, str):
        try:
            return float(one) == float(other)
        except (TypeError, ValueError):
            return str(one) == str(other)
    return bool(one == other)


def _short(value: Any) -> str:
    text = as_text(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _python(content: bytes) -> dict[str, Any]:
    """Literals that a Python file assigns at its top and in classes, as DVC reads it (dvc.utils.serialize._py)."""
    return _assigned(ast.parse(content).body)


def _assigned(body: list[ast.stmt]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            values[node.name] = _assigned(node.body)
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                try:
                    values[target.id] = ast.literal_eval(value)
                except ValueError:
                    continue
    return values
