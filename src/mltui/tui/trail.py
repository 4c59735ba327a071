"""Where somebody has been: ``<`` goes back, ``>`` forward, as in a browser."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

#: Steps remembered.
LENGTH = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """A place by number, and the key its cursor was on (None: nothing there)."""

    place: int
    key: str | None


class Trail:
    """Spots behind and ahead of the present one."""

    def __init__(self) -> None:
        self._back: list[Spot] = []
        self._ahead: list[Spot] = []

    def leave(self, spot: Spot) -> None:
        """Somebody goes from `spot` to somewhere new: what was ahead is forgotten."""
        if not self._back or self._back[-1] != spot:
            self._back = [*self._back, spot][-LENGTH:]
        self._ahead.clear()

    def back(self, here: Spot) -> Spot | None:
        """Where to go back to from `here`; None at the beginning."""
        return _step(self._back, self._ahead, here)

    def forward(self, here: Spot) -> Spot | None:
        """Where ``<`` came from; None at the end."""
        return _step(self._ahead, self._back, here)

    def last_in(self, places: Container[int]) -> Spot | None:
        """The latest spot behind the present one that is in one of these places."""
        return next((spot for spot in reversed(self._back) if spot.place in places), None)

    @property
    def can_go_back(self) -> bool:
        return bool(self._back)

    @property
    def can_go_forward(self) -> bool:
        return bool(self._ahead)


def _step(source: list[Spot], target: list[Spot], here: Spot) -> Spot | None:
    if not source:
        return None
    target.append(here)
    return source.pop()
