"""What is told of a commit of a trend: its subject, and what changed where the metric got worse, asked for once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mltui.model.trend import Between, Regression, Trend
from mltui.present import trend_text
from mltui.present.text import Line, Span, Symbols, line, safe, short_sha
from mltui.tui.asking import Asker

if TYPE_CHECKING:
    from mltui.sources.trend import TrendSource

#: Subjects of commits that are told of a regression.
SUBJECTS = 3


class TrendTold:
    """Keeps what was asked of the history while a trend is looked at."""

    def __init__(self) -> None:
        self._asker = Asker()
        self._subjects: dict[str, str] = {}
        self._changed: dict[tuple[str, str], Between] = {}

    def lines(self, found: Trend, at: int, each: Regression | None, signs: Symbols) -> list[Line]:
        """What is known so far of the commit that is `at` on the line, and of the regression that it is part of."""
        subject, changed = self._subjects.get(found.line.shas[at]), self._between(each)
        head, *rest = trend_text.at_lines(found, at, signs, data=changed is None)  # else it is told with the rest
        lines = [head, line(Span(safe(subject, signs)))] if subject else [head]
        lines += rest
        if each is not None and changed is not None:
            lines += trend_text.doubt_lines(each)
            lines += trend_text.between_lines(changed, signs, SUBJECTS)
            command = f"mltui diff {short_sha(each.last_good.commit)} {short_sha(each.first_bad.commit)}"
            lines.append(line(Span("    more      ", "key"), Span(command, "accent")))
        return lines

    def lacks(self, sha: str, each: Regression | None) -> bool:
        """Whether there is something to look up."""
        return sha not in self._subjects or (each is not None and self._between(each) is None)

    async def look_up(self, source: TrendSource, found: Trend, sha: str, each: Regression | None) -> None:
        """Ask for what is not known yet."""
        if sha not in self._subjects:
            self._subjects[sha] = await self._asker.ask(lambda: source.subject(sha))
        if each is not None and self._between(each) is None:
            self._changed[_ends(each)] = await self._asker.ask(lambda: source.between(found, each))

    def changed(self, found: Trend) -> Mapping[int, Between]:
        """What is known of the regressions, by their place among them."""
        known = {at: self._between(each) for at, each in enumerate(found.regressions or ())}
        return {at: between for at, between in known.items() if between is not None}

    def _between(self, each: Regression | None) -> Between | None:
        return self._changed.get(_ends(each)) if each is not None else None


def _ends(each: Regression) -> tuple[str, str]:
    return each.last_good.commit, each.first_bad.commit
