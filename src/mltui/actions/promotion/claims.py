"""Claims: MLflow sets an alias unconditionally, so that of two who read, check, set and read both believe they won.

Whoever wants to move it says so first, in a tag of the registered model, and looks who else did: each of two writes
before it looks, so at least one sees the other. The later one withdraws, the first waits for that: if both did, they
would meet again and again where a server is slow (docs/promotion.md).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from uuid import uuid4

from mltui.actions.mlflow.port import ModelNow, Writer
from mltui.actions.promotion.pointers import Pointer
from mltui.errors import MltuiError, NotFound, Refused
from mltui.model.claim import DEAD_MS, PREFIX, Claim, claims_in
from mltui.sources.port import now_ms

#: What was read of claims and pointer is too old to act upon after this (s): for others the claim dies at 60.
STALE: Final = 20.0
#: So long others are waited for (s), as often at least, and the first and the longest pause between two tries.
PATIENCE: Final = 15.0
TRIES: Final = 3
PAUSE, LONGEST_PAUSE = 0.2, 2.0
AGAIN: Final = "look again when that is done; the claim of somebody who was killed is dead after 60 s"


class Claiming:
    """The claim of one who wants to move `pointer`. `mine` is what it says; its key and time are made anew each time.

    `moved` makes the refusal where the pointer is at another version than it should be. Ends with `withdraw`, whatever
    happened. `wait` and `clock` (s) are for tests.
    """

    def __init__(
        self,
        writer: Writer,
        pointer: Pointer,
        mine: Claim,
        moved: Callable[[str | None], Refused],
        *,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writer, self._pointer, self._mine, self._moved = writer, pointer, mine, moved
        self._wait, self._clock = wait, clock
        self._standing: list[str] = []  #: tags of ours that may be in the registry
        self._new: dict[str, float] = {}  #: claims that came while we looked, and when
        self._dead: list[str] = []  #: what others left behind

    def take(self, expected: str | None) -> None:
        """Be the only one who claims it, with the pointer at `expected`: then it may be set, at once.

        Raises `Refused`: somebody else moved it, or is about to; and what the writer does. `withdraw` then, too.
        """
        end, pause, tries = self._clock() + PATIENCE, PAUSE, 1
        while rival := self._rival(expected):
            if self._clock() >= end and tries >= TRIES:
                raise Refused(f"somebody else is promoting to {self._pointer.label}: {rival}", AGAIN)
            self._wait(random.uniform(0, pause))  # by chance two that met part
            pause, tries = min(2 * pause, LONGEST_PAUSE), tries + 1

    def withdraw(self) -> str:
        """Take the claim back; what is to be said if it stands. Whoever won tidies up what others left, too."""
        failed = ""
        for key in list(self._standing):
            failed = self._delete(key)
            if not failed:
                self._standing.remove(key)
        return failed and f"the claim on {self._pointer.label} could not be withdrawn, it is dead in 60 s: {failed}"

    def tidy(self) -> None:
        """Delete the claims of those that died; for whoever won. What can't be deleted is as dead as before."""
        while self._dead:
            self._delete(self._dead.pop())

    def _rival(self, expected: str | None) -> str:
        """Claim it: who stands in the way, withdrawn from; "" if nobody does."""
        model = self._writer.model(self._pointer.model)
        self._expect(expected, self._pointer.holder_in(model))
        before = self._others(model)
        if alive := [each for each in before.values() if self._alive(each)]:
            return _told(alive[0])
        began = self._clock()
        mine = self._claim()
        while rival := self._beside(mine, before):
            if isinstance(rival, str) or _order(rival) < _order(mine) or self._clock() - began >= PATIENCE:
                self.withdraw()
                return rival if isinstance(rival, str) else _told(rival)
            self._wait(random.uniform(0, PAUSE))  # theirs came later: they withdraw
        self._expect(expected, self._pointer.holder())
        if self._clock() - began > STALE:
            self.withdraw()
            return "the registry is too slow to be sure"
        return ""

    def _beside(self, mine: Claim, before: Mapping[str, Claim]) -> Claim | str | None:
        """The first of the live claims beside ours; `before` were there before it. In words that ours is gone."""
        model = self._writer.model(self._pointer.model)
        after = self._others(model)
        for key in after:
            if key not in before:  # it was made just now, whatever its maker's clock says
                self._new.setdefault(key, self._clock())
        self._dead = list(after)
        if mine.key not in model.tags:
            return "the claim was taken away"
        return min((each for each in after.values() if self._alive(each)), key=_order, default=None)

    def _others(self, model: ModelNow) -> dict[str, Claim]:
        found = claims_in(model.tags, self._pointer.claimed)
        return {key: claim for key, claim in found.items() if key not in self._standing}

    def _alive(self, claim: Claim) -> bool:
        """By its age; one that we saw come, by when it came."""
        came = self._new.get(claim.key)
        return claim.alive(now_ms()) if came is None else self._clock() - came <= DEAD_MS / 1000

    def _claim(self) -> Claim:
        claim = replace(self._mine, key=f"{PREFIX}{self._pointer.claimed}.{uuid4().hex}", at=now_ms())
        self._standing.append(claim.key)
        self._writer.set_model_tag(self._pointer.model, claim.key, claim.text())
        return claim

    def _expect(self, expected: str | None, holder: str | None) -> None:
        if holder != expected:
            raise self._moved(holder)

    def _delete(self, key: str) -> str:
        """Why it could not be deleted; "" if it is not there any more."""
        try:
            self._writer.delete_model_tag(self._pointer.model, key)
        except NotFound:
            return ""
        except MltuiError as error:
            return error.summary
        return ""


def _order(claim: Claim) -> tuple[int, str]:
    """Which of several is the first: the same to everybody, as each has it from the tags."""
    return claim.at or 0, claim.key


def _told(claim: Claim) -> str:
    return f"{claim.maker} claims it for version {claim.version or '?'}"
