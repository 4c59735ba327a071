"""Other values in a params file, and not a letter besides: comments, order and quotes stay.

YAML and JSON by the places that PyYAML's composer tells, TOML by its lines; anything else is not written.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mltui.model.documents import from_json, from_toml, to_json
from mltui.sources.dvc import readable


class CanNotWrite(ValueError):
    """Why a value can't be written without touching others; its text is for a person."""


def values(name: str, content: bytes) -> dict[str, Any]:
    """{dotted key: value} of every key of a params file, mappings too. Raises ValueError where it can't be read."""
    if name.endswith(".toml"):
        return dict(_dotted(from_toml(content.decode())))
    if name.endswith((".yaml", ".yml")):
        return dict(_dotted(readable.parse(content)))
    if name.endswith(".json"):
        return dict(_dotted(from_json(content)))
    raise ValueError(f"{name} is no YAML, JSON or TOML")


def _dotted(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            name = f"{prefix}.{key}" if prefix else str(key)
            yield name, item
            yield from _dotted(item, name)


def same(value: Any, text: str) -> bool:
    """Whether a run's param `text`, which MLflow keeps as ``str(value)``, says what a file holds."""
    if str(value) == text or to_json(value) == text:
        return True
    told = typed(text)
    if isinstance(value, str) and isinstance(told, (int, float)) and not isinstance(told, bool):
        return _number(value) == told  # 1e-3 is a text in YAML 1.1, and a number for DVC
    return type(value) in _alike(told) and bool(value == told)


def _alike(told: Any) -> tuple[type, ...]:
    return (int, float) if type(told) in (int, float) else (type(told),)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def typed(text: str) -> Any:
    """A run's param as a value: as Python writes it, else as YAML does, else the text itself."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        try:
            value = readable.parse(text)
        except ValueError:
            return text
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, (bool, int, float, str, list, dict, type(None))) else text


def changed(name: str, content: bytes, wanted: Mapping[str, str]) -> bytes:
    """`content` with the params `wanted` (dotted key: a run's text) in it. Every key must be among its `values`.

    Raises `CanNotWrite` with the reason where one of them can't be written and nothing else moved.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise CanNotWrite("it is no UTF-8") from error
    before = values(name, content)
    edits = _toml_edits(text, wanted) if name.endswith(".toml") else _yaml_edits(name, text, wanted, before)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    try:
        after = values(name, text.encode())
    except ValueError as error:
        raise CanNotWrite("it can't be told where its values stand") from error
    moved = {key for key in {**before, **after} if before.get(key, _NONE) != after.get(key, _NONE)}
    meant = {key for key in moved if any(key == each or _holds(key, each) or _holds(each, key) for each in wanted)}
    if moved != meant or not all(same(after.get(key, _NONE), told) for key, told in wanted.items()):
        raise CanNotWrite("other values would change too")
    return text.encode()


_NONE = object()


def _holds(outer: str, inner: str) -> bool:
    return inner.startswith(f"{outer}.")


def _yaml_edits(
    name: str, text: str, wanted: Mapping[str, str], before: Mapping[str, Any]
) -> list[tuple[int, int, str]]:
    import yaml

    try:
        top = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise CanNotWrite("it can't be told where its values stand") from error
    places = dict(_places(top, "", yaml))
    edits = []
    for key, told in wanted.items():
        node = places.get(key)
        if node is None:
            raise CanNotWrite(f"{key} is an alias or merged from elsewhere")
        if key not in before:  # of a key that stands there twice the last one counts
            raise CanNotWrite(f"{key} stands in the file, and something behind it takes its place")
        start, end = node.start_mark.index, _end(node, yaml)
        new = json.dumps(typed(told)) if name.endswith(".json") else _scalar(told, before[key], node, yaml)
        # behind a key with no value there is not even a blank
        gap = " " if start == end and text[start - 1 : start] == ":" else ""
        edits.append((start, end, gap + new))
    return edits


def _places(node: Any, prefix: str, yaml: Any) -> Iterator[tuple[str, Any]]:
    """Nodes by dotted key. A node with an anchor stands in more than one place, and is left out."""
    seen: set[int] = set()
    shared: set[int] = set()
    pending = [(prefix, node)]
    found: list[tuple[str, Any]] = []
    while pending:
        name, each = pending.pop()
        if id(each) in seen:
            shared.add(id(each))
            continue
        seen.add(id(each))
        if name:
            found.append((name, each))
        if isinstance(each, yaml.MappingNode):
            for key, value in each.value:
                if isinstance(key, yaml.ScalarNode):
                    pending.append((f"{name}.{key.value}" if name else str(key.value), value))
    yield from ((name, each) for name, each in found if id(each) not in shared)


def _end(node: Any, yaml: Any) -> int:
    """Where a value ends: a block's own mark is behind the comments and blank lines that follow it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last, yaml)


def _scalar(told: str, was: Any, node: Any, yaml: Any) -> str:
    """A run's text as YAML: a text where a text was, else the value it says, as the run wrote it where that will do."""
    style = getattr(node, "style", None)
    is_text = isinstance(was, str) and (style is not None or _number(was) is None)
    if is_text and style in ("'", '"') and told.isprintable():
        return json.dumps(told, ensure_ascii=False) if style == '"' else "'" + told.replace("'", "''") + "'"
    value = told if is_text else typed(told)
    if not is_text and _reads_as(told, value):
        return told
    dumped = yaml.safe_dump(value, default_flow_style=True, width=1 << 30, allow_unicode=True)
    return str(dumped.removesuffix("\n").removesuffix("\n...").strip())


def _reads_as(text: str, value: Any) -> bool:
    if not text.strip() or text != text.strip() or "#" in text or isinstance(value, (list, dict, str)):
        return False
    try:
        read = readable.parse(text)
    except ValueError:
        return False
    return (type(read) is type(value) and read == value) or (isinstance(value, float) and _number(text) == value)


_SECTION = re.compile(r"^[ \t]*\[([^\[\]]+)\][ \t]*(?:#.*)?$")
_PAIR = re.compile(r"""^([ \t]*)([A-Za-z0-9_.-]+)([ \t]*=[ \t]*)("[^"\\]*"|'[^']*'|[^#"'\[{\r\n]+?)([ \t]*(?:#.*)?)$""")


def _toml_edits(text: str, wanted: Mapping[str, str]) -> list[tuple[int, int, str]]:
    edits: dict[str, tuple[int, int, str]] = {}
    section, at = "", 0
    for row in text.splitlines(keepends=True):
        plain = row.rstrip("\r\n")
        if found := _SECTION.match(plain):
            section = found[1].strip()
        elif (found := _PAIR.match(plain)) and (key := f"{section}.{found[2]}" if section else found[2]) in wanted:
            start = at + found.start(4)
            edits[key] = (start, at + found.end(4), _toml(wanted[key], found[4]))
        at += len(row)
    if missing := wanted.keys() - edits.keys():
        raise CanNotWrite(f"{min(missing)} stands on no line of its own")
    return list(edits.values())


def _toml(told: str, was: str) -> str:
    value = told if was.startswith(('"', "'")) else typed(told)
    if value is None or isinstance(value, dict):
        raise CanNotWrite(f"TOML can't say {told}")
    return json.dumps(value) if not isinstance(value, float) else repr(value)
