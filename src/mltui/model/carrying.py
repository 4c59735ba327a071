"""What was known goes on being shown while it can't be read again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from mltui.model.part import Part
from mltui.model.status import Snapshot

_PARTS: Final = ("git", "pipeline", "stores", "models", "newest", "experiments", "jobs")


def is_whole(now: Snapshot) -> bool:
    """Whether each part of it could be read; one that is not there was."""
    problems = (getattr(now, name).problem for name in _PARTS)
    return all(problem is None or problem.absent for problem in problems)


def carried(former: Snapshot | None, now: Snapshot) -> Snapshot:
    """`now`; a part that could not be read has the value of `former` beside its problem.

    What is not there any more (`Problem.absent`) was read: it is gone.
    """
    if former is None:
        return now
    parts: dict[str, Any] = {}
    for name in _PARTS:
        part: Part[Any] = getattr(now, name)
        before: Part[Any] = getattr(former, name)
        failed = part.value is None and part.problem is not None and not part.problem.absent
        if failed and before.value is not None:
            parts[name] = replace(part, value=before.value, read_at=before.read_at)
    latest = former.latest if "newest" in parts else now.latest
    return replace(now, latest=latest, **parts) if parts else now
