"""The one shape every source has: a cheap question whether it moved, and the load."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar

from mltui.errors import NotFound, SourceError
from mltui.model.part import Part, Problem

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Source(Protocol[T_co]):
    """Something that can be read again and again, from any thread, one call at a time."""

    @property
    def name(self) -> str:
        """Short and unique: "git", "history", "pipeline", "stores", "runs", "models"."""

    def fingerprint(self) -> Hashable:
        """Cheap (milliseconds, no network): as long as it is equal, `load` would give the same."""

    def load(self) -> T_co:
        """Read it. Raises `SourceError`; everything a tool or library raises is translated here."""


def now_ms() -> int:
    """The present as epoch milliseconds."""
    return time.time_ns() // 1_000_000


def read(source: Source[T], sequence: int = 0, load: Callable[[], T] | None = None) -> Part[T]:
    """Load `source` into a part (by `load`, if it is to be loaded in a way of its own); a failed load is a part too.

    So is one that ended in an exception nobody expected, a mistake of ours: the other parts are worth showing, and a
    problem is read by more people than a traceback. With MLTUI_DEBUG set it is raised.
    """
    try:
        value = (load or source.load)()
    except SourceError as error:
        problem = Problem(source.name, error.summary, error.hint, absent=isinstance(error, NotFound))
        return Part(source.name, None, problem, now_ms(), sequence)
    except Exception as error:
        if os.environ.get("MLTUI_DEBUG"):
            raise
        from mltui.sources.mistakes import problem_of

        return Part(source.name, None, problem_of(source.name, error), now_ms(), sequence)
    return Part(source.name, value, silence_of(source), now_ms(), sequence)


def silence_of(source: Source[Any]) -> Problem | None:
    """Why what `load` gave is what was known from before, of a source that can tell (its `silence`)."""
    silence: Callable[[], SourceError | None] | None = getattr(source, "silence", None)
    error = silence() if silence else None
    return None if error is None else Problem(source.name, error.summary, error.hint)
