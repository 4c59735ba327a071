"""The gate ``pipeline fresh``: what dvc.lock says at a commit agrees with all else in that commit.

Told of the commit alone, whatever the worktree is like: commands, params files, deps that git has by their MD5, deps
that DVC has by what .dvc files and dvc.lock say of them. What can't be told so is DVC's own status, if the commit is
HEAD and the worktree clean; else it is unknown, and says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from mltui.errors import SourceError
from mltui.model.dvc import Entry
from mltui.model.gates import Gate, GateResult
from mltui.sources.dvc.cached import Cache, project_of
from mltui.sources.dvc.readable import tree_hash
from mltui.sources.gates import params
from mltui.sources.gates.subject import Subject
from mltui.sources.gates.tree import TEMPLATE, StageAt, TreeAt, tree_at
from mltui.sources.places import Project

#: What is wrong, in words, and True; None where it can't be told.
Told = tuple[str, bool | None]
#: Sentences that are named of many.
NAMED = 3
#: How long DVC may take to say how the worktree stands (s).
WAIT_S = 30.0


def pipeline_fresh(gate: Gate, subject: Subject) -> GateResult:
    """Every stage that is declared where the version's results are, else at the commit that its run recorded."""
    project, runner = subject.workspace.project, subject.workspace.runner
    sha, words, trouble = subject.standing_commit(results=True)
    if sha is None:
        return GateResult(gate, "unknown", subject=words, why=trouble)
    words = f"pipeline at {words}"
    subject.say(f"comparing the {words}")
    tree = tree_at(project, runner, sha)
    if tree.faults or not tree.stages:  # a lock that can't be read would be taken for stages that never ran
        why = _shown(tree.faults) or "no dvc.yaml there declares a stage"
        return GateResult(gate, "unknown", subject=words, why=why)
    stages = _stages(len(tree.stages))
    told = list(Freshness(tree, project).told())
    stale = [words for words, sure in told if sure]
    if stale:
        return GateResult(gate, "failed", stages, words, _shown(stale))
    if not told:
        return GateResult(gate, "passed", stages, words)
    why = _shown([words for words, _ in told])
    return _by_dvc(gate, subject, sha, words) or GateResult(gate, "unknown", stages, words, why)


def _by_dvc(gate: Gate, subject: Subject, sha: str, words: str) -> GateResult | None:
    """DVC's own word, where the worktree is that commit; None where it is not, or DVC can't tell either."""
    try:
        state = subject.workspace.git.load()
        if state.commit != sha or state.dirty:
            return None
        subject.say("asking DVC for the status")
        pipeline = subject.workspace.pipeline.load(WAIT_S)
    except SourceError:
        return None
    others = [stage for stage in pipeline.stages if stage.status != "fresh"]
    if not pipeline.settled or any(stage.status in ("unknown", "running") for stage in others):
        return None
    figure = f"{_stages(len(pipeline.stages))} by dvc status"
    if not others:
        return GateResult(gate, "passed", figure, words)
    return GateResult(gate, "failed", figure, words, _shown([f"{each.address} is {each.status}" for each in others]))


def _stages(count: int) -> str:
    return "1 stage" if count == 1 else f"{count} stages"


def _shown(sentences: list[str]) -> str:
    more = f"; and {len(sentences) - NAMED} more" if len(sentences) > NAMED else ""
    return "; ".join(sentences[:NAMED]) + more


def _md5s(content: bytes) -> tuple[str, str, str]:
    """Of a file as git has it, and as worktrees may: with lines ending in LF, and in CRLF."""
    lf = content.replace(b"\r\n", b"\n")
    every = (content, lf, lf.replace(b"\n", b"\r\n"))
    first, second, third = (hashlib.md5(each, usedforsecurity=False).hexdigest() for each in every)
    return first, second, third


class Freshness:
    """Compares the stages of one commit with the commit."""

    def __init__(self, tree: TreeAt, project: Project) -> None:
        self._tree, self._project, self._made = tree, project, tree.made

    def told(self) -> Iterator[Told]:
        """What is not fresh, and what can't be told, stage by stage."""
        for stage in self._tree.stages:
            yield from ((f"{stage.address}: {words}", sure) for words, sure in self._stage(stage))

    def _stage(self, stage: StageAt) -> Iterator[Told]:
        said, locked = stage.declared, stage.locked
        if said.group and locked is None and stage.address.endswith("@"):
            yield "what it is repeated for is a template", None
            return
        if locked is None:
            yield "it is not in dvc.lock: it never ran", True
            return
        if said.always_changed or (said.cmd and not (said.deps or said.made or said.params)):
            yield "it is always changed, and never fresh", True
        yield from self._command(said.cmd, locked.cmd)
        if not said.frozen:
            for dep in said.deps:
                yield from self._dep(dep.path, locked.deps)
            yield from params.changed(self._tree.files, said.wdir, said.params, locked.params)
        for out in said.made:
            yield from self._out(out.path, locked.outs)

    @staticmethod
    def _command(declared: str | None, locked: str | None) -> Iterator[Told]:
        if declared is not None and TEMPLATE in declared:
            yield "its command is a template", None
        elif (declared or "") != (locked or ""):
            yield "its command changed", True

    def _dep(self, path: str, locked: tuple[Entry, ...]) -> Iterator[Told]:
        row = next((each for each in locked if each.path == path), None)
        if TEMPLATE in path:
            yield f"dep {path} is a template", None
        elif row is None or row.hash is None:
            yield f"dep {path} is new", True
        elif (same := self._same(path, row)) is False:
            yield f"dep {path} changed", True
        elif isinstance(same, str):
            yield same, None
        elif same is None:
            yield f"dep {path} is neither in git nor tracked by DVC", True

    def _out(self, path: str, locked: tuple[Entry, ...]) -> Iterator[Told]:
        row = next((each for each in locked if each.path == path), None)
        if TEMPLATE in path:
            yield f"out {path} is a template", None
        elif row is None or row.hash is None:
            yield f"out {path} was never made", True
        elif path in self._tree.files.ids and (same := self._by_git(path, row.hash)) is not True:
            yield (same, None) if isinstance(same, str) else (f"out {path} is not what dvc.lock says", True)

    def _same(self, path: str, row: Entry) -> bool | str | None:
        """Whether a dep is at the commit as its stage read it; a sentence where that can't be told, None where it is
        nowhere."""
        known = self._made.get(path) or self._tree.tracked.get(path)
        if known is not None:
            return known.hash == row.hash if known.hash else f"dep {path} has no hash in DVC's files"
        if path in self._tree.files.ids:
            return self._by_git(path, row.hash or "")
        if "://" in path or path.startswith(("/", "../")):
            return f"dep {path} lies outside of the repository"
        if (inside := self._inside(path)) is not None:
            return (
                inside[0] == row.hash if inside[0] else f"dep {path} is in {inside[1]}, whose list of files is not here"
            )
        return self._directory(path, row)

    def _by_git(self, path: str, hash: str) -> bool | str:
        content = self._tree.files.read([path]).get(path)
        if content is None:
            return f"{path} is not in this clone"
        if content.startswith(b"version https://git-lfs"):
            return f"{path} is kept by Git LFS"
        return hash.partition(":")[2] in _md5s(content)

    def _inside(self, path: str) -> tuple[str | None, str] | None:
        """The hash of a file in a directory that DVC has, and that directory."""
        above = [path[:at] for at, char in enumerate(path) if char == "/"]
        for folder in reversed(above):
            entry = self._made.get(folder) or self._tree.tracked.get(folder)
            if entry is not None and entry.hash:
                cache = Cache(project_of(self._project.root, folder))
                digits = cache.inside(entry.hash.partition(":")[2], path[len(folder) + 1 :])
                return (f"md5:{digits}" if digits else None), folder
        return None

    def _directory(self, path: str, row: Entry) -> bool | str | None:
        """A directory of files that git has: DVC counts ignored ones too, which no commit has."""
        below = f"{path}/" if path else ""
        names = [each for each in self._tree.files.ids if each.startswith(below)]
        if not names:
            return None
        if any(each.startswith(below) for each in (*self._made, *self._tree.tracked)):
            return f"dep {path} is a directory that git and DVC share"
        contents = self._tree.files.read(names)
        whole = len(contents) == len(names)
        every = [(each[len(below) :], _md5s(content)) for each, content in contents.items()]
        for written in range(3) if whole else ():
            rows = [{"md5": md5s[written], "relpath": relpath} for relpath, md5s in every]
            if f"md5:{tree_hash(rows)}" == row.hash:
                return True
        if whole and row.nfiles == len(names):
            return False
        return f"dep {path} is a directory, and held other files than git has"
