"""One configuration file: TOML in, fields of `Config` and problems with file and line out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mltui.config.keys import BY_NAME, TABLES, from_file
from mltui.model.documents import from_toml
from mltui.model.part import Problem

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$")
_AT_LINE = re.compile(r" ?\(at line (\d+), column \d+\)")


def read_file(path: Path) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The fields that `path` sets and what is wrong with it; None for the fields if it can't be read at all."""
    try:
        text = path.read_text(encoding="utf-8")
        document = from_toml(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        return None, [Problem("config", f"{path.name} can't be read: {reason}", "", str(path))]
    except ValueError as error:
        said, line = at_line(error)
        summary = f"{path.name} is not valid TOML: {said}"
        return None, [Problem("config", summary, "correct the file; it is ignored as a whole", f"{path}{line}")]
    prefix = "tool.mltui." if path.name == "pyproject.toml" else ""
    if prefix:
        tool = document.get("tool")
        ours: Any = tool.get("mltui") if isinstance(tool, dict) else None
        if not isinstance(ours, dict):
            return None, []
        document = ours
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in _keys(document):
        where_is = f"{path}:{line_of(text, prefix + name)}"
        key = BY_NAME.get(name)
        if key is None:
            problems.append(Problem("config", f"unknown key {name}", _guess(name), where_is))
            continue
        try:
            made = key.check(from_file(key.kind, value))
        except ValueError as error:
            problems.append(Problem("config", f"{name} {error}", "the key is ignored", where_is))
            continue
        values[key.field] = _placed(made, path.parent) if key.base else made
    return values, problems


def at_line(error: ValueError) -> tuple[str, str]:
    """What is wrong, and ``:LINE`` where it says on which."""
    where = _AT_LINE.search(str(error))
    return _AT_LINE.sub("", str(error)), f":{where.group(1)}" if where else ""


def _keys(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every key with its value, tables that we know opened."""
    for name, value in document.items():
        if name in TABLES and isinstance(value, dict):
            for inner, inside in value.items():
                yield f"{name}.{inner}", inside
        else:
            yield name, value


def _guess(name: str) -> str:
    near = get_close_matches(name, BY_NAME, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else "see docs/configuration.md for the keys there are"


def _placed(value: Any, directory: Path) -> Any:
    """As `_based`; each of several is a path, even one without a slash."""
    if isinstance(value, tuple):
        return tuple(str(directory / Path(each).expanduser()) for each in value)
    return _based(value, directory)


def _based(value: str, directory: Path) -> str:
    """A relative path, as written in a file of `directory`, made absolute; URIs and bare command names stay."""
    if "://" in value or value.startswith(("~", "file:", "sqlite:")):
        return str(Path(value).expanduser()) if value.startswith("~") else value
    here = directory / value
    return str(here) if "/" in value or here.exists() else value


def line_of(text: str, name: str) -> int:
    """The line on which the dotted key `name` is set (its table's line if only that is found, else 1)."""
    table, found = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = header.group(1).replace('"', "").replace(" ", "")
            if table == name or table.startswith(name + "."):
                return number
            if name.startswith(table + "."):
                found = number
            continue
        key = re.split(r"[=#]", line, maxsplit=1)[0].strip().replace('"', "").replace(" ", "")
        full = f"{table}.{key}" if table else key
        if key and (full == name or full.startswith(name + ".")):
            return number
        if key and name.startswith(full + "."):
            found = number
    return found
