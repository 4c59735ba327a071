"""The list of a directory's files, as DVC keeps it in its cache: ``[{"md5": …, "relpath": …}, …]`` in one line.

A directory of a million files is listed in 100 MB. ``json.loads`` would hold the interpreter for seconds, and make half
a gigabyte of it: here it is read in pieces, and given file by file.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterator
from typing import IO, Any

from mltui.errors import Unreadable
from mltui.model.data_files import FileHash

#: Bytes read at a time: the interpreter is let go between two of them.
PIECE = 1 << 16
#: The longest entry that is waited for (characters): a path is 4,096 bytes at most, each of which may be an escape.
LONGEST = 1 << 17

#: One entry as DVC writes it, and any flat object.
_ENTRY = re.compile(r'[\s,\[]*\{"md5": "([0-9a-f]{32})", "relpath": "([^"\\]*)"\}')
_OBJECT = re.compile(r'[\s,\[]*(\{(?:"(?:[^"\\]|\\.)*"|[^{}"])*\})')
_END = re.compile(r"[\s\[]*\]\s*")


def read_manifest(file: IO[bytes], md5: str) -> Iterator[FileHash]:
    """Path and hash of each file in the list. Raises `Unreadable` where it is no such list, or not of that hash."""
    seen = hashlib.md5(usedforsecurity=False)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text, end = "", False
    while not end:
        piece = file.read(PIECE)
        end = not piece
        seen.update(piece)
        text += decoder.decode(piece, final=end)
        at = 0
        while (found := _ENTRY.match(text, at)) or (found := _OBJECT.match(text, at)):
            yield (found[2], found[1]) if found.re is _ENTRY else _other(found[1])
            at = found.end()
        text = text[at:]
        if len(text) > LONGEST:
            break
    if not _END.fullmatch(text):
        raise Unreadable("the list of files in the cache is none")
    if seen.hexdigest() != md5:
        raise Unreadable("the list of files in the cache is damaged: its content has another hash", "dvc fetch")


def _other(text: str) -> FileHash:
    """An entry with escapes or with more fields."""
    try:
        row: Any = json.loads(text)
        return str(row["relpath"]), str(row["md5"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable("the list of files in the cache is none DVC writes") from error
