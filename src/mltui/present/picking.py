"""Choosing the columns of a table: what is taken, in which order, and how each is shown. Pure; the dialog draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from mltui.model.columns import Against, ColumnSpec, Pick
from mltui.model.run_attributes import ColumnChoice
from mltui.present.fuzzy import fuzzy
from mltui.present.run_cells import header_of

PICKS: Final[tuple[Pick, ...]] = ("latest", "best", "min", "max", "mean", "at")
AGAINST: Final[tuple[Against, ...]] = ("", "baseline", "champion")
#: What a mean is of until somebody says another number.
POINTS: Final = 5
#: Widths (terminal columns) one can choose, the step between them, and where choosing begins.
NARROW, WIDE, STEP, FIRST = 4, 80, 2, 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line of the list: a column that is taken (`nth` from 1), or could be (0). `choice` says what is known of its
    key; None where no run has it any more."""

    spec: ColumnSpec
    choice: ColumnChoice | None
    nth: int = 0

    @property
    def key(self) -> str:
        """Unique in the list."""
        return self.spec.id


@dataclass(frozen=True, slots=True)
class Picking:
    """`choices` are all there are, `own` those mltui takes by itself, `chosen` what is taken now, from left to right.

    `listed`: ids in the order of the list, which stays while things are taken and left.
    """

    choices: tuple[ColumnChoice, ...]
    own: tuple[ColumnSpec, ...]
    chosen: tuple[ColumnSpec, ...]
    text: str = ""
    listed: tuple[str, ...] = field(default=())

    @classmethod
    def begin(cls, choices: Sequence[ColumnChoice], own: Sequence[ColumnSpec], chosen: Sequence[ColumnSpec]) -> Picking:
        """With the columns of a view; () is mltui's own choice."""
        return cls(tuple(choices), tuple(own), tuple(chosen) or tuple(own))._relisted()

    @property
    def is_own(self) -> bool:
        """Whether it is as mltui chooses by itself."""
        return self.chosen == self.own or not self.chosen

    def result(self) -> tuple[ColumnSpec, ...]:
        """The columns for a view; () is mltui's own choice."""
        return () if self.is_own else self.chosen

    def candidates(self) -> list[Candidate]:
        """The lines of the list: what is taken first, then the rest, those in which runs differ first; while somebody
        types, what fits best first."""
        known = {choice.spec.id: choice for choice in self.choices}
        plain = {(choice.spec.family, choice.spec.key): choice for choice in self.choices}
        taken = {spec.id: Candidate(spec, plain.get((spec.family, spec.key)), at) for at, spec in self._numbered()}
        return [
            taken.get(id) or Candidate(known[id].spec, known[id]) for id in self.listed if id in taken or id in known
        ]

    def typed(self, text: str) -> Picking:
        """Only what `text` finds."""
        return replace(self, text=text)._relisted()

    def toggled(self, candidate: Candidate) -> Picking:
        """Take it, as the last one, or leave it."""
        if candidate.nth:
            return self._with(tuple(spec for spec in self.chosen if spec.id != candidate.key))
        return self._with((*self.chosen, candidate.spec))

    def moved(self, candidate: Candidate, by: int) -> Picking:
        """One place further to the left (-1) or right (1)."""
        at = candidate.nth - 1
        to = at + by
        if not candidate.nth or not 0 <= to < len(self.chosen):
            return self
        order = list(self.chosen)
        order[at], order[to] = order[to], order[at]
        return self._with(tuple(order))._relisted()

    def changed(self, candidate: Candidate, spec: ColumnSpec) -> Picking:
        """The same column shown in another way; one that was not taken is taken. Unchanged if that one is there."""
        if any(each.id == spec.id for each in self.chosen if each.id != candidate.key):
            return self
        if not candidate.nth:
            chosen = (*self.chosen, spec)
        else:
            chosen = tuple(spec if each.id == candidate.key else each for each in self.chosen)
        listed = [each for each in self.listed if each == candidate.key or each != spec.id]
        listed = [spec.id if each == candidate.key else each for each in listed]
        return replace(self._with(chosen), listed=tuple(listed))

    def as_own(self) -> Picking:
        """Back to what mltui chooses by itself."""
        return self._with(self.own)._relisted()

    def _with(self, chosen: tuple[ColumnSpec, ...]) -> Picking:
        return replace(self, chosen=chosen)

    def _numbered(self) -> list[tuple[int, ColumnSpec]]:
        return list(enumerate(self.chosen, start=1))

    def _relisted(self) -> Picking:
        taken = [spec.id for spec in self.chosen]
        families = {family: at for at, family in enumerate(("attributes", "metrics", "params", "tags"))}
        rest = sorted(
            (choice for choice in self.choices if choice.spec.id not in set(taken)),
            key=lambda choice: (families[choice.spec.family], not choice.varying, choice.count == 0),
        )
        specs = [*self.chosen, *(choice.spec for choice in rest)]
        found = fuzzy(self.text, [named(spec) for spec in specs])
        return replace(self, listed=tuple(specs[at].id for at in found))


def called(spec: ColumnSpec) -> str:
    """What its header calls a column that has another name: ``when`` of ``attributes.start``; "" for any other."""
    header = header_of(spec) if spec.family == "attributes" else spec.key
    return "" if header in (spec.key, spec.key.replace("_", " ")) else header


def named(spec: ColumnSpec) -> str:
    """All its names, to find it by."""
    return " ".join(filter(None, (spec.id, called(spec))))


def next_pick(spec: ColumnSpec) -> ColumnSpec:
    """The next way to show a metric: latest, best, min, max, mean of the last five, at step 0."""
    pick = PICKS[(PICKS.index(spec.pick) + 1) % len(PICKS)]
    return replace(spec, pick=pick, of=POINTS if pick == "mean" else 0)


def next_against(spec: ColumnSpec) -> ColumnSpec:
    """As it is, its difference to the baseline, to the champion."""
    return replace(spec, against=AGAINST[(AGAINST.index(spec.against) + 1) % len(AGAINST)])


def widened(spec: ColumnSpec, by: int) -> ColumnSpec:
    """A step wider (1) or narrower (-1); below the narrowest it is as wide as its content wants again."""
    width = FIRST if spec.width is None else spec.width + by * STEP
    return replace(spec, width=None if width < NARROW else min(width, WIDE))


def shown_as(spec: ColumnSpec) -> str:
    """What a metric shows, in words: ``latest``, ``mean of 5 - champion``; "" for what is no metric."""
    if spec.family != "metrics":
        return ""
    pick = {"mean": f"mean of {spec.of}", "at": f"at step {spec.of}"}.get(spec.pick, spec.pick)
    return f"{pick} - {spec.against}" if spec.against else pick
