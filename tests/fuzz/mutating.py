"""Mutations: of bytes for every format, of structure for YAML, JSON, TOML, tables; each by a `Random`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

#: Texts that have broken parsers before, put anywhere.
ODD = [
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\r",
    b"\xe9",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x92\xa9",
    b"\x1b[31m",
    b"9" * 400,
    b"9" * 5000,
    b"-9223372036854775809",
    b"1e999",
    b"-0",
    b"NaN",
    b".nan",
    b".inf",
    b"Infinity",
    b"1_0",
    b"0x_",
    b"null",
    b"~",
    b"[]",
    b"{}",
    b"''",
    b'""',
    b"!!python/object:os.system x",
    b"!!bool x",
    b"!!int ''",
    b"!!timestamp x",
    b"!!binary x",
    b"!!set {a}",
    b"!!float ''",
    b"2020-99-99",
    b"2001-01-01T00:00:00+99:99",
    b"&a [*a]",
    b"<<: 3",
    b"? [a]",
    b"- " * 200,
    b"[" * 300,
    b"[" * 3000,
    b'{"a":' * 300,
    b"%",
    b"`",
    b"@",
    b"${a.b[0]}",
    b"${",
    b"../../../../etc/passwd",
    b"/dev/zero",
    b"//",
    b"..",
    b"\\",
    b"C:\\x",
    b"s3://b/k",
    b"http://u:p@h:99999/x",
    b"://",
    "\u202e\u200b\u2028".encode(),
    b"'" * 50,
    b'"',
    b"\t",
    b"#",
    b":",
    b" ",
    b"\n",
    b"-",
    b"---\n",
    b"...\n",
    b"=",
    b",",
]
_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1 << 31,
    1 << 63,
    10**30,
    -(10**400),
    1.5,
    float("nan"),
    float("inf"),
    "",
    "\0",
    "\ud800",
    "é\u202e",
    "x" * 5000,
    "1e400",
    "../../x",
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"path": 3},
    [[["x"]]],
    "2020-99-99",
]


def mutated(data: bytes, kind: str, chance: random.Random, longest: int) -> bytes:
    """`data` with a few changes."""
    if kind == "sqlite":
        return _pages(data, chance)[:longest]
    if kind in ("json", "yaml") and chance.random() < 0.4:
        data = _structure(data, kind, chance)
    elif kind in ("yaml", "toml", "csv") and chance.random() < 0.5:
        data = _lines(data, chance)
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        data = chance.choice(_BYTES)(data, chance)
    return data[:longest]


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return b"\0"
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(ODD) + data[at:]


def _delete(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + data[at + chance.choice((1, 2, 8, 64, 1024)) :]


def _double(data: bytes, chance: random.Random) -> bytes:
    start = chance.randint(0, len(data))
    piece = data[start : start + chance.choice((1, 4, 16, 256))]
    return data[:start] + piece * chance.choice((2, 3, 50)) + data[start:]


def _swap_word(data: bytes, chance: random.Random) -> bytes:
    words = data.split(b" ")
    words[chance.randrange(len(words))] = chance.choice(ODD)
    return b" ".join(words)


_BYTES: list[Callable[[bytes, random.Random], bytes]] = [_flip, _insert, _delete, _double, _swap_word]


def _lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    how = chance.randrange(6)
    if how == 0:
        lines.insert(at, lines[chance.randrange(len(lines))])
    elif how == 1:
        del lines[at]
    elif how == 2:
        lines[at] = b"  " + lines[at]
    elif how == 3:
        lines[at] = lines[at].lstrip()
    elif how == 4:
        for mark in (b":", b"=", b","):
            key, found, _ = lines[at].partition(mark)
            if found:
                lines[at] = key + mark + b" " + chance.choice(ODD)
                break
    else:
        return b"\r\n".join(lines)
    return b"\n".join(lines)


def _structure(data: bytes, kind: str, chance: random.Random) -> bytes:
    """The parsed value with another in the place of one of its parts."""
    try:
        if kind == "json":
            value = json.loads(data)
        else:
            import yaml

            value = yaml.load(data, Loader=yaml.CSafeLoader) if len(data) < 20_000 else None
    except Exception:
        return data
    value = _changed(value, chance)
    try:
        text = json.dumps(value, ensure_ascii=chance.random() < 0.8, default=str)
    except (ValueError, TypeError, RecursionError):
        return data
    if chance.random() < 0.1:
        deep = chance.choice((5, 90, 200, 2000))
        text = "[" * deep + text + "]" * deep
    return text.encode("utf-8", "surrogatepass")


def _changed(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        how = chance.random()
        if how < 0.1:
            return {k: v for k, v in value.items() if k != key}
        if how < 0.2:
            return {**value, chance.choice(["", "0", "path", "schema", "x" * 300, "\0"]): value[key]}
        return {**value, key: _changed(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        how = chance.random()
        if how < 0.1:
            return value[:at] + value[at + 1 :]
        if how < 0.2:
            return value + value[at : at + 1] * chance.choice((1, 20))
        return [*value[:at], _changed(value[at], chance), *value[at + 1 :]]
    return chance.choice(_VALUES)


def _pages(data: bytes, chance: random.Random) -> bytes:
    """A SQLite file with a few bytes of its header or pages changed, pages swapped, cut, or written twice."""
    size = int.from_bytes(data[16:18], "big") or 512
    size = 65536 if size == 1 else size
    content = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        page = chance.randrange(max(1, len(content) // size)) * size
        how = chance.randrange(7)
        if how == 0:
            content[page : page + size] = chance.randbytes(min(size, len(content) - page))
        elif how == 1:
            other = chance.randrange(max(1, len(content) // size)) * size
            content[page : page + size] = content[other : other + size]
        elif how == 2:
            del content[page + chance.randrange(size) :]
        elif how == 3:
            content[page : page + size] = bytes(size)
        else:
            head = chance.random() < 0.5
            at = page + (chance.randrange(12) if head else chance.randrange(size))
            at = chance.randrange(100) if how == 4 and chance.random() < 0.2 else at
            if at < len(content):
                content[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        if not content:
            return b""
    return bytes(content)
