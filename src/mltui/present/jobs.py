"""Jobs: what mltui itself started. Nothing does yet, and the place says so."""

from __future__ import annotations

from mltui.present.text import Line, line


def no_jobs() -> tuple[Line, ...]:
    """What the empty place says."""
    return (line("Nothing started from here yet."),)
