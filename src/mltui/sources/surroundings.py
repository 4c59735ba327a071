"""What else an answer may hang on: the environment, as one checksum, since its values may be secrets.

Imports next to nothing: a start-up passes here.
"""

from __future__ import annotations

import os
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

#: Variables that may change an answer, besides those of the prefixes.
VARIABLES = ("HOME", "PATH", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8")
PREFIXES = ("MLTUI_", "MLFLOW_", "DVC_", "GIT_", "XDG_")


def environment(variables: Container[str] = VARIABLES, prefixes: tuple[str, ...] = PREFIXES) -> str:
    """A checksum of these variables and those that begin so."""
    told = sorted(f"{key}={value}" for key, value in os.environ.items() if key in variables or key.startswith(prefixes))
    return checksum(os.fsencode("\0".join(told)))


def checksum(text: bytes) -> str:
    """The length and two checksums: enough to see a change, in microseconds."""
    return f"{len(text)}:{zlib.crc32(text):08x}:{zlib.adler32(text):08x}"
