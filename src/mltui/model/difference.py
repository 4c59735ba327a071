"""Why two things differ: what could explain another metric, in order, and what can't be known.

Sections stand in the order of how directly they decide a metric: data, params, code, the commands of stages, the
environment. Those in which something changed come first, those of which it is not known next (also data that lay in a
run's tree and may not have been read), then those that are alike. Metrics are what is to be explained and come last.
Within a section what changed comes first, then what can't be told; of data what is a source before what a stage made of
it, of code what the pipeline depends on before the rest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from mltui.model.data_files import DirectoryChanges
from mltui.model.metric import Goal, PrimaryMetric
from mltui.model.side import Datum, Side

Section = Literal["data", "params", "code", "commands", "environment", "metrics"]
SECTIONS: Final[tuple[Section, ...]] = ("data", "params", "code", "commands", "environment", "metrics")
#: What one side says to one key; None where it says nothing.
Value = str | float | None
#: Why a file is among the changed code: a stage depends on it, the run was started from it, it declares stages; or
#: nothing in the pipeline names it.
CodeRole = Literal["dep", "script", "declares", "other"]
_ROLES: Final[tuple[CodeRole, ...]] = ("dep", "script", "declares", "other")


@dataclass(frozen=True, slots=True)
class TableChange:
    """Two versions of a file of rows. `rows` counts both; `added` and `removed` are rows by content, of the columns
    that both have: an edited row is one of each. `columns` lists are names (numbers where there is no header).

    `order` says that the same rows come in another order, `moved` that the same columns do.
    """

    rows: tuple[int, int]
    added: int
    removed: int
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_same: int = 0
    moved: bool = False
    order: bool = False
    unit: str = "row"  #: or "key" of a JSON object
    edited: int = 0  #: keys of a JSON object that have another value


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why the content of a changed file was not compared."""

    why: str


@dataclass(frozen=True, slots=True)
class CodeChange:
    """A file that differs between the commits. Lines and hunks are None of a binary file, or where nobody counted.

    `status` is git's letter (A M D R T; "?" for a file of the worktree that git does not track).
    """

    path: str
    status: str
    added: int | None = None
    deleted: int | None = None
    hunks: int | None = None
    former: str = ""  #: what it was called, if it was renamed
    binary: bool = False

    @property
    def lines(self) -> int | None:
        """Lines of the new side that are new, or of the old side that are gone: whichever are more (an edited line is
        both)."""
        return None if self.added is None or self.deleted is None else max(self.added, self.deleted)


Content = TableChange | NotRead | DirectoryChanges
Detail = Content | CodeChange


@dataclass(frozen=True, slots=True)
class Between:
    """What has to be read of both sides at once. `code` is None where it could not be: `code_unknown` says why.

    `contents` by path: of data that changed; a file in a directory has the directory's path before its own.
    """

    code: tuple[CodeChange, ...] | None = ()
    code_unknown: str = ""
    contents: Mapping[str, Content] = field(default_factory=dict)
    unknowns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One key of one section. `changed` is None where that can't be told.

    `of` says what the key belongs to: a stage that makes the data, a requirement file, dvc.lock, the longer one of two
    keys of a param that were matched by their last part; of code "edited", if a run did not run it as it is at its
    commit. `data` is what each side has there. `used` is False of data
    that lies in a run's tree and of which no use is known. `inside`: a file in a directory that is the row before it.
    """

    section: Section
    key: str
    old: Value
    new: Value
    changed: bool | None
    of: str = ""
    data: tuple[Datum | None, Datum | None] = (None, None)
    used: bool = True
    inside: bool = False
    detail: Detail | None = None
    role: CodeRole | None = None
    goal: Goal | None = None

    @property
    def delta(self) -> float | None:
        """The new number less the old one; None where one is missing, no number, NaN or infinite."""
        if not isinstance(self.old, float) or not isinstance(self.new, float):
            return None
        difference = self.new - self.old
        return difference if math.isfinite(difference) else None

    @property
    def better(self) -> bool | None:
        """Whether the metric became better; None where nobody said which way that is, or it is the same."""
        return None if self.goal is None or not self.delta else (self.delta > 0) == (self.goal == "max")


@dataclass(frozen=True, slots=True)
class SectionOf:
    """The rows of one section; `unknown` is why it could not be compared at all, or not whole ("" if it was)."""

    section: Section
    rows: tuple[Row, ...]
    unknown: str = ""

    @property
    def changed(self) -> tuple[Row, ...]:
        """The rows that differ."""
        return tuple(row for row in self.rows if row.changed)


@dataclass(frozen=True, slots=True)
class Difference:
    """`old` against `new`. `primary` is the key of the primary metric where both sides have it, else "". `left_out`
    counts the files that differ and were taken out by `narrowed`."""

    old: Side
    new: Side
    sections: tuple[SectionOf, ...]
    unknowns: tuple[str, ...]
    primary: str = ""
    left_out: int = 0

    def of(self, section: Section) -> SectionOf:
        """One section."""
        return next(each for each in self.sections if each.section == section)

    @property
    def explained(self) -> bool:
        """Whether anything but metrics differs."""
        return any(each.changed for each in self.sections if each.section != "metrics")

    @property
    def headline(self) -> Row | None:
        """The row of the primary metric."""
        return next((row for row in self.of("metrics").rows if row.key == self.primary), None) if self.primary else None

    def narrowed(self) -> Difference:
        """With only that code that the pipeline depends on, the run was started from, or that declares stages."""

        def kept(each: SectionOf) -> SectionOf:
            return replace(each, rows=tuple(row for row in each.rows if row.role != "other"))

        out = sum(row.role == "other" and row.changed is not False for each in self.sections for row in each.rows)
        return replace(self, sections=in_order(map(kept, self.sections)), left_out=out)


def differences(
    old: Side,
    new: Side,
    between: Between | None = None,
    goals: Mapping[str, Goal] | None = None,
    primary: PrimaryMetric | None = None,
) -> Difference:
    """What differs from `old` to `new`. `goals` and `primary` say which way metrics are better, and which is first."""
    from mltui.model import difference_rows as rows

    both = between or Between()
    directions = dict(goals or {})
    if primary is not None and primary.goal is not None:
        directions.setdefault(primary.key, primary.goal)
    first = primary.key if primary is not None else ""
    sections = (
        rows.data(old, new, both),
        rows.params(old, new),
        rows.code(old, new, both),
        rows.commands(old, new),
        rows.environment(old, new),
        rows.metrics(old, new, directions, first),
    )
    shared = first if first in old.metrics and first in new.metrics else ""
    unknowns = dict.fromkeys((*old.unknowns, *new.unknowns, *both.unknowns))
    return Difference(old, new, in_order(sections), tuple(unknowns), shared)


def in_order(sections: Iterable[SectionOf]) -> tuple[SectionOf, ...]:
    """Sections as they are to be read, each with its rows in order."""
    placed = (replace(each, rows=tuple(sorted(each.rows, key=_place))) for each in sections)
    return tuple(sorted(placed, key=_rank))


def _rank(each: SectionOf) -> tuple[bool, int, int]:
    at = SECTIONS.index(each.section)
    sure = any(row.used for row in each.changed)
    doubt = each.unknown or each.changed or any(row.changed is None for row in each.rows)
    return each.section == "metrics", 0 if sure else 1 if doubt else 2, at


def _place(row: Row) -> tuple[int, int, bool, bool]:
    state = 0 if row.changed else 1 if row.changed is None else 2
    role = _ROLES.index(row.role) if row.role is not None else 0
    return state, role, not row.used, row.section == "data" and bool(row.of)
