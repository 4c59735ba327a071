"""An alias is watched for a moment after it was moved: writers other than mltui can't be kept out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Final

from mltui.actions.mlflow.port import Writer
from mltui.actions.promotion.movers import where_it_is
from mltui.actions.promotion.pointers import pointer_of
from mltui.errors import MltuiError
from mltui.model.promotion import Plan

#: So long an alias is watched, and how often it is looked at (s).
SECONDS: Final = 10.0
EVERY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen. `moved`: somebody else moved it, and `said` to where; not `moved`, and `said` is why it could not
    be watched to the end ("" if it was)."""

    moved: bool = False
    holder: str | None = None
    said: str = ""


def watch(
    writer: Writer,
    plan: Plan,
    seconds: float = SECONDS,
    stopped: Event | None = None,
    *,
    version: str = "",
    clock: Callable[[], float] = time.monotonic,
) -> Watched:
    """Look at the target of `plan`, which was just moved, for so long, or until it is `stopped`, or moved on.

    `version` is where it should be: of a copy the number that it got; the plan's own by default. Never raises.
    """
    pointer, end, still = pointer_of(plan, writer), clock() + seconds, stopped or Event()
    wanted = version or ("" if plan.target.kind == "copy" else plan.version.version)
    if pointer is None or not wanted:
        return Watched()
    said = ""
    while not still.is_set():
        try:
            if not pointer.holds(wanted):
                holder = pointer.holder()
                said = f"{pointer.label} was moved by somebody else: {where_it_is(writer, pointer, holder)}"
                return Watched(True, holder, said)
            said = ""
        except MltuiError as error:
            said = f"{pointer.label} could not be watched: {error.summary}"
        left = end - clock()
        if left <= 0:
            break
        still.wait(min(EVERY, left))
    return Watched(said=said)
