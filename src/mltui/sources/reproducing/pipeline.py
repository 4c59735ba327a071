"""What of a commit's pipeline can run on what was read alone, and what all of it would need besides."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from mltui.model.reproduction import Lack, some
from mltui.model.shell import quote
from mltui.sources.reproducing.commit import CommitFiles

#: So many paths are named in a command.
FEW = 3


@dataclass(frozen=True, slots=True)
class Ran:
    """A stage as dvc.lock has it: `lock` is that file, `params` the keys; paths from the project's top."""

    lock: str
    name: str
    deps: frozenset[str]
    outs: frozenset[str]
    params: frozenset[str]


class Rest:
    """The pipeline of one commit beside what is checked out of its data: `reads` are the paths of that."""

    def __init__(self, files: CommitFiles, reads: Collection[str]) -> None:
        self._files = files
        self._reads = frozenset(reads)

    def lacks(self) -> list[Lack]:
        """Data of .dvc files that stages read and the run did not: DVC looks for it before the first stage."""
        used = {dep for stage in self._stages for dep in stage.deps}
        sources = [path for path, each in self._files.tracked.items() if not each.is_locked]
        left = [path for path in sources if path not in self._reads and any(_touch(path, dep) for dep in used)]
        if not left:
            return []
        why = f"only what the run read is checked out: dvc repro of the whole pipeline would need {_it(left)}"
        named = f" {' '.join(map(quote, left))}" if len(left) <= FEW else ""
        then = f"as {self._files.sha[:7]} names {_it(left)}, if the cache has {_it(left)}"
        return [Lack(f"data {some(left)}", why, f"in the worktree, dvc checkout{named} gets {_it(left)} {then}")]

    def command(self, made: Collection[str], params: Collection[str]) -> str:
        """What runs the run's stage again in the new worktree; "" where nobody can tell which that is.

        Of the stages that read nothing but what is there it is the one that makes most of `made`, the files that the
        run made, and then has most of its `params`.
        """
        found = [stage for stage in self._stages if stage.deps & self._reads and all(map(self._is_there, stage.deps))]
        score = {stage: (len(stage.outs & {*made}), len(stage.params & {*params})) for stage in found}
        best = [stage for stage in found if score[stage] == max(score.values())]
        if len(best) != 1:
            return ""
        folder, root = best[0].lock.rpartition("/")[0], self._files.root_of(best[0].lock)
        inner = folder[len(root) :].lstrip("/")
        address = f"{inner}/dvc.yaml:{best[0].name}" if inner else best[0].name
        return f"dvc{f' --cd {quote(root)}' if root else ''} repro -s {quote(address)}"

    def _is_there(self, dep: str) -> bool:
        """Whether a dependency is in the worktree: read, or git's."""
        if "://" in dep or dep.startswith(("/", "../")) or any(_inside(dep, read) for read in self._reads):
            return True
        if tracked := [path for path in self._files.tracked if _touch(path, dep)]:
            return self._reads.issuperset(tracked)
        return any(_inside(path, dep) for path in self._files.blobs)

    @cached_property
    def _stages(self) -> tuple[Ran, ...]:
        return tuple(self._ran())

    def _ran(self) -> Iterator[Ran]:
        files = self._files
        for lock, content in files.contents(path for path in files.blobs if _is_lock(path)).items():
            for name, stage in files.locked(lock, content):
                deps, outs = (frozenset(entry.path for entry in entries) for entries in (stage.deps, stage.outs))
                kept = [each for each in stage.params.values() if isinstance(each, dict)]
                yield Ran(lock, name, deps, outs, frozenset(str(key) for each in kept for key in each))


def _is_lock(path: str) -> bool:
    return path.rpartition("/")[2] == "dvc.lock"


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _touch(one: str, other: str) -> bool:
    return _inside(one, other) or _inside(other, one)


def _it(paths: Collection[str]) -> str:
    return "it" if len(paths) == 1 else "them"
