"""The picture of the last visit's first frame, kept so that the next one can be painted before anything is imported.

Importing Textual takes a quarter of a second, on a loaded box a whole one; a person who types ``mltui`` should not
look at nothing for so long. The picture says that it is what was seen last, and when.

Imports next to nothing: a start-up passes here.
"""

# pathlib costs 4 ms:
# ruff: noqa: PTH118, PTH120

from __future__ import annotations

import os
import sys
import zlib

from mltui import __version__
from mltui.sources.cachedir import cache_root, create, get
from mltui.sources.cachedir import keep as keep_entry
from mltui.sources.surroundings import environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

#: Of the file; another form, version or Python means that another mltui wrote it.
FORM = f"mltui glance 1 {__version__} {sys.version_info[:3]}"
#: Variables on which the look of a frame hangs, and the prefixes of those that choose what is shown in it.
VARIABLES = ("TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "FORCE_COLOR", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8")
PREFIXES = ("MLTUI_", "MLFLOW_", "TEXTUAL_")


def keep(path: str, size: tuple[int, int], rows: Sequence[str]) -> None:
    """Keep `rows`, the lines of a frame with their escape sequences, for the directory `path`.

    `size` is (columns, lines) of the terminal they were drawn for. A cache that can't be written is no error, nor is a
    frame with characters that the terminal's encoding lacks.
    """
    columns, lines = size
    text = "\n".join([FORM, os.path.realpath(path), _surroundings(), f"{columns}x{lines}", *rows])
    target = _file(path)
    try:
        create(os.path.dirname(target))
        keep_entry(target, os.fsencode(text))
    except (OSError, UnicodeError):
        return


def recall(path: str, size: tuple[int, int]) -> list[str] | None:
    """The rows kept for the directory `path`, if they were drawn for a terminal like this one."""
    try:
        form, where, surroundings, drawn_for, *rows = os.fsdecode(get(_file(path))).split("\n")
    except (OSError, ValueError):
        return None
    columns, lines = size
    fits = (FORM, os.path.realpath(path), _surroundings(), f"{columns}x{lines}")
    return rows if (form, where, surroundings, drawn_for) == fits else None


def _surroundings() -> str:
    return environment(VARIABLES, PREFIXES)


def _file(path: str) -> str:
    """One file for each directory one stands in; the checksum may be shared, the file says whose it is."""
    return os.path.join(cache_root(), "glance", f"{zlib.crc32(os.fsencode(os.path.realpath(path))):08x}")
