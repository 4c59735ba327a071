"""What ended jobs left elsewhere, before it is taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from mltui.model.job import Job
from mltui.model.sizes import size
from mltui.present.text import Line, Span, Symbols, line, safe

#: Files of a worktree that are named; the rest is counted.
MOST = 4
#: What a job says of data that nobody else has.
ONLY_THERE = "is only in the cache of"


class Leftover(Protocol):
    """What is left of a job on a box."""

    @property
    def job(self) -> Job: ...
    @property
    def box(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def files(self) -> Sequence[str]: ...
    @property
    def here(self) -> bool: ...


def clean_lines(found: Iterable[Leftover], alone: Iterable[str], symbols: Symbols) -> list[Line]:
    """What goes, what nobody else has of it, what stays."""
    lines: list[Line] = []
    for each in found:
        job = each.job
        told = f"  {job.state} on {safe(each.box)}, {size(each.size)}; its log is brought home first"
        lines.append(line(Span(job.id, "accent"), told))
        if each.files:
            rest = len(each.files) - MOST
            more = f" {symbols.more} and {rest} more" if rest > 0 else ""
            names = ", ".join(safe(name) for name in each.files[:MOST])
            lines.append(line("  ", Span(f"goes for good, as no commit has it: {names}{more}", "warn")))
        if job.experiment:
            here = "which is here too" if each.here else "which is brought home first"
            lines.append(line(f"  stays: experiment {safe(job.experiment)}, {here}"))
        lines += [line(f"  stays there: {safe(note)}") for note in job.notes if ONLY_THERE in note]
    return lines + [line(Span(f"left alone: {safe(text)}", "note")) for text in alone]
