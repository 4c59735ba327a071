"""The moves of one alias or stage of MLflow, in order, with what must have happened between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mltui.model.claim import claims_in
from mltui.model.move_order import End, in_order
from mltui.model.moves import Move
from mltui.model.promotion import Target, holder
from mltui.model.registry import RegisteredModel

STAGE: Final = "stage:"
#: Legacy stages that say who is used for something; any number of versions are in the others.
HELD: Final = ("Staging", "Production")
#: Instead of a reason, of a move of which nothing but its claim is there.
CLAIMED: Final = "it was claimed, and not written down"


class Chain:
    """One target of one model of MLflow, as the registry has it now; `every` move of all targets."""

    def __init__(self, model: RegisteredModel, target: str, every: Sequence[Move]) -> None:
        self._model, self._target = model, target
        self._created = {version.version: version.created for version in model.versions}
        stage = target.removeprefix(STAGE) if target.startswith(STAGE) else ""
        self._stage = stage
        self._present = holder(model, Target("stage", stage) if stage else Target("alias", target.removeprefix("@")))
        self._left = {(each.after, each.at or 0) for each in every if each.model == model.name} if stage else set()

    def of(self, certain: Sequence[Move], uncertain: Sequence[Move]) -> list[Move]:
        """Its moves in order, with what must have happened between them."""
        known = not self._model.problem and (not self._stage or self._stage in HELD)
        moves = in_order(certain, End(self._present, known and not self._stage))
        found: list[Move] = []
        former: Move | None = None
        for move in moves:
            found += self._between(former, move.before, move.at, uncertain, found)
            found.append(move)
            former = move
        if known:
            found += self._between(former, self._present, None, uncertain, found)
        return found

    def _between(
        self,
        former: Move | None,
        wanted: str | None,
        until: int | None,
        uncertain: Sequence[Move],
        past: Sequence[Move],
    ) -> list[Move]:
        """What happened after `former` so that `wanted` held the target at `until` (None: now)."""
        began = former.after if former else None
        found: list[Move] = []
        since = (former.at or 0) if former else None
        left = [each for each in uncertain if (since or 0) <= (each.at or 0) <= (until or each.at or 0)]
        for each in sorted(left, key=lambda move: (move.at or 0, move.id), reverse=True):
            if each.after == wanted and wanted != began:
                found.insert(0, each)
                wanted, until = each.before, each.at
        if wanted != began and not self._explained(former, wanted, past):
            claimed = self._claimed(began, wanted, since or 0) if until is None else None
            found.insert(0, claimed or self._outside(began, wanted, since, until))
        return found

    def _claimed(self, before: str | None, after: str | None, since: int) -> Move | None:
        """The move of somebody whose claim still stands: they are about to write it down, or were killed before."""
        name = f"stage.{self._stage}" if self._stage else self._target.removeprefix("@")
        claims = claims_in(self._model.tags, name).values()
        by = next((each for each in claims if each.version == after and (each.at or 0) > since), None)
        if by is None:
            return None
        made = Move(self._model.name, self._target, before, after, by.at, who=by.who, told=("registry",))
        return replace(made, host=by.host, reason=CLAIMED)

    def _explained(self, former: Move | None, wanted: str | None, past: Sequence[Move]) -> bool:
        """Several versions may be in one stage, and one that is moved to another stage leaves it."""
        if not self._stage or former is None:
            return False
        went = any(after == former.after and at > (former.at or 0) for after, at in self._left)
        return any(each.after == wanted for each in past) or (went and wanted is None)

    def _outside(self, before: str | None, after: str | None, since: int | None, until: int | None) -> Move:
        gone = after is not None and after not in self._created
        reason = f"version {after} is gone, and with it what was noted there" if gone else ""
        made = self._created.get(after or "")
        times = [time for time in (since, made) if time is not None]
        return Move(
            self._model.name,
            self._target,
            before,
            after,
            None,
            reason=reason,
            outside=True,
            since=max(times, default=None),
            until=until,
        )
