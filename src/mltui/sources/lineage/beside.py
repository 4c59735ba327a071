"""What stands beside the things of a lineage, asked only when somebody looks: params, worktree, words of commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.dvc import DvcExperiment
from mltui.model.lineage.graph import Edge, Lineage, Node
from mltui.model.lineage.naming import CLEAN, DIRTY, SHORT, UNTOLD, params_node
from mltui.model.lineage.recorded import dirty_said
from mltui.model.runs import Run
from mltui.sources.git.command import attempt
from mltui.sources.jobs.told import JobsTold

if TYPE_CHECKING:
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

#: So many runs upstream are asked for their params; more are nobody's to read.
MOST_RUNS = 20
#: So many commits are asked for their subjects.
MOST_COMMITS = 500
_FORMAT = "--format=tformat:%H%x00%an%x00%s"


def beside(found: Lineage, workspace: Workspace, reader: StoreReader | None) -> Lineage:
    """The same lineage with these nodes and edges, and with subjects and authors as the notes of commits."""
    nodes = {node.id: node for node in found.nodes}
    edges: list[Edge] = []
    runs = [found.root.id, *(edge.source for edge in found.upstream)]
    wanted = [id for id in dict.fromkeys(runs) if id.startswith("run:")][:MOST_RUNS]
    asked = [id.removeprefix("run:") for id in wanted]
    made = {one.commit: one for one in _experiments(workspace) if one.commit in asked} if asked else {}
    runs_read = _read((id for id in asked if id not in made), reader)
    jobs = JobsTold(workspace)
    beside = [
        *((run.run_id, run.params, run) for run in runs_read),
        *((id, one.params, None) for id, one in made.items()),
    ]
    for id, params, run in beside:
        for node, edge in (*_params(id, params), *((_worktree(run, jobs),) if run else ())):
            nodes[node.id] = node
            edges.append(edge)
    nodes |= _commits(nodes, workspace)
    return replace(found, root=nodes[found.root.id], nodes=tuple(nodes.values()), upstream=(*found.upstream, *edges))


def _read(run_ids: Iterable[str], reader: StoreReader | None) -> Iterable[Run]:
    for run_id in run_ids if reader is not None else ():
        try:
            assert reader is not None
            yield reader.run(run_id)
        except SourceError:
            continue  # one that is gone meanwhile


def _experiments(workspace: Workspace) -> Iterable[DvcExperiment]:
    try:
        return workspace.experiments.load()
    except SourceError:
        return ()


def _params(run_id: str, params: Mapping[str, str]) -> Iterable[tuple[Node, Edge]]:
    if params:
        node = params_node(run_id, params)
        yield node, Edge(node.id, f"run:{run_id}", "recorded", "the run's own")


def _worktree(run: Run, jobs: JobsTold) -> tuple[Node, Edge]:
    id, target = f"worktree:{run.run_id}", f"run:{run.run_id}"
    said, own = dirty_said(run), jobs.checkout(run)
    if said is None and own is not None:
        label = f"{UNTOLD}, as experiment {own.experiment}"
        how = f"mltui's job {own.job}, which ran it in a directory of its own"
        return Node("worktree", id, label, f"commit {own.commit[:SHORT]}"), Edge(id, target, "recorded", how)
    if said is None:
        how = "MLflow did not record whether it differed from the commit"
        return Node("worktree", id, UNTOLD), Edge(id, target, "unknown", how)
    dirty, how = said
    label = DIRTY if dirty else CLEAN
    sha = run.tags.get("mltui.diff_sha1", "")
    return Node("worktree", id, label, f"diff {sha[:8]}" if sha else ""), Edge(id, target, "recorded", how)


def _commits(nodes: dict[str, Node], workspace: Workspace) -> dict[str, Node]:
    """The commits among the nodes with what they say of themselves."""
    commits = [id for id, node in nodes.items() if node.kind == "commit" and not node.note][:MOST_COMMITS]
    if not commits or workspace.project.git_dir is None:
        return {}
    asked = "".join(f"{id.removeprefix('commit:')}\n" for id in commits).encode()
    args = ("log", "--no-walk=unsorted", "--no-show-signature", _FORMAT, "--ignore-missing", "--stdin", "--")
    done = attempt(workspace.project, workspace.runner, *args, stdin=asked)
    found: dict[str, Node] = {}
    for line in done.stdout.decode(errors="replace").split("\n"):
        sha, _, rest = line.partition("\0")
        author, _, subject = rest.partition("\0")
        if (node := nodes.get(f"commit:{sha}")) is not None:
            found[node.id] = replace(node, note=f"{subject} ({author})" if subject else author)
    return found
