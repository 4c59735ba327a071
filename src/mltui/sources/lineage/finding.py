"""Which thing a word names: a commit, ``path@hash``, a run's id or name, ``model/3``, ``model@alias``, a stage."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.errors import SourceError, UsageError
from mltui.model.dvc_history import CommitGraph
from mltui.model.lineage.graph import Graph, Node
from mltui.model.lineage.hashes import digits_of
from mltui.model.lineage.naming import EXPERIMENT
from mltui.sources.git.command import WHOLE
from mltui.sources.git.revs import full_sha

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

_KINDS = ("commit", "data", "run", "model", "alias", "stage", "entry")
#: Kinds whose labels may be what somebody meant.
_NAMED = ("run", "model", "alias", "stage", "data")
#: Things named where a word could mean several.
CANDIDATES = 6
_SHORTEST = 4


#: The commits of this clone, read only where the graph does not know the word.
Commits = Callable[[], CommitGraph]


@dataclass(frozen=True, slots=True)
class Found:
    """The id of a node, and what else the same word could have meant, as ids."""

    id: str
    others: tuple[str, ...] = ()


def find(what: str, graph: Graph, commits: Commits, workspace: Workspace) -> Found:
    """An id as `Node` has it is taken as it is. Raises `UsageError` if the word names nothing, or several alike."""
    kind, colon, name = what.partition(":")
    if colon and kind in _KINDS:
        exact = _exact(kind, name, graph, commits, workspace)
        if exact is not None:
            return Found(exact)
        raise UsageError(f"there is no {kind} {name}", _near(name, graph, workspace))
    meanings = list(dict.fromkeys(_meanings(what, graph, commits, workspace)))
    if not meanings:
        raise UsageError(f"nothing here is called {what!r}", _near(what, graph, workspace))
    return Found(meanings[0], tuple(meanings[1:]))


def _exact(kind: str, name: str, graph: Graph, commits: Commits, workspace: Workspace) -> str | None:
    if kind == "commit":
        return _commit(name, graph, commits, workspace)
    if f"{kind}:{name}" in graph.nodes:
        return f"{kind}:{name}"
    return next((id for id in _meanings(name, graph, commits, workspace) if id.startswith(f"{kind}:")), None)


def _meanings(what: str, graph: Graph, commits: Commits, workspace: Workspace) -> Iterator[str]:
    """What the word could mean, the likeliest first."""
    for kind in ("run", "alias", "model", "stage", "entry"):
        if f"{kind}:{what}" in graph.nodes:
            yield f"{kind}:{what}"
    model, hashed, stage = what.rpartition("#")
    alias = f"alias:{model.replace('=', ':')}@{stage}"
    if hashed and alias in graph.nodes:  # GTO's way to write a stage
        yield alias
    path, at, version = what.rpartition("@")
    if at and f"model:{path}/{version}" in graph.nodes:  # GTO's way to write a version
        yield f"model:{path}/{version}"
    if at:
        yield from _contents(path, version, graph)
    if (commit := _commit(what, graph, commits, workspace)) is not None:
        yield commit
    yield from _named(what, graph)
    yield from _newest(what, graph)
    yield from _beginning(what, graph)


def _contents(path: str, version: str, graph: Graph) -> Iterator[str]:
    """``path@hash``, the hash or its beginning, with or without ``md5:``; ``path@v3``."""
    if re.fullmatch(r"v\d+", version):
        yield from (
            node.id for node in graph.nodes.values() if node.kind == "data" and node.label == f"{path} {version}"
        )
        return
    wanted = digits_of(version)
    if len(wanted) < _SHORTEST:
        return
    for node in graph.nodes.values():
        same = node.kind == "data" and node.name.startswith(f"{path}@")
        if same and digits_of(node.name.rpartition("@")[2]).startswith(wanted):
            yield node.id


def _commit(what: str, graph: Graph, commits: Commits, workspace: Workspace) -> str | None:
    """A commit by its hash, or whatever git takes for one: a branch, a tag, HEAD~2."""
    if f"commit:{what}" in graph.nodes:
        return f"commit:{what}"
    if workspace.project.git_dir is None:
        return None
    sha = full_sha(workspace.project, workspace.runner, what)
    if sha is not None and (f"commit:{sha}" in graph.nodes or sha in commits()):
        return f"commit:{sha}"
    if re.fullmatch(r"[0-9a-f]{7,40}", what):  # one that a run names and this clone does not have
        return next((id for id in graph.nodes if id.startswith(f"commit:{what}")), None)
    return None


def _named(what: str, graph: Graph) -> Iterator[str]:
    """Runs of that name, the newest first; after MLflow's those that are DVC experiments, which these may have been."""
    runs = [node for node in graph.nodes.values() if node.kind == "run" and node.label == what]
    yield from (node.id for node in sorted(runs, key=lambda node: (node.note == EXPERIMENT, -(node.time or 0))))


def _newest(what: str, graph: Graph) -> Iterator[str]:
    """A dataset by its path alone: its newest version."""
    data = [node for node in graph.nodes.values() if node.kind == "data" and node.name.rpartition("@")[0] == what]
    yield from (node.id for node in sorted(data, key=lambda node: _age(node, graph), reverse=True)[:1])


def _age(node: Node, graph: Graph) -> tuple[int, bool, int]:
    """By what a content is the newer one: its own time, which versions of datasets have; else whether HEAD's pipeline
    has it, else when a dvc.lock first did."""
    edges = (*graph.into.get(node.id, ()), *graph.out_of.get(node.id, ()))
    beside = [graph.nodes[edge.target if edge.source == node.id else edge.source] for edge in edges]
    known = [each for each in beside if each.kind in ("stage", "entry")]
    first = max((each.time or 0 for each in known), default=0)
    return node.time or 0, any(each.kind == "stage" for each in known), first


def _beginning(what: str, graph: Graph) -> Iterator[str]:
    """A run by the beginning of its id; of several that is a mistake, unless the word means something else too."""
    if len(what) < _SHORTEST or not re.fullmatch(r"[0-9a-f-]+", what):
        return
    fits = [node for node in graph.nodes.values() if node.kind == "run" and node.name.startswith(what)]
    if len(fits) > 1:
        said = "; ".join(f"{node.name[: len(what) + 4]} {node.label}" for node in fits[:CANDIDATES])
        more = f" and {len(fits) - CANDIDATES:,} more" if len(fits) > CANDIDATES else ""
        raise UsageError(f"{len(fits):,} runs have an id that begins with {what}", said + more)
    yield from (node.id for node in fits)


def _near(what: str, graph: Graph, workspace: Workspace) -> str:
    from difflib import get_close_matches

    names: dict[str, Node] = {}
    for node in graph.nodes.values():
        if node.kind in _NAMED and not node.name.startswith("?@") and len(names) < 5000:
            names.setdefault(node.label, node)
    near = get_close_matches(what, names, n=3)
    if near:
        return f"did you mean {' or '.join(near)}?"
    if not graph.nodes and workspace.project.git_dir is None:
        return "there is no git repository here, and no runs: -C DIR says where they are, --store which store"
    words = "a commit, path@hash, a run's id or name, model/3, model@alias or a stage"
    return f"{words}; this clone is partial: {WHOLE} brings what it lacks" if _partial(workspace) else words


def _partial(workspace: Workspace) -> bool:
    try:
        return workspace.git.load().partial
    except SourceError:
        return False
