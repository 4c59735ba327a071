"""DVC's files as plain values: YAML, the deps and outs in it, their hashes and paths.

The formats are those of dvc.org/doc/user-guide/project-structure, and of DVC 0.x stage files. What the files say as a
whole is told by `declared.py` and `recorded.py`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mltui.model.dvc import Entry
from mltui.model.redacting import address_shown
from mltui.sources import regular, yaml_text
from mltui.sources.regular import LARGEST_BYTES

#: Checksums by the name DVC gives them, in the order it prefers.
_HASHES = ("md5", "etag", "checksum", "version_id")


def parse(text: str | bytes) -> Any:
    """YAML as plain values (`yaml_text.load`). Raises ValueError where it is none."""
    return yaml_text.load(text)


def load(path: Path) -> Any:
    """A YAML file. Raises OSError or ValueError."""
    return parse(bytes_of(path))


def bytes_of(path: Path) -> bytes:
    """What a file holds. Raises OSError (a pipe would keep its reader for ever), or ValueError if it is too large."""
    return regular.bytes_of(path, LARGEST_BYTES)


def entries(rows: Any, folder: str) -> Iterator[Entry]:
    """Deps or outs, whether bare paths, ``path: {options}`` or mappings with hashes."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, str):
            yield Entry(joined(folder, row))
        elif isinstance(row, Mapping) and "path" in row:
            path, hash = joined(folder, str(row["path"])), hash_of(row)
            cached, pushed = row.get("cache") is not False, row.get("push") is not False
            yield Entry(path, hash, _int(row, "size"), _int(row, "nfiles"), cached, pushed)
        elif isinstance(row, Mapping):
            for path, options in row.items():
                said = options if isinstance(options, Mapping) else {}
                cached, pushed = said.get("cache") is not False, said.get("push") is not False
                yield Entry(joined(folder, str(path)), cached=cached, pushed=pushed)


def hash_of(row: Mapping[str, Any]) -> str | None:
    """``md5:<hex>[.dir]``, ``etag:…`` or None. A cloud-versioned directory has the hash of its list of files."""
    for name in _HASHES:
        if isinstance(row.get(name), str) and row[name]:
            return f"{name}:{row[name]}"
    files = row.get("files")
    if isinstance(files, list) and files and all(isinstance(one, Mapping) for one in files):
        return f"md5:{tree_hash(files)}"
    for remote in row["cloud"].values() if isinstance(row.get("cloud"), Mapping) else ():
        if isinstance(remote, Mapping):
            return hash_of(remote)
    return None


def tree_hash(files: Iterable[Mapping[str, Any]]) -> str:
    """The hash of a directory by its files (dvc_data.hashfile.tree.Tree.digest)."""
    rows = [{"md5": str(one.get("md5")), "relpath": str(one.get("relpath"))} for one in files]
    text = json.dumps(sorted(rows, key=lambda row: row["relpath"]), sort_keys=True)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() + ".dir"


def _int(row: Mapping[str, Any], key: str) -> int | None:
    return row[key] if isinstance(row.get(key), int) else None


def joined(folder: str, path: str) -> str:
    """`path` as seen from the top; absolute paths and Windows drives stay as they are, addresses may be shown."""
    if "://" in path:
        return address_shown(path)
    if path.startswith("/") or re.match(r"[A-Za-z]:[\\/]", path):
        return path
    joined = os.path.normpath(f"{folder}/{path}" if folder else path or ".")
    return "" if joined == "." else joined
