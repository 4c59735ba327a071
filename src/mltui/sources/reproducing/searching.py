"""Where in the history a content lies that the files of one commit do not name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mltui.errors import SourceError
from mltui.sources.dvc.cached import hashes_of
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.files import file_changes
from mltui.sources.places import Project
from mltui.sources.reproducing.commit import CommitFiles
from mltui.sources.runner import Runner

#: DVC's files all over the history; which content a .dvc file or a dvc.lock names is in its text.
_DVC_FILES = (":(glob)**/*.dvc", ":(glob)**/dvc.lock")


@dataclass(frozen=True, slots=True)
class Hit:
    """A file of a commit; `time` is the committer date (epoch ms)."""

    path: str
    commit: str
    time: int


class Searching:
    """Finds contents for one commit's worktree. `time` (epoch ms) is when they were read: of commits that have one the
    next after it is taken, else the last before."""

    def __init__(self, project: Project, runner: Runner, files: CommitFiles, time: int | None) -> None:
        self._project, self._runner, self._files, self._time = project, runner, files, time or 0

    def naming(self, path: str, value: str) -> Hit | None:
        """The .dvc file or dvc.lock that says ``md5:<hex>`` of `path`."""
        mark = value.removeprefix("md5:").removesuffix(".dir").encode()

        def names(file: str, content: bytes) -> bool:
            outs = self._files.outs_of(file, content) if mark in content else ()
            return any((out.path, out.hash) == (path, value) for out in outs)

        return self._search(_DVC_FILES, names)

    def version(self, path: str, digits: str) -> Hit | None:
        """The version of a file that git keeps with the MD5 `digits`."""
        return self._search((f":(literal){path}",), lambda _, content: digits in hashes_of(content))

    def _search(self, specs: tuple[str, ...], fits: Callable[[str, bytes], bool]) -> Hit | None:
        try:
            commits = file_changes(self._project, self._runner, specs).commits
            places: dict[str, dict[str, Hit]] = {}
            for one in commits:  # newest first: the oldest commit with a content is kept
                for each in one.changes:
                    if each.new:
                        places.setdefault(each.new, {})[each.path] = Hit(each.path, one.sha, one.time)
            hits: list[Hit] = []
            with BlobReader(self._project, self._runner) as reader:
                for blob, content in reader.read(list(places)):
                    if content is not None:
                        hits += [hit for hit in places[blob].values() if fits(hit.path, content)]
        except SourceError:
            return None
        after = [hit for hit in hits if hit.time >= self._time]
        if after:
            return min(after, key=lambda hit: hit.time)
        return max(hits, key=lambda hit: hit.time, default=None)
