"""DVC's local cache: whether a file too large to hash is, as far as a look at it tells, the object of a hash.

Where it is: ``cache.dir`` of DVC's configuration, else ``.dvc/cache``. Formats: ``files/md5/<2>/<30>`` since DVC 3,
``<2>/<30>`` before; a directory's object is the JSON list of its files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from mltui_recorder.budget import Deadline
from mltui_recorder.content import Measured, TooLong, file_hash

#: Places at which two large files are compared, and bytes at each.
_PLACES, _BLOCK = 16, 1 << 16
#: Files of a directory that are looked into, evenly spread.
_FILES = 32
#: Bytes up to which one of those is hashed.
_SMALL = 1 << 20
#: Bytes of a list of files, read in some 20 ms: fifty thousand files.
_LARGEST_LIST = 4 << 20


class Cache:
    """The cache of the DVC project at `root`."""

    def __init__(self, root: str) -> None:
        self._folder = _configured(root)

    def seems(self, measured: Measured, md5: str, deadline: Deadline) -> bool | None:
        """Whether it is that object. None if the cache does not have it."""
        place = self._place(md5)
        if place is None:
            return None
        if measured.files is None:
            return _seems_file(measured.path, measured.size, place, deadline)
        return self._seems_folder(measured.path, measured.files, place, deadline)

    def _seems_folder(
        self, folder: str, files: dict[str, os.stat_result], place: str, deadline: Deadline
    ) -> bool | None:
        try:
            if os.stat(place).st_size > _LARGEST_LIST:
                return None
            with open(place, encoding="utf-8") as file:
                listed = {str(row["relpath"]): str(row["md5"]) for row in json.load(file)}
        except (OSError, ValueError, TypeError, KeyError):
            return None
        if listed.keys() != files.keys():
            return False
        names = sorted(listed)
        for name in names[:: max(1, len(names) // _FILES)]:
            path, size = os.path.join(folder, *name.split("/")), files[name].st_size
            if size <= _SMALL:
                alike: bool | None = file_hash(path, deadline) == listed[name]
            else:
                inner = self._place(listed[name])
                alike = None if inner is None else _seems_file(path, size, inner, deadline)
            if not alike:
                return alike
        return True

    def _place(self, md5: str) -> str | None:
        for inside in (("files", "md5"), ()):
            place = os.path.join(self._folder, *inside, md5[:2], md5[2:])
            if os.path.exists(place):
                return place
        return None


def _seems_file(path: str, size: int, place: str, deadline: Deadline) -> bool:
    found = os.stat(place)
    if found.st_size != size:
        return False
    if os.path.samestat(found, os.stat(path)):  # a link into the cache, whose objects nobody writes to
        return True
    step = max(1, (size - _BLOCK) // (_PLACES - 1))
    with open(path, "rb") as one, open(place, "rb") as other:
        for offset in range(0, max(1, size), step):
            if not deadline.left():
                raise TooLong
            one.seek(offset)
            other.seek(offset)
            if one.read(_BLOCK) != other.read(_BLOCK):
                return False
    return True


def _configured(root: str) -> str:
    found = os.path.join(root, ".dvc", "cache")
    for path in _configurations(root):
        section = ""
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = file.read(1 << 20).split("\n")
        except OSError:
            continue
        for line in map(str.strip, lines):
            if line.startswith("["):
                section = line.strip("[]").strip("'\" ")
            elif section == "cache" and line.partition("=")[0].strip() == "dir":
                said = line.partition("=")[2].strip().strip("\"'")
                found = os.path.join(os.path.dirname(path), os.path.expanduser(said))
    return found


def _configurations(root: str) -> Iterator[str]:
    """DVC's configuration files, the weakest first."""
    for variable, usual in (("XDG_CONFIG_DIRS", "/etc/xdg"), ("XDG_CONFIG_HOME", "~/.config")):
        folder = (os.environ.get(variable) or usual).split(os.pathsep)[0]
        yield os.path.join(os.path.expanduser(folder), "dvc", "config")
    yield os.path.join(root, ".dvc", "config")
    yield os.path.join(root, ".dvc", "config.local")
