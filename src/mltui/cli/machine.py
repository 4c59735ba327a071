"""JSON documents on standard output: UTF-8 whatever the locale, indented where a person looks."""

from __future__ import annotations

import sys
from typing import Any

from mltui.present.jsonable import dumps


def write_json(document: Any) -> None:
    """Print one document."""
    text = dumps(document, indent=2 if sys.stdout.isatty() else None) + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
