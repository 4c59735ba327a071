"""The commits, and which of them changed which of DVC's files: asked of git once, afterwards only for what is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mltui.model.dvc_history import CommitGraph
from mltui.model.git import FileChange, FileChanges, FileCommit
from mltui.sources.dvc.history.states import is_dvcs
from mltui.sources.git.files import file_changes, still_reached
from mltui.sources.git.graph import commit_graph
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: What git is asked for. A directory may be called so too: `is_dvcs` has the last word.
PATHS = (":(glob)**/*.dvc", ":(glob)**/Dvcfile", ":(glob)**/dvc.lock", ":(glob)**/dvc.yaml")


@dataclass(frozen=True, slots=True)
class Walk:
    """The graph and the changes of DVC's files, newest first. `problem` says why older ones are missing."""

    graph: CommitGraph
    commits: tuple[FileCommit, ...]
    problem: str = ""


def walk(project: Project, runner: Runner, known: Walk | None) -> Walk:
    """The present history; of what is `known` only the rest is asked for. Raises `SourceError`."""
    graph = commit_graph(project, runner)
    if not graph.parents:
        return Walk(graph, ())
    if known is not None and not known.problem and known.graph.parents and known.graph.cut == graph.cut:
        tips = _tips(known.graph)
        if all(sha in graph.parents for sha in tips) and still_reached(project, runner, tips):
            new = file_changes(project, runner, PATHS, tips)
            return Walk(graph, (*_dvcs(new), *known.commits), new.problem)
    found = file_changes(project, runner, PATHS)
    return Walk(graph, tuple(_dvcs(found)), found.problem)


def _tips(graph: CommitGraph) -> list[str]:
    """The commits that nobody's parents are: all others are reached from them."""
    parents = {parent for above in graph.parents.values() for parent in above}
    return [sha for sha in graph.parents if sha not in parents]


def _dvcs(found: FileChanges) -> Iterator[FileCommit]:
    for commit in found.commits:
        kept = tuple(change for change in commit.changes if is_dvcs(change.path))
        if kept:
            yield FileCommit(commit.sha, commit.author, commit.email, commit.author_time, commit.time, kept)


def walk_out(one: Walk) -> dict[str, Any]:
    """As JSON holds it. Ids stand once each: most are named several times."""
    ids = list(one.graph.parents)
    place = {sha: at for at, sha in enumerate(ids)}
    words: dict[str, int] = {}

    def word(text: str | None) -> int:
        return -1 if text is None else words.setdefault(text, len(words))

    commits = [
        [
            place.get(commit.sha, -1),
            word(commit.author),
            commit.time,
            [value for each in commit.changes for value in map(word, (each.old, each.new, each.path))],
        ]
        for commit in one.commits
        if commit.sha in place
    ]
    return {
        "ids": " ".join(ids),
        "parents": [_step(at, [place[each] for each in above]) for at, above in enumerate(one.graph.parents.values())],
        "times": [one.graph.time[sha] for sha in ids],
        "cut": sorted(place[sha] for sha in one.graph.cut),
        "commits": commits,
        "words": list(words),
        "problem": one.problem,
    }


def walk_in(document: Mapping[str, Any]) -> Walk:
    """Raises KeyError, TypeError, ValueError or IndexError where it is none of ours."""
    ids = document["ids"].split()
    parents = {
        ids[at]: (ids[at + step],) if type(step) is int else tuple(ids[each] for each in step)
        for at, step in enumerate(document["parents"])
    }
    cut = frozenset(ids[at] for at in document["cut"])
    graph = CommitGraph(parents, dict(zip(ids, document["times"], strict=True)), cut)
    words = [*document["words"], None]
    commits = tuple(
        FileCommit(ids[at], words[author], "", time, time, tuple(_changes(changes, words)))
        for at, author, time, changes in document["commits"]
    )
    return Walk(graph, commits, document["problem"])


def _step(at: int, parents: list[int]) -> int | list[int]:
    """One parent by how far down it stands (mostly 1), others by their places."""
    return parents[0] - at if len(parents) == 1 else parents


def _changes(row: list[int], words: list[Any]) -> Iterable[FileChange]:
    for at in range(0, len(row), 3):
        old, new, path = (words[each] for each in row[at : at + 3])
        yield FileChange("A" if old is None else "D" if new is None else "M", old, new, path)
