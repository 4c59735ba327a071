"""The history of one dataset as a list of moments: what is here now, its versions, and where nobody can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mltui.model.dvc import Dataset, DatasetVersion, Gap


#: Key of the moment that is no version: what DVC's files in the worktree say.
NOW = "now"


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline.

    ``now``: what the worktree has, committed or not. ``version``: number `number` (from 1), whose predecessor is
    `former`. ``gap``: commits at which one file could not be read, for one reason, between two versions.
    ``beginning``: older commits are not in this clone; its gap says why. `key` is unique and stays: of a version its
    hash.
    """

    key: str
    kind: Literal["now", "version", "gap", "beginning"]
    number: int = 0
    version: DatasetVersion | None = None
    former: DatasetVersion | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def time(self) -> int | None:
        """Epoch ms, None of what has no time."""
        return self.version.time if self.version else (self.gaps[0].time or None) if self.gaps else None


def timeline(dataset: Dataset) -> tuple[Moment, ...]:
    """The moments of `dataset`, newest first. A gap of no file is where the history of the clone begins."""
    found: list[Moment] = []
    former = None
    for number, version in enumerate(dataset.history, start=1):
        found.append(Moment(version.hash, "version", number, version, former))
        former = version
    found += [_gap((gap,)) for gap in dataset.gaps]
    # stable: versions of one time stay in their order; a history begins below what its first commit brought
    found.sort(key=lambda moment: (moment.time or 0, moment.kind != "beginning"))
    return (Moment(NOW, "now"), *reversed(_joined(found)))


def _joined(moments: Sequence[Moment]) -> list[Moment]:
    """Gaps between two versions as one for each file and reason; the newest of a gap names it."""
    found: list[Moment] = []
    for is_gap, each in groupby(moments, key=lambda moment: bool(moment.gaps)):
        if not is_gap:
            found += each
            continue
        together: dict[tuple[str, str], list[Gap]] = {}
        for moment in each:
            for gap in moment.gaps:
                together.setdefault((gap.path, gap.reason), []).append(gap)
        joined = [_gap(each[::-1]) for each in together.values()]
        found += sorted(joined, key=lambda moment: moment.time or 0)
    return found


def _gap(gaps: Sequence[Gap]) -> Moment:
    """Gaps as one moment, the newest first."""
    kind: Literal["gap", "beginning"] = "gap" if gaps[0].path or not gaps[0].commit else "beginning"
    return Moment(f"gap {gaps[0].commit} {gaps[0].path}", kind, gaps=tuple(gaps))


def version_at(dataset: Dataset, digest: str | None) -> int:
    """The number of the version with that hash, 0 if there is none."""
    return next((number for number, each in enumerate(dataset.history, start=1) if each.hash == digest), 0)


def node_of(dataset: Dataset, digest: str | None) -> str | None:
    """The id of a version's node in the lineage graph; None where it has no hash."""
    return f"data:{dataset.path}@{digest}" if digest else None
