"""All versions of every dataset: one a distinct hash, numbered by first committer date (CONTRACT, Defaults)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mltui.model.dvc import DatasetVersion, Entry
from mltui.model.dvc_history import CommitGraph
from mltui.model.git import FileCommit, Ref
from mltui.sources.dvc.history.arrivals import Arrival
from mltui.sources.dvc.history.reach import Names, containing


@dataclass(slots=True)
class Seen:
    """One content of a dataset: where it came first (of all its names), and all commits it came with."""

    name: str
    entry: Entry
    commit: FileCommit
    came: set[str] = field(default_factory=set)


class Timelines:
    """The datasets of a history, built by adding what came in the order of time."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, Seen]] = {}
        self.files: dict[str, str] = {}  #: of each dataset the file that names it, the latest
        self.all_files: dict[str, set[str]] = {}
        self.sources: dict[str, list[str]] = {}  #: earlier names
        self.moved: dict[str, str] = {}

    def add(self, arrival: Arrival) -> None:
        """What came with one commit."""
        for old, new in arrival.moves:
            self._move(old, new)
        for name, file, entry in arrival.datasets:
            self.files[name] = file
            self.all_files.setdefault(name, set()).add(file)
            self.moved.pop(name, None)
            assert entry.hash is not None
            mine = self.seen.setdefault(name, {})
            if entry.hash not in mine:
                mine[entry.hash] = Seen(name, entry, arrival.commit)
                for source in self.sources.get(name, ()):  # what a merge brings along may have come there before
                    self._inherit(name, self.seen.get(source, {}), only=entry.hash)
            mine[entry.hash].came.add(arrival.commit.sha)

    def _move(self, old: str, new: str) -> None:
        self._inherit(new, self.seen.get(old, {}))
        names = [old, *self.sources.get(old, [])]
        mine = self.sources.setdefault(new, [])
        mine += [name for name in names if name != new and name not in mine]
        self.moved.pop(new, None)
        self.moved[old] = new
        self.all_files.setdefault(new, set()).update(self.all_files.get(old, ()))

    def _inherit(self, name: str, others: Mapping[str, Seen], only: str | None = None) -> None:
        mine = self.seen.setdefault(name, {})
        for value, other in list(others.items()):
            if only is not None and value != only:
                continue
            known = mine.get(value)
            if known is None:
                mine[value] = Seen(other.name, other.entry, other.commit, set(other.came))
            else:
                known.came |= other.came
                if other.commit.time < known.commit.time:
                    known.name, known.entry, known.commit = other.name, other.entry, other.commit

    def lies_at(self, name: str) -> str:
        """Where a dataset lies now that was called `name` once."""
        passed = {name}
        while (after := self.moved.get(name)) is not None and after not in passed:
            passed.add(after)
            name = after
        return name


def versions(
    timelines: Timelines,
    graph: CommitGraph,
    refs: Sequence[tuple[str, Ref]],
    at_tips: Iterable[tuple[int, Mapping[str, str]]],
) -> dict[str, tuple[DatasetVersion, ...]]:
    """The versions of every dataset. `at_tips` are masks of refs with what each dataset's hash is at their tip."""
    wanted = {sha for mine in timelines.seen.values() for seen in mine.values() for sha in seen.came}
    masks = containing(graph, refs, wanted)
    tips: dict[tuple[str, str], int] = {}
    here = list(at_tips)
    for name in timelines.seen:
        names = [name, *timelines.sources.get(name, ())]
        for mask, hashes in here:
            value = next((hashes[one] for one in names if one in hashes), None)
            if value is not None:
                tips[name, value] = tips.get((name, value), 0) | mask
    names_of = Names(refs)
    return {name: tuple(_dated(name, mine, masks, tips, names_of)) for name, mine in timelines.seen.items() if mine}


def _dated(
    name: str,
    mine: Mapping[str, Seen],
    masks: Mapping[str, int],
    tips: Mapping[tuple[str, str], int],
    names_of: Names,
) -> Iterator[DatasetVersion]:
    for value, seen in sorted(mine.items(), key=lambda item: item[1].commit.time):
        mask = 0
        for sha in seen.came:
            mask |= masks.get(sha, 0)
        now = tips.get((name, value), 0)
        commit, entry = seen.commit, seen.entry
        yield DatasetVersion(
            value,
            entry.size,
            entry.nfiles,
            commit.sha,
            commit.author,
            commit.time,
            names_of.of(mask),
            names_of.of(now),
            "" if seen.name == name else seen.name,
        )
