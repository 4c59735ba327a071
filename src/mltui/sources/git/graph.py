"""The commit graph by one ``git rev-list``: which commits there are, their parents and dates.

Over the same tips as the history of files (files.py), so that both speak of the same commits.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping

from mltui.model.dvc_history import CommitGraph
from mltui.sources.git.command import attempt, failure, understood
from mltui.sources.git.files import TIPS, seconds_to_ms
from mltui.sources.places import Project
from mltui.sources.runner import Runner

_TIMEOUT_S = 120.0


def commit_graph(project: Project, runner: Runner) -> CommitGraph:
    """All commits of HEAD, branches, tags and remote branches.

    A clone that lacks commits gives those it has. Raises `SourceError` where nothing could be read.
    """
    if project.git_dir is None:
        return CommitGraph({}, {})
    done = attempt(project, runner, "rev-list", "--parents", "--timestamp", *TIPS, timeout=_TIMEOUT_S)
    graph = parse_graph(done.stdout, _shallow(project))
    if done.code and not graph.parents:
        raise failure(done)
    return graph


@understood
def parse_graph(raw: bytes, shallow: frozenset[str] = frozenset()) -> CommitGraph:
    """The graph of ``rev-list --parents --timestamp``: lines of ``<epoch seconds> <id> <parent ids>``."""
    parents: dict[str, tuple[str, ...]] = {}
    time: dict[str, int] = {}
    for row in raw.decode("ascii").splitlines():
        seconds, sha, *rest = row.split(" ")
        parents[sha] = tuple(rest)
        time[sha] = seconds_to_ms(seconds)
    cut = {sha for sha in shallow if sha in parents}
    for sha, above in parents.items():
        if any(one not in parents for one in above):
            cut.add(sha)
    for sha in cut:
        parents[sha] = tuple(one for one in parents[sha] if one in parents)
    order = children_first(parents)
    return CommitGraph({sha: parents[sha] for sha in order}, {sha: time[sha] for sha in order}, frozenset(cut))


def children_first(parents: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The commits in the order given as far as no parent comes before a child of its (a clock that was wrong)."""
    place = {sha: at for at, sha in enumerate(parents)}
    if all(place[one] > at for at, above in enumerate(parents.values()) for one in above):
        return list(parents)
    children = dict.fromkeys(parents, 0)
    for above in parents.values():
        for one in above:
            children[one] += 1
    names = list(parents)
    ready = [place[sha] for sha, count in children.items() if not count]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        sha = names[heapq.heappop(ready)]
        order.append(sha)
        for one in parents[sha]:
            children[one] -= 1
            if not children[one]:
                heapq.heappush(ready, place[one])
    return order


def _shallow(project: Project) -> frozenset[str]:
    """The commits at which a shallow clone's history begins (gitrepository-layout(5), shallow)."""
    assert project.common_dir is not None
    try:
        return frozenset((project.common_dir / "shallow").read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return frozenset()
