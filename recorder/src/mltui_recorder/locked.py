"""Reads dvc.lock and .dvc files as DVC itself writes them, without a YAML library.

Formats: ``dvc.stage.serialize`` (dvc.lock 2.0) and ``dvc.dvcfile.SingleStageFile``, written by ruamel.yaml in block
style. Whatever is not laid out like that is `Unreadable`: nothing is guessed. Text that runs on over several lines lies
deeper than its key, so that what is not needed (commands, params) is passed over by its indentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_HASH = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_STAGE = re.compile(r"  (\S.*):")
_FIELD = re.compile(r"    ([a-z_]+):(?: (.*))?")
_PARAMS_FILE = re.compile(r"      (\S.*?):(?: (?:\{\}|null))?")
_KEY = re.compile(r"([A-Za-z_][\w-]*):(?: (.*))?")
_TOP = re.compile(r"([A-Za-z_]\w*):(?: (.*))?")
#: The only fields of a dep or an out that are looked at.
_WANTED = frozenset(("path", "md5", "hash", "size", "nfiles"))


class Unreadable(ValueError):
    """The text is not laid out as DVC lays it out."""


class Out(NamedTuple):
    """A dep or an out: `path` as it stands there, `md5` (``<hex>[.dir]``, None if it has another hash or none).

    `size` is bytes. `modern` is whether the hash is that of the bytes (DVC 3); before, that of a text whose lines end
    in LF.
    """

    path: str
    md5: str | None
    size: int | None = None
    nfiles: int | None = None
    modern: bool = True


class Locked(NamedTuple):
    """A stage in dvc.lock: what its last run read and wrote, and the files its params came from."""

    deps: tuple[Out, ...] = ()
    outs: tuple[Out, ...] = ()
    params: tuple[str, ...] = ()


def lock_stages(text: str, about: Iterable[str] = ()) -> dict[str, Locked]:
    """The stages of a dvc.lock; only those in whose text one of `about` stands, if any is given."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    if lines in (["schema: '2.0'"], ["schema: '2.0'", "stages: {}"]):
        return {}
    if lines[:2] != ["schema: '2.0'", "stages:"]:
        raise Unreadable("not a dvc.lock of schema 2.0")
    words = tuple(about)
    found: dict[str, Locked] = {}
    for name, block in _blocks(lines[2:]):
        if name in found:
            raise Unreadable("a stage stands there twice")
        if not words or any(word in line for line in block for word in words) or name in words:
            found[name] = _stage(block)
    return found


def dvc_file(text: str) -> tuple[str, tuple[Out, ...]]:
    """The wdir (``.`` if none is said) and the outs of a .dvc file; paths are relative to that wdir."""
    wdir, section, outs = ".", "", []
    for line in text.replace("\r\n", "\n").split("\n"):
        if match := _TOP.fullmatch(line):
            section = match[1]
            if section == "wdir":
                wdir = _scalar(match[2] or "")
            if section == "outs" and match[2]:
                raise Unreadable("outs that are no block")
        elif section == "outs" and line.strip() and not line.startswith("#"):
            outs.append(line)
        elif not (line.startswith((" ", "-", "#")) or not line):
            raise Unreadable("a line that DVC does not write")
    return wdir, tuple(_items(outs, 0))


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    name, block = None, []
    for line in lines:
        if line.startswith("    ") or not line.strip():
            block.append(line)
            continue
        match = _STAGE.fullmatch(line)
        if not match or (name is None and block):
            raise Unreadable("a line that is no stage")
        if name is not None:
            yield name, block
        name, block = _scalar(match[1]), []
    if name is not None:
        yield name, block


def _stage(block: list[str]) -> Locked:
    sections: dict[str, list[str]] = {}
    section = ""
    for line in block:
        if match := _FIELD.fullmatch(line):
            section = match[1]
            if section in sections or (section in ("deps", "outs", "params") and match[2]):
                raise Unreadable(f"{section} that are no block")
            sections[section] = []
        elif section:
            sections[section].append(line)
        else:
            raise Unreadable("a line before any field of a stage")
    files = [match[1] for line in sections.get("params", ()) if (match := _PARAMS_FILE.fullmatch(line))]
    return Locked(
        tuple(_items(sections.get("deps", []), 4)),
        tuple(_items(sections.get("outs", []), 4)),
        tuple(_scalar(name) for name in files if not name.startswith("- ")),
    )


def _items(lines: list[str], indent: int) -> Iterator[Out]:
    """The maps of a block sequence whose dashes stand `indent` columns in."""
    dash, more = " " * indent + "- ", " " * (indent + 2)
    items: list[dict[str, str]] = []
    key = ""
    for line in lines:
        if line.startswith(dash):
            items.append({})
        elif not items or not (line.startswith(more) or (key not in _WANTED and not line.strip())):
            raise Unreadable("a line that is neither a dep nor an out")
        rest = line[indent + 2 :]
        if line.startswith(dash) or rest[:1] not in (" ", "-", ""):
            match = _KEY.fullmatch(rest)
            if match is None or match[1] in items[-1]:
                raise Unreadable("a field that DVC does not write")
            key = match[1]
            items[-1][key] = match[2] or ""
        elif key in _WANTED:  # a long path begins on the next line, or goes on there: a line's end is a space
            if rest[:1] != " " or not rest.strip():
                raise Unreadable("a field over several lines")
            items[-1][key] = f"{items[-1][key].rstrip()} {rest.strip()}".lstrip()
    return map(_out, items)


def _out(item: dict[str, str]) -> Out:
    if "path" not in item:
        raise Unreadable("an entry without a path")
    said = {key: _scalar(text) for key, text in item.items() if key in _WANTED}
    md5 = said.get("md5", "")
    usable = _HASH.fullmatch(md5) and said.get("hash", "md5") == "md5"
    size, nfiles = _number(said.get("size", "")), _number(said.get("nfiles", ""))
    return Out(said["path"], md5 if usable else None, size, nfiles, "hash" in said)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _scalar(text: str) -> str:
    """The string that a scalar on one line stands for."""
    if text[:1] == "'":
        inner = text[1:-1]
        if len(text) < 2 or text[-1] != "'" or "'" in inner.replace("''", ""):
            raise Unreadable("quotes that do not match")
        return inner.replace("''", "'")
    if text[:1] == '"':
        try:
            return str(json.loads(text))
        except ValueError as error:
            raise Unreadable("quotes that do not match") from error
    odd = " #" in text or ": " in text or text.endswith(":")
    if not text or text != text.strip() or odd or text[0] in "&*!|>%@`[]{}#,?-:":
        if not odd and re.fullmatch(r"[-?:]\S.*", text):
            return text
        raise Unreadable("a value that DVC does not write")
    return text
