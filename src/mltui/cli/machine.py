"""JSON documents on standard output: UTF-8 whatever the locale, indented where a person looks."""

from __future__ import annotations

import sys
from typing import Any

from mltui.present.jsonable import dumps


def write_json(document: Any) -> bytes:
    """Print one document and return what was printed."""
    text = dumps(document, indent=2 if sys.stdout.isatty() else None).encode() + b"\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    return text
