"""In which directory the stages of a dvc.yaml run: the paths in its dvc.lock are relative to that, and only it says so.

Format: dvc.org/doc/user-guide/project-structure/dvcyaml-files. Of templates only ``${item}``, ``${item.key}``,
``${key}`` and the file's own ``vars:`` are filled in; others stay as they are written, so that what is not known looks
like it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from mltui.sources.dvc.history.rows import posix
from mltui.sources.dvc.readable import parse

_TEMPLATE = re.compile(r"\$\{\s*([\w.\-\[\]]+)\s*\}")


def wdirs(content: bytes) -> dict[str, str]:
    """{stage as in dvc.lock: its directory, relative to the file}. Raises ValueError where it is no YAML."""
    if b"wdir" not in content:
        return {}
    found = parse(content)
    stages = found.get("stages") if isinstance(found, Mapping) else None
    known: dict[str, Any] = {}
    declared = found.get("vars") if isinstance(found, Mapping) else None
    for each in declared if isinstance(declared, list) else ():
        if isinstance(each, Mapping):
            known.update(each)
    said: dict[str, str] = {}
    for name, raw in stages.items() if isinstance(stages, Mapping) else ():
        if isinstance(raw, Mapping):
            for each, body, context in _expanded(str(name), raw):
                if isinstance(body, Mapping) and isinstance(body.get("wdir"), str):
                    said[each] = posix(_filled(body["wdir"], {**known, **context}))
    return said


def _expanded(name: str, raw: Mapping[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """The stages of a group with what ``item`` and ``key`` stand for; a plain stage itself."""
    if "foreach" in raw:
        items = raw["foreach"]
        if isinstance(items, Mapping):
            for key, item in items.items():
                yield f"{name}@{_text(key)}", raw.get("do"), {"item": item, "key": key}
        for at, item in enumerate(items if isinstance(items, list) else ()):
            key = at if isinstance(item, (Mapping, list)) else _text(item)
            yield f"{name}@{key}", raw.get("do"), {"item": item, "key": key}
    elif isinstance(raw.get("matrix"), Mapping):
        axes = {str(axis): values for axis, values in raw["matrix"].items() if isinstance(values, list)}
        for chosen in product(*(list(enumerate(values)) for values in axes.values())):
            item = {axis: value for axis, (_, value) in zip(axes, chosen, strict=True)}
            parts = [
                f"{axis}{at}" if isinstance(value, (Mapping, list)) else _text(value)
                for axis, (at, value) in zip(axes, chosen, strict=True)
            ]
            key = "-".join(parts)
            yield f"{name}@{key}", raw, {"item": item, "key": key}
    else:
        yield name, raw, {}
        return
    yield f"{name}@", raw.get("do", raw), {}  # of items that are themselves a template


def wdir_of(said: Mapping[str, str], stage: str) -> str:
    """The directory of a stage of the lock, "" if it runs where its file lies."""
    group, at, _ = stage.partition("@")
    return said.get(stage) or said.get(group + at, "")


def _filled(text: str, context: Mapping[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        found: Any = context
        for part in match[1].split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return match[0] if found is None or isinstance(found, (Mapping, list)) else _text(found)

    return _TEMPLATE.sub(value, text)


def _text(value: Any) -> str:
    """As DVC writes it into a name (dvc.parsing.interpolate.to_str)."""
    return str(value).lower() if isinstance(value, bool) else str(value)
