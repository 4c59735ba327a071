"""The files of a directory that DVC tracks: what two versions differ in, and how much of one is in the cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

#: path and hash (hex digits) of one file of a directory.
FileHash = tuple[str, str]
ChangeKind = Literal["added", "removed", "modified", "renamed"]

#: Of so many files of a kind each one is told; of more only how many there are.
MOST_TOLD = 100_000


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that two versions of a directory don't share. `was` is its former path, where it was renamed."""

    kind: ChangeKind
    path: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryChanges:
    """What two versions of a directory differ in. `files` are in the order of their paths.

    `counts` holds every kind there is, also beyond the `MOST_TOLD` of each in `files`. Where more files were added or
    removed than that, nobody looked which of them were only renamed: `renames_sought` is False.
    """

    counts: dict[ChangeKind, int] = field(default_factory=dict)
    files: tuple[ChangedFile, ...] = ()
    same: int = 0
    renames_sought: bool = True

    def of(self, kind: ChangeKind) -> tuple[ChangedFile, ...]:
        """The files of one kind, as many of them as are told."""
        return tuple(file for file in self.files if file.kind == kind)


@dataclass(frozen=True, slots=True)
class Held:
    """How much of a dataset version a cache holds: `there` of `of` files.

    `listed` is False for a directory whose list of files is not there, so that nobody knows what else is.
    """

    there: int
    of: int
    listed: bool = True

    @property
    def whole(self) -> bool:
        return self.listed and self.there == self.of


def changes(old: Iterable[FileHash], new: Iterable[FileHash]) -> DirectoryChanges:
    """What became of the files of a directory; both in the order of their paths, as DVC writes them.

    Reads both once, side by side, and keeps what differs. Raises ValueError where they are not in that order.
    """
    found: dict[ChangeKind, list[FileHash]] = {"added": [], "removed": [], "modified": []}
    counts: dict[ChangeKind, int] = dict.fromkeys(found, 0)
    same = 0
    for before, after in _beside(_rising(old), _rising(new)):
        if before == after:
            same += 1
            continue
        kind: ChangeKind = "removed" if after is None else "added" if before is None else "modified"
        counts[kind] += 1
        one = after or before
        if counts[kind] <= MOST_TOLD and one is not None:
            found[kind].append(one)
    sought = max(counts["added"], counts["removed"]) <= MOST_TOLD
    renamed = _renamed(found["removed"], found["added"]) if sought else {}
    gone = set(renamed.values())
    counts |= {"added": counts["added"] - len(renamed), "removed": counts["removed"] - len(gone)}
    files = [ChangedFile("renamed", path, was) for path, was in renamed.items()]
    files += [ChangedFile("added", path) for path, _ in found["added"] if path not in renamed]
    files += [ChangedFile("removed", path) for path, _ in found["removed"] if path not in gone]
    files += [ChangedFile("modified", path) for path, _ in found["modified"]]
    files.sort(key=lambda file: file.path)
    told = {kind: number for kind, number in (*counts.items(), ("renamed", len(renamed))) if number}
    return DirectoryChanges(told, tuple(files), same, sought)


def _beside(old: Iterator[FileHash], new: Iterator[FileHash]) -> Iterator[tuple[FileHash | None, FileHash | None]]:
    """Pairs of files of one path; None where one side has none of it."""
    before, after = next(old, None), next(new, None)
    while before is not None or after is not None:
        if before is not None and (after is None or before[0] < after[0]):
            yield before, None
            before = next(old, None)
        elif after is not None and (before is None or after[0] < before[0]):
            yield None, after
            after = next(new, None)
        else:
            yield before, after
            before, after = next(old, None), next(new, None)


def _rising(files: Iterable[FileHash]) -> Iterator[FileHash]:
    former = None
    for each in files:
        if former is not None and each[0] <= former:
            raise ValueError(f"the list of files is in no order: {each[0]} comes after {former}")
        former = each[0]
        yield each


def _renamed(removed: Iterable[FileHash], added: Iterable[FileHash]) -> dict[str, str]:
    """New path -> former path of files that went and came with one content.

    Of several with that content the first goes with the first: which of them is which nobody can tell.
    """
    gone: dict[str, list[str]] = {}
    for path, value in removed:
        gone.setdefault(value, []).append(path)
    for paths in gone.values():
        paths.reverse()
    return {path: gone[value].pop() for path, value in added if gone.get(value)}
