"""What git and DVC's files tell of a stage's last run, as lines of its detail."""

from __future__ import annotations

from mltui.model.ages import age_ago
from mltui.model.stage_facts import OutChange, StageFacts
from mltui.present.marks import count
from mltui.present.text import Line, Span, line, size


def moved_line(facts: StageFacts, now: int) -> Line:
    """The commit that holds its last run: ``3f2a1c9  3 d ago``; of one that none holds that it is not committed."""
    if facts.commit is not None:
        since = age_ago(max(0, now - (facts.time or now)) / 1000)
        return line(Span(facts.commit[:7], "accent"), Span(f"  {since}", "dim"))
    return line(Span("not committed yet", "note")) if facts.uncommitted else ()


def beside(facts: StageFacts) -> dict[str, str]:
    """Of each out what it was before, by its path: ``was 8.1 MB, 6,002 rows (-6,002)``. What lost or gained a fifth
    says so first."""
    return {out.path: words for out in facts.outs if (words := _words(out))}


def _words(out: OutChange) -> str:
    told = [text for text in (_of_old(out), _of_rows(out)) if text]
    if out.same:
        told.append("as the time before")
    return ("changed much: " if out.stands_out else "") + ", ".join(told)


def _of_old(out: OutChange) -> str:
    """``was 18.4 kB``, of a directory with another number of files ``was 18.4 kB in 2 files``."""
    had = out.nfiles_before
    words = [size(out.size_before)] if out.size_before is not None and not out.same else []
    words += [f"{'in ' if words else ''}{count(had, 'file')}"] if had is not None and out.nfiles != had else []
    return " ".join(("was", *words)) if words else ""


def _of_rows(out: OutChange) -> str:
    return _counted(out.rows, out.rows_before, "row")


def _counted(now: int | None, before: int | None, what: str) -> str:
    """``12,004 rows (+1,204)``."""
    if now is None:
        return ""
    delta = f" ({now - before:+,})" if before is not None and now != before else ""
    return f"{now:,} {what}{'' if now == 1 else 's'}{delta}"
