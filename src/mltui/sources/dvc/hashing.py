"""`H`: big data is hashed because somebody asked for it, in a child of its own: the status goes on meanwhile.

What it finds goes into the hash database that all children of this project share (below mltui's cache). That DVC knows
it too, so that the next `dvc repro` need not hash again, is an action: `actions/hash_now.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mltui.config import Config
from mltui.errors import Unreachable
from mltui.model.dvc import Reason
from mltui.sources.dvc.client import DvcChild
from mltui.sources.dvc.facts import Facts, RootFacts
from mltui.sources.dvc.hash_rate import measured
from mltui.sources.dvc.reading import addressed
from mltui.sources.dvc.stats import RACY
from mltui.sources.places import Project, cache_dir
from mltui.sources.runner import Runner

#: Nobody waits longer for a hash (seconds).
PATIENCE = 24 * 3600.0


class Hashing:
    """The unhashed data of a pipeline. `run` takes as long as it takes; `stop`, from another thread, ends it."""

    def __init__(
        self, project: Project, config: Config, runner: Runner, python: str, roots: Sequence[RootFacts]
    ) -> None:
        self._top, self._roots = project.root, roots
        self._child = DvcChild(python, project, cache_dir(project) / "dvc", config, runner)
        self.stopped = False

    @property
    def paths(self) -> tuple[str, ...]:
        """What is to be hashed, relative to the project's root."""
        return tuple(dict.fromkeys(reason.path for _, reason in self._unhashed()))

    @property
    def size(self) -> int:
        """How much that is (bytes)."""
        return sum(found.get("bytes", 0) for found in self._amounts().values())

    @property
    def seconds(self) -> int:
        """How long it is expected to take."""
        return sum(found.get("seconds", 0) for found in self._amounts().values())

    @property
    def databases(self) -> tuple[tuple[Path, Path, tuple[str, ...]], ...]:
        """Of each DVC project: the directory of the children's hash database, DVC's own database, absolute paths."""
        return tuple(
            (Path(root.hashes[0]), Path(root.hashes[1]), tuple(str(self._top / path) for path in paths))
            for root in self._roots
            if root.hashes and (paths := [reason.path for each, reason in self._unhashed() if each is root])
        )

    def run(self) -> None:
        """Hash all of it. Raises `SourceError`: `Unreachable` also if it was stopped."""
        began = time.monotonic()
        try:
            for root in self._roots:
                if self.stopped:
                    raise Unreachable("hashing was stopped")
                wanted = {one.stage.address for one in root.facts if any(_is_unhashed(one))}
                asked = addressed(self._top, root.facts, wanted)
                if asked:
                    where = str(self._top / root.root)
                    self._child.ask("status", PATIENCE, root=where, addresses=asked, all=True)
            measured(self._child.site, self.size, time.monotonic() - began)
        finally:
            self._child.close()

    def stop(self) -> None:
        """End it where it is: what was hashed so far is known, the rest is as before."""
        self.stopped = True
        self._child.close()

    def moved(self, watched: Mapping[str, str | None]) -> dict[str, str | None]:
        """Signatures of which those of the stages that were asked no longer stand."""
        asked = {path for root in self._roots for one in root.facts if any(_is_unhashed(one)) for path in one.watch}
        return {path: RACY if path in asked else was for path, was in watched.items()}

    def _unhashed(self) -> Iterator[tuple[RootFacts, Reason]]:
        for root in self._roots:
            for one in root.facts:
                yield from ((root, reason) for reason in _is_unhashed(one))

    def _amounts(self) -> dict[str, dict[str, int]]:
        """Path -> {bytes, files, seconds}: a path that several stages read is hashed once."""
        return {reason.path: reason.new for _, reason in self._unhashed() if isinstance(reason.new, dict)}


def _is_unhashed(facts: Facts) -> Iterator[Reason]:
    return (reason for reason in facts.stage.reasons if reason.kind == "unhashed")
