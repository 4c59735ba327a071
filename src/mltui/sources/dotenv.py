"""``.env`` files: read, never executed.

``KEY=VALUE`` lines, optionally after ``export``; values bare, in single or in double quotes (which may hold several
lines and ``\\n``, ``\\"``); ``#`` begins a comment; ``${NAME}`` outside single quotes is an earlier line's value or
else the environment's. What python-dotenv reads of MLflow's variables is read the same here, but for one thing: the
environment's own secrets are never filled in, since a ``.env`` may name a stranger's server (`mlflow.whose`), and an
address with a token in it would carry that there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from mltui.sources.regular import bytes_of

#: Longer files are no settings.
MOST_BYTES = 1 << 20

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*
    (?:'(?P<single>[^']*)'|"(?P<double>(?:\\.|[^"\\])*)"|(?P<bare>[^\r\n]*))""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
#: Variables of the environment that ``${NAME}`` does not reach: whatever sounds like somebody's login.
_SECRET = re.compile(r"(?i)MLFLOW_TRACKING_USERNAME|pass|pwd|token|secret|key|credential|auth|cookie|session")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def read_dotenv(path: Path) -> dict[str, str]:
    """The variables of the file at `path`; empty if there is none or it can't be read."""
    try:
        data = bytes_of(path, MOST_BYTES)
    except (OSError, ValueError):
        return {}
    return parse(data.decode("utf-8-sig", "replace"), os.environ)


def parse(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of a ``.env`` file's `text`."""
    found: dict[str, str] = {}

    def value_of(match: re.Match[str]) -> str:
        if match[1] in found:
            return found[match[1]]
        return environ.get(match[1], match[2] or "") if not _SECRET.search(match[1]) else match[2] or ""

    for match in _LINE.finditer(text):
        if match["single"] is not None:
            found[match["key"]] = match["single"]
            continue
        if match["double"] is not None:
            value = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), match["double"], flags=re.DOTALL)
        else:
            value = re.split(r"(?:^|\s)#", match["bare"], maxsplit=1)[0].strip()
        found[match["key"]] = _REFERENCE.sub(value_of, value)
    return found
