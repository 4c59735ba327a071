"""``LIKE`` and ``ILIKE`` as MLflow's SQL store on SQLite understands them."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby


def like(pattern: str, *, fold: bool) -> Callable[[str], bool]:
    """``%`` is any text, ``_`` any letter, newlines too; nothing escapes them. `fold`: A-Z and a-z are the same.

    MLflow sets ``case_sensitive_like``; SQLite's ``lower``, to which SQLAlchemy translates ILIKE, knows ASCII only.
    """
    wild = re.split(r"(%+)", pattern)
    texts = ["".join(_letters(part)) for part in wild[::2]]
    if len(texts) == 1:
        source = texts[0]
    else:  # each text at its first place, for good: no other could serve the rest better
        inner = "".join(f"(?>.*?{text})" for text in texts[1:-1] if text)
        source = f"{texts[0]}{inner}.*{texts[-1]}"
    match = re.compile(source, re.DOTALL | re.ASCII | (re.IGNORECASE if fold else 0)).fullmatch
    return lambda text: match(text) is not None


def _letters(text: str) -> list[str]:
    return ["." * len(list(run)) if wild else re.escape("".join(run)) for wild, run in groupby(text, "_".__eq__)]
