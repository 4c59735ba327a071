"""DVC's cache as a new worktree finds it: each worktree has a ``.dvc/cache`` of its own unless it is told otherwise."""

from __future__ import annotations

import configparser
import json
import os
from collections.abc import Mapping
from pathlib import Path

from mltui.model.reproduction import Lack, Step, fed
from mltui.model.shell import quote
from mltui.sources.dvc.cached import Cache
from mltui.sources.dvc.readable import joined
from mltui.sources.reproducing.commit import CommitFiles

#: The list of files of a directory is read up to this many bytes: some hundred thousand files.
_LARGEST_LIST = 64 << 20


class Caches:
    """The caches of the DVC projects below `top`, the worktree that is worked in now."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self._caches: dict[str, Cache] = {}

    def of(self, root: str) -> Cache:
        """The cache of the DVC project at `root`, relative to the top."""
        return self._caches.setdefault(root, Cache(self._top / root))

    def holds(self, root: str, value: str) -> bool:
        """Whether the content of ``md5:<hex>[.dir]`` is there whole: a directory with all its files."""
        if not value.startswith("md5:"):
            return False
        cache, md5 = self.of(root), value.removeprefix("md5:")
        if not cache.has(md5):
            return False
        if not md5.endswith(".dir"):
            return True
        try:
            rows = json.loads(cache.read(md5, _LARGEST_LIST) or b"")
            return all(cache.has(str(row["md5"])) for row in rows)
        except (ValueError, TypeError, LookupError):
            return False

    def setting(self, files: CommitFiles, root: str) -> tuple[list[Step], list[Lack]]:
        """What makes the new worktree use this cache; and what else of the local configuration it does not have."""
        own = _sections((self._top / root / ".dvc" / "config.local"), None)
        said = own.get("cache", {}).items()
        settings = {key: value for key, value in said if key != "dir" and "\n" not in value}
        path = os.path.abspath(self.of(root).path)  # noqa: PTH100 - links stay: the cache may be on another disk
        if self._elsewhere(files, root) != path:
            settings = {"dir": path, **settings}
        lacks = []
        if others := [name for name in own if name != "cache"]:
            why = f"config.local is not copied ({', '.join(sorted(others))}): it may hold logins"
            lacks.append(Lack("DVC's local configuration", why))
        if not settings:
            return [], lacks
        file = quote(joined(root, ".dvc/config.local"))
        rows = "\n".join(["[cache]", *(f"    {key} = {value}" for key, value in settings.items())])
        command = fed(f"cat >> {file}", rows, "CONFIG")
        return [Step("cache", command, f"DVC's cache is the one of {self._top / root}")], lacks

    def _elsewhere(self, files: CommitFiles, root: str) -> str:
        """Where a worktree of the commit would look by itself, if that is the same everywhere; "" if it is not."""
        told = _sections(None, files.content(joined(root, ".dvc/config"))).get("cache", {}).get("dir", "")
        if told:
            path = os.path.expanduser(told.strip("\"'"))  # noqa: PTH111
            return path if path.startswith("/") else ""
        everywhere = Cache(Path("/nonexistent")).path  # what the user's and the machine's configuration say
        return "" if everywhere.is_relative_to("/nonexistent") else os.path.abspath(everywhere)  # noqa: PTH100


def _sections(path: Path | None, content: bytes | None) -> Mapping[str, Mapping[str, str]]:
    parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path else (content or b"").decode(errors="replace")
        parser.read_string(text)
    except (OSError, configparser.Error):
        return {}
    return {name: {key: value or "" for key, value in parser.items(name)} for name in parser.sections()}
