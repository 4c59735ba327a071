"""The first frame: what was known last time, before anything is asked."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from mltui.present.text import Line, Span, Symbols, line, safe

if TYPE_CHECKING:
    from mltui.model.status import Snapshot

#: Newest runs named on the first frame.
RUNS = 5

_STATES = (
    ("fresh", "fresh", "good"),
    ("running", "running", "running"),
    ("stale", "stale", "warn"),
    ("missing", "missing", "warn"),
    ("unknown", "unknown", "unknown"),
)


def first_lines(snapshot: Snapshot | None, symbols: Symbols) -> tuple[Line, ...]:
    """Branch, stages counted by status, the newest runs: as remembered, with a word that it is, and from when."""
    if snapshot is None:
        return (line(Span("reading for the first time", "dim")),)
    seen = time.strftime("%Y-%m-%d %H:%M", time.localtime(snapshot.git.read_at / 1000))
    lines = [line(Span(f"as last seen {seen}; reading", "dim"))]
    if git := snapshot.git.value:
        branch = git.branch or (f"detached at {git.commit[:7]}" if git.commit else "no commit yet")
        lines.append(line(Span("branch    ", "key"), Span(safe(branch), "accent")))
    if snapshot.pipeline.value and snapshot.pipeline.value.stages:
        counts = Counter(stage.status for stage in snapshot.pipeline.value.stages)
        spans = [Span("pipeline  ", "key")]
        for status, symbol, role in _STATES:
            if count := counts[status]:  # type: ignore[index]
                spans += [Span(f"{getattr(symbols, symbol)} {count} {status}", role), Span("  ")]
        lines.append(tuple(spans))
    for nth, run in enumerate((snapshot.newest.value or ())[:RUNS]):
        lines.append(line(Span("newest    " if nth == 0 else "          ", "key"), safe(run.name or run.run_id)))
    return tuple(lines)
