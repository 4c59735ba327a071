"""Whether files still are what they were: signatures from stat, nothing read.

A signature is a short string; None means there is nothing (or no permission to see it). A file that changed while it
was being read gets the signature "racy", which never equals anything: it will be asked about again.
"""

# ruff: noqa: PTH116 - os.stat is what counts here, thousands of times

from __future__ import annotations

import os
import stat
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Signatures = Mapping[str, str | None]

#: Entries of directories looked at in one call: about a second. A directory that can't be looked at whole is racy,
#: since a change behind the bound would go unseen; DVC looks at every file of it, which takes longer.
TOTAL_ENTRIES = 500_000
#: Clocks of file systems tick in jiffies: a change this close to the question may have come after it.
RACY_NS = 10_000_000
RACY = "racy"


class Signer:
    """Makes signatures of many paths with one bound on the work. `since` (epoch ns) marks what moved later as racy."""

    def __init__(self, since: int | None = None) -> None:
        self._left = TOTAL_ENTRIES
        self._racy = range(0) if since is None else range(since - RACY_NS, time.time_ns() + 1)

    def all(self, paths: Iterable[str]) -> dict[str, str | None]:
        return {path: self.one(path) for path in paths}

    def one(self, path: str) -> str | None:
        """The signature of a file, or of a directory with all below it."""
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            return None
        if not stat.S_ISDIR(found.st_mode):
            return self._text(found)
        return self._directory(path, found)

    def _text(self, found: os.stat_result) -> str:
        if found.st_mtime_ns in self._racy:
            return RACY
        return f"{found.st_mtime_ns:x}.{found.st_size:x}.{found.st_ino:x}.{found.st_mode:x}"

    def _directory(self, path: str, found: os.stat_result) -> str:
        from hashlib import blake2b  # 2 ms that a start without such a directory need not pay

        digest = blake2b(f"{found.st_ino}".encode(), digest_size=12)
        folders = [path]
        racy = False
        while folders:
            try:
                entries = sorted(os.scandir(folders.pop()), key=lambda entry: entry.name)
            except OSError:
                continue
            self._left -= len(entries)
            if self._left < 0:
                return RACY
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):  # as DVC walks: a link may lead into a circle
                        folders.append(entry.path)
                        continue
                    text = self._text(entry.stat())
                except OSError:
                    text = "-"
                racy |= text is RACY
                digest.update(os.fsencode(entry.path) + b"\0" + text.encode())
        return RACY if racy else digest.hexdigest()


def moved(signatures: Signatures, now: Signer) -> list[str]:
    """The paths whose signature is another one now."""
    return [path for path, was in signatures.items() if was == RACY or now.one(path) != was]


def store_signatures(stores: Iterable[str], signer: Signer) -> dict[str, str | None]:
    """Signatures of the prefix directories of cache object stores: an object that comes or goes moves one of them."""
    found: dict[str, str | None] = {}
    for store in stores:
        found[store] = signature_of_directory(store)
        try:
            names = [entry.name for entry in os.scandir(store) if len(entry.name) == 2]
        except OSError:
            continue
        for name in names:
            path = os.path.join(store, name)  # noqa: PTH118 - 512 of them, with every look
            found[path] = signature_of_directory(path)
    return found


def signature_of_directory(path: str) -> str | None:
    """A directory's own signature, without what is below."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return f"{found.st_mtime_ns:x}.{found.st_ino:x}"


def is_empty(stores: Iterable[str]) -> bool:
    """Whether no object lies in any of the stores."""
    for store in stores:
        try:
            with os.scandir(store) as prefixes:
                for prefix in prefixes:
                    if len(prefix.name) == 2 and prefix.is_dir() and any(True for _ in os.scandir(prefix.path)):
                        return False
        except OSError:
            continue
    return True
