"""Exceptions of dvc and of what it stands on, in words."""

from __future__ import annotations

import re


def one_line(error: BaseException) -> str:
    """An exception as one line, with what caused it where its own words say little."""
    text = str(error).strip() or type(error).__name__
    cause = str(error.__cause__ or "").strip()
    text = text if cause in text or len(text) > 80 else f"{text}: {cause}"
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())[:500]
