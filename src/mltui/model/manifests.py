"""Directories that DVC tracks, compared by the lists of files that their ``.dir`` objects are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ManifestChange:
    """What differs between two lists of files; names relative to the directory, in their order."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    modified: tuple[str, ...]
    same: int

    def mirrored(self) -> ManifestChange:
        """The same seen from the other side."""
        return ManifestChange(self.removed, self.added, self.modified, self.same)


def manifest_changes(old: Mapping[str, str], new: Mapping[str, str]) -> ManifestChange:
    """From one directory to another, both ``{relative path: md5}``."""
    both = old.keys() & new.keys()
    modified = tuple(sorted(name for name in both if old[name] != new[name]))
    added, removed = tuple(sorted(new.keys() - old.keys())), tuple(sorted(old.keys() - new.keys()))
    return ManifestChange(added, removed, modified, len(both) - len(modified))
