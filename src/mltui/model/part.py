"""A value read from outside, or the error that stood in its way, with the time it was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, as a person should meet it.

    `source` names what was read (``git``, ``dvc``, ``mlflow``, ``config`` or a path), `summary` is one line, `hint`
    what to do ("" if nobody knows), `path` the file with line if one is to blame ("src/dvc.yaml:12", else "").
    `absent`: there is nothing to read (no repository, no store), a fact and no fault: nobody need do anything about it.
    """

    source: str
    summary: str
    hint: str = ""
    path: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One answer of one source.

    Either `value` or `problem` is set; both are when a former value is still shown beside the error that stood in
    the way of a newer one. `read_at` is epoch milliseconds: when `value` was true. `sequence` grows with every load
    of the same name; a part with a lower sequence than the one on screen is late and dropped.
    """

    name: str
    value: T | None = None
    problem: Problem | None = None
    read_at: int = 0
    sequence: int = 0
