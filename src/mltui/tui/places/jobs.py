"""Jobs: what mltui itself started."""

from __future__ import annotations

from typing import ClassVar

from mltui.present.jobs import no_jobs
from mltui.present.text import Line
from mltui.tui.places.base import Parts, Place


class JobsPlace(Place):
    """What is running, and what came of it?"""

    number: ClassVar[int] = 7
    title: ClassVar[str] = "Jobs"

    @classmethod
    def missing(cls, parts: Parts) -> tuple[Line, ...]:
        return no_jobs()
