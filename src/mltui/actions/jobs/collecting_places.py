"""Where artifacts of collected runs go: addresses below one directory become addresses below another.

A standard-library file for Python 3.8 and later (collecting.py).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: How a file is called that is being copied.
PART = ".collecting"


class Moves:
    """Rewrites addresses: as the first of `pairs` of prefixes that fits says, else from below `top` to below `home`."""

    def __init__(self, top: str, home: str) -> None:
        self.top, self.home = top, home
        self.pairs: list[tuple[str, str]] = []
        real = os.path.realpath(top)
        self._tops = [(Path(each).as_uri(), Path(home).as_uri()) for each in dict.fromkeys((top, real))]
        self._tops += [(each, home) for each in dict.fromkeys((top, real))]
        self._tops += [(f"file:{each}", Path(home).as_uri()) for each in dict.fromkeys((top, real))]

    def add(self, old: str | None, new: str | None) -> None:
        """What lies at `old` belongs to `new` at home, however either is written. What home keeps on S3 is no place
        to copy to: that stays beside the store."""
        here, there = local(old, self.top), local(new, self.home)
        if old and new and here and there:
            self.pairs += [(old, new), (Path(here).as_uri(), Path(there).as_uri()), (here, there)]

    def moved(self, address: str | None) -> str | None:
        """The address that is good at home; what does not lie below `top` stays as it is."""
        if not isinstance(address, str):
            return address
        for old, new in (*self.pairs, *self._tops):
            if address == old or address.startswith(old.rstrip("/") + "/"):
                return new + address[len(old) :]
        return address

    def copy(self, address: str | None) -> None:
        """Copy the artifacts that lie at an address to where they belong at home. Nothing that is there already."""
        source = local(address, self.top)
        target = local(self.moved(address), self.home)
        if source is None or target is None or source == target or not os.path.isdir(source):
            return
        for folder, _, names in os.walk(source):
            there = os.path.join(target, os.path.relpath(folder, source))
            os.makedirs(there, exist_ok=True)
            for name in names:
                path = os.path.join(there, name)
                if not os.path.lexists(path):  # whole or not at all: what was cut off is copied again
                    if os.path.islink(f"{path}{PART}"):  # a link is not written over, and a file not through one
                        os.remove(f"{path}{PART}")
                    shutil.copy2(os.path.join(folder, name), f"{path}{PART}", follow_symlinks=False)
                    os.replace(f"{path}{PART}", path)


def local(address: str | None, base: str) -> str | None:
    """The path of a local address, a relative one from `base`; None if it is elsewhere."""
    if not address:
        return None
    if address.startswith("file:"):
        return os.path.normpath(os.path.join(base, unquote(urlsplit(address).path)))
    return None if "://" in address else os.path.normpath(os.path.join(base, address))
