"""keys.toml as it is written: which command is to have which keys. Whether that makes sense is judged where the
commands are known (`tui/rebinding.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mltui.config import Rebound
from mltui.config.files import at_line, line_of
from mltui.model.documents import from_toml
from mltui.model.part import Problem

_WANTED = 'a key like "ctrl+t", a list of keys, or "" for none'


def read_keys(path: Path) -> tuple[tuple[Rebound, ...], list[Problem]]:
    """What `path` says, in its order, and what of it can't be read. A table ``[chore]`` with ``tag = "x"`` in it is
    understood as ``"chore.tag" = "x"``."""
    try:
        text = path.read_text(encoding="utf-8")
        document = from_toml(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        return (), [Problem("config", f"{path.name} can't be read: {reason}", "", str(path))]
    except ValueError as error:
        said, line = at_line(error)
        hint = 'quote ids that have a dot: "copy.as" = "ctrl+y"; all keys are mltui\'s own meanwhile'
        return (), [Problem("config", f"{path.name} is not valid TOML: {said}", hint, f"{path}{line}")]
    found: list[Rebound] = []
    problems: list[Problem] = []
    for id, value in _flat(document):
        where = f"{path}:{line_of(text, id)}"
        keys = (value,) if isinstance(value, str) else value
        if isinstance(keys, (list, tuple)) and all(isinstance(each, str) for each in keys):
            found.append(Rebound(id, tuple(each.strip() for each in keys if each.strip()), where))
        else:
            problems.append(Problem("config", f"{id} must be {_WANTED}", "the line is ignored", where))
    return tuple(found), problems


def _flat(document: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value
