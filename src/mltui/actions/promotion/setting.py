"""An alias or a stage set under a claim: set, read back, written down, the claim withdrawn; what goes wrong is told.

Each step may be the last one that this process makes: what then stands in the registry is what `sources/journal` finds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from mltui.actions.gateway import Tell
from mltui.actions.promotion.claims import Claiming
from mltui.actions.promotion.pointers import Pointer
from mltui.errors import MltuiError, Refused, Unanswered
from mltui.model.outcome import Outcome

#: What was asked and not answered may still be done: so long it is looked for (s). A server that does not answer at all
#: may come back.
LOOKED_FOR: Final = 5.0
WAITED_FOR: Final = 20.0
_LOOK: Final = 0.25
STEPS: Final = 3

#: `ours`: it is set. `elsewhere`: at a third version. `not set`: as before. `unknown`: nobody answers.
Where = Literal["ours", "elsewhere", "not set", "unknown"]


@dataclass(frozen=True, slots=True)
class Landed:
    """What `pointer` was found at after it was set: its `holder`; `why` that can't be told."""

    where: Where
    holder: str | None = None
    why: str = ""


class Setting:
    """`pointer` from `before` to `version` ("" is nobody). `record` writes the move down, and returns what it could not
    write."""

    def __init__(
        self,
        pointer: Pointer,
        claiming: Claiming,
        version: str,
        before: str | None,
        record: Callable[[], tuple[str, ...]],
        *,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pointer, self._claiming, self._record = pointer, claiming, record
        self._version, self._before = version, before
        self._wait, self._clock = wait, clock
        self._asked = False  #: whether it may be set by now

    def perform(self, tell: Tell) -> Outcome:
        """How it ended. Raises `Refused` if somebody else was faster: then nothing was changed."""
        try:
            outcome = self._set(tell)
        except Refused as error:
            if standing := self._claiming.withdraw():
                raise Refused(error.summary, "; ".join(filter(None, (error.hint, standing)))) from error
            raise
        except KeyboardInterrupt:
            outcome = Outcome("interrupted", f"{self._what}: interrupted", self._stands())
        except MltuiError as error:
            left = (error.hint,) if error.hint else ()
            outcome = Outcome("failed", f"{self._what} was not set: {error.summary}", (*left, *self._stands()))
        standing = self._claiming.withdraw()
        if outcome.state == "done":
            self._claiming.tidy()
        return replace(outcome, left=(*outcome.left, standing)) if standing else outcome

    def _set(self, tell: Tell) -> Outcome:
        tell(1, STEPS, f"claims {self._what}")
        self._claiming.take(self._before)
        tell(2, STEPS, f"lets it point at {_name(self._version)}")
        self._asked = True
        try:
            self._pointer.put(self._version, self._before)
        except Unanswered as error:
            landed = self._looked_for(error.summary)
        except MltuiError:
            self._asked = self._may_lie()
            raise
        else:
            landed = self._read_back()
        if landed.where != "ours":
            return self._lost(landed)
        tell(3, STEPS, "writes it down in the registry")
        unread = (f"it could not be read back: {landed.why}",) if landed.why else ()
        return Outcome(
            "done", f"{self._what} is {_name(self._version)}, was {_name(self._before)}", (*unread, *self._record())
        )

    def _read_back(self) -> Landed:
        """What was answered was done; if it is elsewhere, somebody moved it who claims nothing."""
        try:
            if self._pointer.holds(self._version):
                return Landed("ours")
            return Landed("elsewhere", self._pointer.holder())
        except MltuiError as error:
            return Landed("ours", self._version, error.summary)

    def _looked_for(self, unanswered: str) -> Landed:
        """No answer came: read until it can be told."""
        began, why = self._clock(), unanswered
        while True:
            passed = self._clock() - began
            try:
                if self._pointer.holds(self._version):
                    return Landed("ours")
                if (holder := self._pointer.holder()) != self._before:
                    return Landed("elsewhere", holder, unanswered)
                if passed >= LOOKED_FOR:
                    return Landed("not set", holder, unanswered)
            except MltuiError as error:
                why = error.summary
                if passed >= WAITED_FOR:
                    return Landed("unknown", None, why)
            self._wait(_LOOK)

    def _lost(self, landed: Landed) -> Outcome:
        if landed.where == "unknown":
            left = ("mltui models tells when the registry answers again", f"it was at {_name(self._before)}")
            return Outcome("unknown", f"{self._what}: whether it was set is not known: {landed.why}", left)
        if landed.where == "not set":
            said = f"it is still at {_name(self._before)}: try again"
            return Outcome("failed", f"{self._what} was not set: {landed.why}", (said, *self._halfway()))
        said = f"it is at {_name(landed.holder)}, and not at {_name(self._version)}: look at it again"
        return Outcome(
            "failed", f"{self._what} was moved by somebody else at the same moment", (said, *self._halfway())
        )

    def _stands(self) -> tuple[str, ...]:
        """Where it is, for whoever was interrupted."""
        if not self._asked:
            return ("nothing was changed",)
        try:
            return (f"{self._pointer.label} is at {_name(self._pointer.holder())}", *self._halfway())
        except MltuiError as error:
            return (f"where {self._pointer.label} is can't be read: {error.summary}",)

    def _may_lie(self) -> bool:
        """Whether something of it may have been set before it failed: a stage takes several writes."""
        try:
            return self._pointer.lies(self._version)
        except MltuiError:
            return True

    def _halfway(self) -> tuple[str, ...]:
        """That it is in there, and another one holds it. Says nothing where that can't be read."""
        try:
            if self._pointer.lies(self._version) and not self._pointer.holds(self._version):
                return (f"{self._version} is in {self._pointer.label} too, and the newer one counts: the same again",)
        except MltuiError:
            return ()
        return ()

    @property
    def _what(self) -> str:
        return f"{self._pointer.model} {self._pointer.label}"


def _name(version: str | None) -> str:
    return version or "nobody"
