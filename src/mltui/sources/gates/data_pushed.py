"""The gate ``data pushed``: DVC's default remote has what the version's run read and made.

The remote is asked, over the network and with the user's own login: whoever promotes wants to know. What it once said
it has is believed; what it said it lacks is asked again.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mltui.model.gates import Gate, GateResult
from mltui.sources.dvc.cached import Cache, project_of
from mltui.sources.gates.subject import Subject
from mltui.sources.gates.tree import TreeAt, tree_at

#: Objects that are named of many.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Used:
    """Something that DVC keeps by its hash. `name` is how a person calls it: ``customers.csv v4``."""

    path: str
    hash: str
    name: str


def data_pushed(gate: Gate, subject: Subject) -> GateResult:
    """Whether every object is there. A directory is there if its list of files is: DVC pushes that last."""
    used, words, trouble = _used(subject)
    if not used:
        return GateResult(gate, "unknown", subject=words, why=trouble)
    asked = [each for each in used if each.hash.startswith("md5:")]
    other = [each for each in used if each not in asked]
    roots: dict[Path, list[Used]] = {}
    for each in asked:
        root = project_of(subject.workspace.project.root, posixpath.dirname(each.path))
        roots.setdefault(root, []).append(each)
    lacking, names = [], []
    for root, several in roots.items():
        if not (root / ".dvc").is_dir():
            return GateResult(gate, "unknown", subject=words, why=f"no DVC project is checked out in {root}")
        known = subject.workspace.remote.known(root)
        if not known.name:
            return GateResult(
                gate, "failed", subject=words, why="DVC has no default remote: dvc remote add -d NAME URL"
            )
        names.append(known.name)
        lacking += [_lacks(each, root) for each in _not_there(subject, root, several)]
    figure = f"{len(asked) - len(lacking)} of {len(used)} in {' and '.join(dict.fromkeys(names)) or 'no remote'}"
    if lacking:
        return GateResult(gate, "failed", figure, words, f"{_shown(lacking)}: dvc push")
    if other:
        why = f"{_shown([each.name for each in other])}: a remote has no object by {other[0].hash.partition(':')[0]}"
        return GateResult(gate, "unknown", figure, words, why)
    return GateResult(gate, "passed", figure, words)


def _not_there(subject: Subject, root: Path, wanted: list[Used]) -> list[Used]:
    """Those that the remote lacks, by what it says now. Raises `SourceError` if it can't be asked."""
    remote = subject.workspace.remote
    there = {hash for hash, answer in remote.known(root).answers.items() if answer.there}
    if open_ := [each.hash for each in wanted if each.hash not in there]:
        answers = remote.ask(root, open_, subject.say).answers
        there |= {hash for hash in open_ if hash in answers and answers[hash].there}
    return [each for each in wanted if each.hash not in there]


def _lacks(each: Used, root: Path) -> str:
    here = Cache(root).has(each.hash.partition(":")[2])
    return f"{each.name} is only in the local cache" if here else f"{each.name} is neither there nor in the local cache"


def _shown(sentences: list[str]) -> str:
    more = f", and {len(sentences) - NAMED} more" if len(sentences) > NAMED else ""
    return ", ".join(sentences[:NAMED]) + more


def _used(subject: Subject) -> tuple[list[Used], str, str]:
    """What is to be in the remote, of what that is told, and why nothing is: by lineage what its run read and made;
    where that is not known, what DVC's files at its commit name."""
    sha, words, trouble = subject.standing_commit(results=True)
    tree = tree_at(subject.workspace.project, subject.workspace.runner, sha) if sha is not None else None
    found = {(each.path, each.hash): each for each in _by_lineage(subject)}
    if found:
        words = subject.own.label
    elif tree is not None:
        words = f"dvc.lock at {words}"
        rows = (*tree.tracked.values(), *tree.made.values())
        found = {(row.path, row.hash): _named(row.path, row.hash, None) for row in rows if row.hash}
    elif not trouble:
        trouble = f"no data is known that {subject.own.label} used"
    kept = [each for each in found.values() if tree is None or not _is_elsewhere(each.path, tree)]
    return kept, words, trouble or f"no data that DVC keeps is known of {words}"


def _by_lineage(subject: Subject) -> Iterator[Used]:
    """Data that the run read (what that was made of too), and what it wrote. Of a path that can't be told, nothing."""
    own = subject.own
    if own.run is None:
        return
    side = subject.side(own)
    if side.data is None:
        return
    read = [datum for datum in side.data.values() if datum.hash]
    yield from (_named(each.path, each.hash or "", each.version) for each in read)
    for edge in subject.made if read else ():
        kind, _, name = edge.target.partition(":")
        path, _, hash = name.rpartition("@")
        if kind == "data" and edge.kind != "unknown" and path and path not in side.in_git:
            yield _named(path, hash, None)


def _is_elsewhere(path: str, tree: TreeAt) -> bool:
    """What git has, what is not to be pushed, and what was imported from another repository, where it still is."""
    declared = [out for stage in tree.stages for out in stage.declared.made]
    says = next((out for out in declared if out.path == path), None) or tree.tracked.get(path)
    own = says is not None and not (says.cached and says.pushed)
    return path in tree.files.ids or path in tree.imported or own


def _named(path: str, hash: str, version: int | None) -> Used:
    name = posixpath.basename(path) or path
    return Used(path, hash, f"{name} v{version}" if version else name)
