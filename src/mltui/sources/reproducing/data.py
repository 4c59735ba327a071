"""How exactly the data that was read comes into a worktree of the commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mltui.model.reproduction import DataRead, Lack, Step, fed, some
from mltui.model.shell import quote
from mltui.sources.dvc.cached import hashes_of
from mltui.sources.dvc.python import Interpreter
from mltui.sources.dvc.readable import tree_hash
from mltui.sources.places import Project
from mltui.sources.reproducing.caches import Caches
from mltui.sources.reproducing.commit import CommitFiles, Tracked
from mltui.sources.reproducing.searching import Searching
from mltui.sources.runner import Runner

#: Whose paths are paths in any case; what a param that holds a hash is called is none.
RECORDER = "mltui-recorder"
_PULL = "the remote was not asked: in the worktree, dvc pull {} gets it if it is there"

Found = tuple[list[Step], list[Lack]]


class Data:
    """Plans the data of one commit. `time` (epoch ms) is when it was read: of two commits that name it the one that
    comes next is taken."""

    def __init__(
        self, project: Project, runner: Runner, files: CommitFiles, python: Interpreter, time: int | None
    ) -> None:
        self._files = files
        self._history = Searching(project, runner, files, time)
        self._caches = Caches(project.root)
        self._dvc = program(python)
        self._python = python

    def of_tree(self, does: str) -> Found:
        """Everything that DVC tracks at the commit, as far as it is in the cache."""
        tracked = self._files.tracked
        if not tracked:
            return [], []
        here = {path: each for path, each in tracked.items() if self._is_here(path, each.entry.hash)}
        steps = [*self._checkouts(here, does, whole=len(here) == len(tracked))]
        lacks = [self._not_here(path, each.entry.hash) for path, each in tracked.items() if path not in here]
        return self._told(steps, _together(lacks))

    def of_reads(self, reads: Iterable[DataRead]) -> Found:
        """Exactly what was read, from wherever it is."""
        plain: dict[str, Tracked] = {}
        hows: dict[str, None] = {}
        steps: list[Step] = []
        lacks: list[Lack] = []
        for read in reads:
            tracked = self._at_commit(read)
            if tracked is not None:
                if self._is_here(read.path, read.hash):
                    plain[read.path] = tracked
                    hows[f"{read.kind}: {read.how}"] = None
                else:
                    lacks.append(self._not_here(read.path, read.hash))
                continue
            step, lack = self._from_elsewhere(read)
            steps += step
            lacks += lack
        first = list(self._checkouts(plain, f"what it read ({'; '.join(hows)})"))
        return self._told([*first, *steps], lacks)

    def _told(self, steps: list[Step], lacks: list[Lack]) -> Found:
        """With the cache set first in every DVC project that a step works in."""
        needing = [step for step in steps if step.kind == "data"]
        if needing and self._python.dvc is None:
            why = f"there is no dvc in {self._python.path}" + (f" ({self._python.note})" if self._python.note else "")
            return [step for step in steps if step.kind != "data"], [*lacks, Lack("its data", why)]
        before: list[Step] = []
        for root in self._files.roots if needing or lacks else ():  # what is pulled later belongs there too
            step, lack = self._caches.setting(self._files, root)
            before += step
            lacks = [*lacks, *lack]
        return [*before, *steps], lacks

    def _at_commit(self, read: DataRead) -> Tracked | None:
        """Who tracks this content at the commit: itself, or a directory that it is in."""
        here = self._files.tracked.get(read.path)
        if here is not None:
            return here if here.entry.hash == read.hash else None
        for path, each in self._files.tracked.items():
            if read.path.startswith(f"{path}/") and each.entry.hash and each.entry.hash.endswith(".dir"):
                cache = self._caches.of(self._files.root_of(path))
                inside = cache.inside(each.entry.hash.removeprefix("md5:"), read.path[len(path) + 1 :])
                return each if inside and f"md5:{inside}" == read.hash else None
        return None

    def _is_here(self, path: str, value: str | None) -> bool:
        return value is not None and self._caches.holds(self._files.root_of(path), value)

    def _not_here(self, path: str, value: str | None) -> Lack:
        if value is None:
            return Lack(f"data {path}", f"no hash of it stands at {self._files.sha[:7]}")
        return Lack(f"data {path}", f"{_short(value)} is not in DVC's cache", _PULL.format(quote(path)))

    def _checkouts(self, found: dict[str, Tracked], does: str, *, whole: bool = False) -> Iterator[Step]:
        """One ``dvc checkout`` for each DVC project; of all of it where `whole`."""
        by_root: dict[str, list[str]] = {}
        for path in found:
            root = self._files.root_of(path)
            by_root.setdefault(root, []).append(path[len(root) + 1 :] if root else path)
        for root, paths in sorted(by_root.items()):
            named = "" if whole else " " + " ".join(map(_operand, paths))
            yield Step("data", f"{self._in(root)} checkout{named}", does if whole else f"{some(paths)}: {does}")

    def _in(self, root: str) -> str:
        return f"{self._dvc} --cd {_operand(root)}" if root else self._dvc

    # Content that the commit's own files do not name

    def _from_elsewhere(self, read: DataRead) -> Found:
        if read.path.startswith(("/", "../")) or "://" in read.path:
            return [], [Lack(f"data {read.path}", "it lies outside the project")]
        if not read.hash.startswith("md5:"):
            return [], [Lack(f"data {read.path}", f"{_short(read.hash)} is in no local cache")]
        why = f"({read.kind}: {read.how})"
        if read.path in self._files.blobs:
            return self._from_git(read, why)
        if inside := [path for path in self._files.blobs if path.startswith(f"{read.path}/")]:
            return [], self._of_git(read, inside, why)
        where = self._history.naming(read.path, read.hash)
        held = self._is_here(read.path, read.hash)
        root = self._files.root_of(read.path)
        inner = _operand(read.path[len(root) + 1 :] if root else read.path)
        if where is not None:
            commit, file, name = where.commit, where.path, quote(where.path)
            show = f"{self._folder(file)}git show {commit}:{name} > {name}"
            if held:
                does = f"{read.path} as it was read {why}: {file} of {commit[:7]} names it"
                return [Step("data", f"{show} && {self._in(root)} checkout {inner}", does)], []
            does = f"{file} of {commit[:7]}, which names the {read.path} that was read"
            return [Step("code", show, does)], [self._not_here(read.path, read.hash)]
        if held and not self._is_out(read.path) and (read.path in self._files.tracked or read.how == RECORDER):
            return self._from_cache(read, root, why)
        if held and self._is_out(read.path):
            why = f"no dvc.lock of the history names {_short(read.hash)}, and a stage makes it"
            return [], [Lack(f"data {read.path}", why)]
        kept = "DVC's cache has it" if held else "nor is it in DVC's cache"
        return [], [Lack(f"data {read.path}", f"no commit of this clone names {_short(read.hash)}; {kept}")]

    def _folder(self, file: str) -> str:
        """What makes the directory of `file`, where the commit has none."""
        folder = file.rpartition("/")[0]
        there = not folder or any(path.startswith(f"{folder}/") for path in self._files.blobs)
        return "" if there else f"mkdir -p {_operand(folder)} && "

    def _from_cache(self, read: DataRead, root: str, why: str) -> Found:
        """By a .dvc file that no commit has."""
        file, name = f"{read.path}.dvc", read.path.rpartition("/")[2]
        text = f"outs:\n- md5: {read.hash.removeprefix('md5:')}\n  hash: md5\n  path: {json.dumps(name)}"
        inner = _operand(file[len(root) + 1 :] if root else file)
        write = fed(f"{self._folder(file)}cat > {quote(file)}", text, "OUTS")
        command = f"{write}\n{self._in(root)} checkout {inner}"
        return [Step("data", command, f"{read.path} as it was read {why}: no commit names it, DVC's cache has it")], []

    def _is_out(self, path: str) -> bool:
        tracked = self._files.tracked.get(path)
        return tracked is not None and tracked.is_locked

    def _from_git(self, read: DataRead, why: str) -> Found:
        """A file that git keeps: it is right already, or it is another version's."""
        wanted = read.hash.removeprefix("md5:")
        if wanted in hashes_of(self._files.content(read.path) or b""):
            return [], []
        found = self._history.version(read.path, wanted)
        if found is None:
            return [], [Lack(f"file {read.path}", f"no version in git has {_short(read.hash)}, which was read {why}")]
        name = quote(read.path)
        does = f"{read.path} as it was read {why}: that of {found.commit[:7]}"
        return [Step("code", f"git show {found.commit}:{name} > {name}", does)], []

    def _of_git(self, read: DataRead, inside: Sequence[str], why: str) -> list[Lack]:
        """What is amiss with a directory that git keeps: would DVC make that hash of its files at the commit?"""
        rows = [
            {"md5": hashlib.md5(content, usedforsecurity=False).hexdigest(), "relpath": path[len(read.path) + 1 :]}
            for path, content in self._files.contents(inside).items()
        ]
        if f"md5:{tree_hash(rows)}" == read.hash:
            return []
        other = f"its files at {self._files.sha[:7]} are not those of {_short(read.hash)}, which was read {why}"
        return [Lack(f"directory {read.path}", other, "files that git ignores count there too")]


def program(python: Interpreter) -> str:
    """The dvc beside an interpreter. ``python -m dvc`` would import what lies in the worktree, which is not to run."""
    script = Path(python.path).with_name("dvc")
    return quote(str(script)) if script.is_file() else f"{quote(python.path)} -I -m dvc"


def _operand(path: str) -> str:
    """A path as a command's operand: one that begins with a dash is no option."""
    return quote(f"./{path}" if path.startswith("-") else path)


def _short(value: str) -> str:
    name, _, digits = value.partition(":")
    return f"{name}:{digits[:7]}" if digits else value[:11]


def _together(lacks: list[Lack]) -> list[Lack]:
    """Many of one kind in one line."""
    if len(lacks) <= 3:
        return lacks
    names = some([each.what.removeprefix("data ") for each in lacks])
    return [Lack(f"data {names}", "not in DVC's cache", _PULL.format("").replace("  ", " "))]
