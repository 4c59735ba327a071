"""A running job in a few words, for the first line of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mltui.model.ages import elapsed
from mltui.model.jobs import expected, running
from mltui.present.layout import cut
from mltui.present.text import Line, Span, Symbols, line, safe

if TYPE_CHECKING:
    from mltui.model.job import Job

#: Said of what is past the time that it was expected to take.
LONGER = "longer than usual"
#: Terminal columns of a job's title in the first line.
TITLE = 28


def running_line(jobs: Sequence[Job], now: int, symbols: Symbols) -> Line:
    """``● retrain train 41 s of about 2 min``; () where no job runs or waits."""
    job = running(jobs)
    if job is None:
        return ()
    title = cut(safe(job.spec.title, symbols), TITLE, symbols.more)
    if job.state == "queued":
        return line(Span(f"{symbols.scheduled} {title} queued", "dim"))
    mark = Span(f"{symbols.running} {title}", "running")
    stage = f" {cut(safe(job.stage, symbols), TITLE, symbols.more)}" if job.stage and job.stage not in title else ""
    if job.state == "stopping":
        return line(mark, Span(" stopping", "warn"))
    return line(mark, f"{stage} {so_long(job, expected(job, jobs), now)}".rstrip())


def so_long(job: Job, about: int | None, now: int) -> str:
    """``41 s of about 2 min``, ``3 min, longer than usual``; `about` is ms. "" of a job that has not begun."""
    if job.start is None:
        return ""
    since = max(0, (now if job.end is None else job.end) - job.start)
    text = elapsed(since / 1000)
    if not about or job.end is not None:
        return text
    return f"{text} of about {roughly(about)}" if since <= about else f"{text}, {LONGER}"


def roughly(ms: int) -> str:
    """A time that is expected, in one unit, rounded: 40 s, 2 min, 1.5 h."""
    seconds = ms / 1000
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"
