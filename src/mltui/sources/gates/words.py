"""Errors as one sentence, for the reason of a gate."""

from __future__ import annotations

from mltui.errors import SourceError


def in_words(error: SourceError) -> str:
    """What went wrong, and what to do."""
    return f"{error.summary} ({error.hint})" if error.hint else error.summary
