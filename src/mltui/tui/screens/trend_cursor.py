"""Where one is on a trend: a cursor that goes from commit to commit, and from regression to regression. No screen."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.trend import Regression, Trend


class TrendCursor:
    """A place on the line of a trend, at a commit that was measured, tagged, or changed data."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """There is no trend to be on."""
        self.trend: Trend | None = None
        self.at: int | None = None
        self._stops: tuple[int, ...] = ()

    def take(self, found: Trend) -> None:
        """Another trend: stay where the cursor is if that is a place on it too."""
        former, self.trend, self._stops = self.trend, found, _stops(found)
        if self.at is None or former is None or former.line != found.line or self.at not in self._stops:
            self.at = self._first(former, found)

    def _first(self, former: Trend | None, found: Trend) -> int | None:
        """At the commit it was on, else at the newest regression, else at the newest commit."""
        if former is not None and self.at is not None:
            sha = former.line.shas[self.at]
            same = next((at for at in self._stops if found.line.shas[at] == sha), None)
            if same is not None:
                return same
        if found.regressions:
            return found.regressions[0].first_bad.at
        return self._stops[-1] if self._stops else None

    # What is there

    @property
    def sha(self) -> str:
        """The commit; "" where there is none."""
        return self.trend.line.shas[self.at] if self.trend is not None and self.at is not None else ""

    @property
    def regressions(self) -> Sequence[Regression]:
        """All there are, the newest one first."""
        return (self.trend.regressions if self.trend else ()) or ()

    @property
    def regression(self) -> Regression | None:
        """The one that the commit is the first bad or the last good one of."""
        return next((each for each in self.regressions if self.at in (each.first_bad.at, each.last_good.at)), None)

    def pair(self) -> tuple[str, str] | None:
        """The last good and the first bad commit; elsewhere the one measured before and this one. None: none before."""
        if (each := self.regression) is not None:
            return each.last_good.commit, each.first_bad.commit
        former = [place for place in self._stops if self.at is not None and place < self.at]
        return (self.trend.line.shas[former[-1]], self.sha) if former and self.trend is not None else None

    # Going; each says whether the cursor is elsewhere now

    def step(self, by: int) -> bool:
        """So many stops to the newer, or to the older ones."""
        if not self._stops or self.at is None:
            return False
        near = self._stops.index(self.at) if self.at in self._stops else len(self._stops) - 1
        return self._go(self._stops[min(max(near + by, 0), len(self._stops) - 1)])

    def end(self, at: int) -> bool:
        """To the oldest stop (0) or the newest (-1)."""
        return bool(self._stops) and self._go(self._stops[at])

    def to_regression(self, by: int) -> bool:
        """To the next older regression (`by` 1) or the next newer (-1), round at the ends."""
        places = sorted({each.first_bad.at for each in self.regressions}, reverse=by > 0)
        if self.trend is None or not places:
            return False
        at = self.at if self.at is not None else len(self.trend.line.shas)
        beyond = [place for place in places if (place < at if by > 0 else place > at)]
        return self._go((beyond or places)[0])

    def _go(self, at: int) -> bool:
        before, self.at = self.at, at
        return before != at


def _stops(found: Trend) -> tuple[int, ...]:
    """Where the cursor stops: commits that were measured, tagged, or changed data, as far as the chart goes."""
    measured = {point.at for point in found.points}
    first = min(measured, default=0)
    marked = {at for at in (*(tag.at for tag in found.tags), *(each.at for each in found.data)) if at >= first}
    return tuple(sorted(measured | marked)) if measured else ()
