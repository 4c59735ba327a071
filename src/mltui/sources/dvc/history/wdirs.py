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

from mltui.sources.dvc.declared import DeclaredStage, declared
from mltui.sources.dvc.history.rows import posix

_TEMPLATE = re.compile(r"\$\{\s*([\w.\-\[\]]+)\s*\}")


def wdirs(content: bytes) -> dict[str, str]:
    """{stage as in dvc.lock: its directory, relative to the file}. Raises ValueError where it is no YAML."""
    if b"wdir" not in content:
        return {}
    said = declared(content)
    known: dict[str, Any] = {}
    for each in said.vars:
        if isinstance(each, Mapping):
            known.update(each)
    return {
        name: posix(filled(stage.wdir, {**known, **context}))
        for stage in said.stages.values()
        for name, context in expanded(stage)
        if stage.wdir
    }


def expanded(stage: DeclaredStage) -> Iterator[tuple[str, dict[str, Any]]]:
    """The names of the stages of a group, with what ``item`` and ``key`` stand for; of a plain stage its own.

    The last of a group, ``name@``, stands for those whose items are themselves a template.
    """
    if not stage.group:
        yield stage.name, {}
        return
    if stage.foreach is not None:
        items = stage.foreach
        if isinstance(items, Mapping):
            for key, item in items.items():
                yield f"{stage.name}@{_text(key)}", {"item": item, "key": key}
        for at, item in enumerate(items if isinstance(items, list) else ()):
            key = at if isinstance(item, (Mapping, list)) else _text(item)
            yield f"{stage.name}@{key}", {"item": item, "key": key}
    elif isinstance(stage.matrix, Mapping):
        axes = {str(axis): values for axis, values in stage.matrix.items() if isinstance(values, list)}
        for chosen in product(*(list(enumerate(values)) for values in axes.values())):
            item = {axis: value for axis, (_, value) in zip(axes, chosen, strict=True)}
            parts = [
                f"{axis}{at}" if isinstance(value, (Mapping, list)) else _text(value)
                for axis, (at, value) in zip(axes, chosen, strict=True)
            ]
            key = "-".join(parts)
            yield f"{stage.name}@{key}", {"item": item, "key": key}
    yield f"{stage.name}@", {}


def wdir_of(said: Mapping[str, str], stage: str) -> str:
    """The directory of a stage of the lock, "" if it runs where its file lies."""
    group, at, _ = stage.partition("@")
    return said.get(stage) or said.get(group + at, "")


def filled(text: str, context: Mapping[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        found: Any = context
        for part in match[1].split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return match[0] if found is None or isinstance(found, (Mapping, list)) else _text(found)

    return _TEMPLATE.sub(value, text)


def _text(value: Any) -> str:
    """As DVC writes it into a name (dvc.parsing.interpolate.to_str)."""
    return str(value).lower() if isinstance(value, bool) else str(value)
