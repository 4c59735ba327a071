"""Content hashes of DVC's in texts that somebody logged, and what lay under them.

DVC names a file by the md5 of its content, 32 hex digits, a directory by that of its list of files with ``.dir`` behind
it; its cache and remotes hold it as ``<2>/<30>``, since DVC 3 below ``files/md5/`` (dvc.org/doc/user-guide/project-
structure/internal-files).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

#: 32 digits on their own, or a path of the cache; no longer run of digits, and no part of a uuid with dashes.
_PLAIN = re.compile(r"(?<![0-9a-fA-F-])([0-9a-f]{32})(?![0-9a-fA-F-])(?:\.dir\b)?")
_PATH = re.compile(r"(?:^|[/\\:=\"'\s])([0-9a-f]{2})[/\\]([0-9a-f]{30})(?![0-9a-fA-F])(?:\.dir\b)?")
#: Shorter texts hold no hash.
SHORTEST = 32


class Mention(NamedTuple):
    """A hash that stands in a text: 32 hex digits. `as_path`: as DVC's caches and remotes lay it out."""

    digits: str
    as_path: bool


def mentions(text: str) -> tuple[Mention, ...]:
    """The hashes in `text`, each once."""
    if len(text) < SHORTEST:
        return ()
    found = [Mention(first + rest, True) for first, rest in _PATH.findall(text)]
    found += [Mention(digits, False) for digits in _PLAIN.findall(text)]
    return tuple({mention.digits: mention for mention in reversed(found)}.values())


class Content(NamedTuple):
    """One content at one path, as DVC's files name it: `hash` is ``md5:<hex>[.dir]``."""

    path: str
    hash: str

    @property
    def id(self) -> str:
        """Of its node in the graph."""
        return f"data:{self.path}@{self.hash}"

    @property
    def digits(self) -> str:
        """The 32 hex digits alone."""
        return digits_of(self.hash)


def digits_of(hash: str) -> str:
    """The bare digits of ``md5:<hex>[.dir]``."""
    return hash.rpartition(":")[2].removesuffix(".dir")


@dataclass(frozen=True, slots=True)
class Contents:
    """Every content that DVC's files of the whole history name: by digits, those that are data first."""

    by_digits: Mapping[str, Sequence[Content]] = field(default_factory=dict)

    @classmethod
    def of(cls, contents: Iterable[Content]) -> Contents:
        found: dict[str, dict[Content, None]] = {}
        for each in contents:
            if each.hash.startswith("md5:"):
                found.setdefault(each.digits, {})[each] = None
        return cls({digits: tuple(each) for digits, each in found.items()})

    def named(self, digits: str, hint: str = "", here: Iterable[str] = ()) -> Content | None:
        """What has these digits; of several paths one that `hint` names or that is among `here`, else the first."""
        found = self.by_digits.get(digits, ())
        if len(found) < 2:
            return found[0] if found else None
        paths = frozenset(here)
        return min(found, key=lambda each: (each.path not in hint, each.path not in paths))
