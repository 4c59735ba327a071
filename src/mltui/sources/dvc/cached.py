"""DVC's local cache: the content of one object by its hash. Read, never linked, moved or protected.

Formats: ``<cache>/files/md5/<2>/<30>`` since DVC 3, ``<cache>/<2>/<30>`` before, where the hash of a text is that of
its lines ending in LF (``dvc_data.hashfile.hash``). A directory's hash ends in ``.dir``, its object is the JSON list of
its files (``dvc_data.hashfile.tree``). Where the cache is: ``cache.dir`` of DVC's configuration.
"""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from mltui.errors import Denied, NotFound, Unreadable
from mltui.model.data_files import FileHash
from mltui.sources.dvc.manifest import read_manifest
from mltui.sources.regular import text_of

_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
#: A directory of a hundred thousand files is listed in so much.
_LARGEST_LIST = 16 << 20
#: One of a million files takes a fifth of it (`files`).
_LONGEST_LIST = 512 << 20


class Cache:
    """The cache of the DVC project at `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def path(self) -> Path:
        """Where it is: the last configuration file that says so, else ``.dvc/cache``."""
        found = self._root / ".dvc" / "cache"
        for file in configurations(self._root):
            parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
            try:
                parser.read_string(text_of(file))
            except (OSError, ValueError, AttributeError, configparser.Error):  # AttributeError: Python's own slip
                continue
            if said := parser.get("cache", "dir", fallback=None):
                found = file.parent / os.path.expanduser(said.strip("\"'"))  # noqa: PTH111
        return found

    def has(self, md5: str) -> bool:
        """Whether an object of that hash is there."""
        if not _MD5.fullmatch(md5):
            return False
        top, inner = str(self.path), f"{md5[:2]}/{md5[2:]}"  # a directory may have a million files: no Path for each
        return os.path.exists(f"{top}/files/md5/{inner}") or os.path.exists(f"{top}/{inner}")  # noqa: PTH110

    def place(self, md5: str) -> Path | None:
        """Where an object of that hash is; None if it is not here."""
        return next((path for path in self._places(md5) if path.is_file()), None)

    def read(self, md5: str, most: int) -> bytes | None:
        """The object; None if it is not there, longer than `most` bytes, or not what its name says."""
        for path in self._places(md5):
            try:
                found = path.stat()
                if stat.S_ISREG(found.st_mode) and found.st_size <= most:
                    content = path.read_bytes()
                    if md5.removesuffix(".dir") in hashes_of(content):
                        return content
            except OSError:
                continue
        return None

    def inside(self, md5: str, path: str) -> str | None:
        """The hash of the file at `path` in the directory of that hash; None if that can't be said."""
        content = self.read(md5, _LARGEST_LIST)
        try:
            rows = json.loads(content) if content else ()
            return next((str(row["md5"]) for row in rows if row["relpath"] == path), None)
        except (ValueError, TypeError, KeyError):
            return None

    def files(self, md5: str) -> Iterator[FileHash]:
        """Path and hash of every file of the directory of that hash (``<hex>.dir``), in DVC's order.

        Read as it goes on, however long it is, without holding the interpreter. Raises `NotFound` if the list is not
        there, `Unreadable` if it is none, longer than `_LONGEST_LIST`, or at its end if it is not what its name says.
        """
        for path in self._places(md5):
            try:
                if path.stat().st_size > _LONGEST_LIST:
                    raise Unreadable(f"the list of files is too long: {path}")
                with path.open("rb") as file:
                    yield from read_manifest(file, md5.removesuffix(".dir"))
                    return
            except FileNotFoundError:
                continue
            except OSError as error:
                raise Denied(f"the list of files can't be read: {error.strerror}: {path}") from error
        raise NotFound("the list of its files is not in the cache")

    def _places(self, md5: str) -> tuple[Path, ...]:
        if not _MD5.fullmatch(md5):
            return ()
        return self.path / "files" / "md5" / md5[:2] / md5[2:], self.path / md5[:2] / md5[2:]


def project_of(top: Path, folder: str) -> Path:
    """The DVC project that `folder` (relative to `top`) belongs to by what is on disk; `top` of what lies outside."""
    here = Path(os.path.normpath(top / folder))
    inside = (each for each in (here, *here.parents) if each.is_relative_to(top))
    return next((each for each in inside if (each / ".dvc").is_dir()), top)


def configurations(root: Path) -> Iterator[Path]:
    """DVC's configuration files, the weakest first."""
    for variable, usual in (("XDG_CONFIG_DIRS", "/etc/xdg"), ("XDG_CONFIG_HOME", "~/.config")):
        folder = (os.environ.get(variable) or usual).split(os.pathsep)[0]
        yield Path(os.path.expanduser(folder)) / "dvc" / "config"  # noqa: PTH111
    yield root / ".dvc" / "config"
    yield root / ".dvc" / "config.local"


def hashes_of(content: bytes) -> frozenset[str]:
    """The hashes DVC may know a file by: before DVC 3 that of a text was of its lines ending in LF."""
    return frozenset(
        hashlib.md5(each, usedforsecurity=False).hexdigest() for each in (content, content.replace(b"\r\n", b"\n"))
    )
