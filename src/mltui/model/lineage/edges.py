"""What the rules say of a run, as nodes and edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from mltui.model.dvc_history import LockEntry
from mltui.model.lineage.committed import Committed, Judged, same
from mltui.model.lineage.graph import Edge, EdgeKind, InTree, Node
from mltui.model.lineage.hashes import Content
from mltui.model.lineage.joining import Joined, in_tree
from mltui.model.lineage.naming import commit_node, experiment_node, run_node, stage_node
from mltui.model.lineage.past import Past
from mltui.model.lineage.results import COMMITTED_HERE
from mltui.model.runs import COMMIT_TAG

#: How the commit before a DVC experiment is known.
STARTED_FROM: Final = "the commit it started from"


@dataclass(slots=True)
class Made:
    """Nodes and edges as they are made; nodes by id, the first of an id counts."""

    past: Past
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    in_tree: dict[str, InTree] = field(default_factory=dict)

    def node(self, node: Node) -> str:
        """Keep a node; its id."""
        self.nodes.setdefault(node.id, node)
        return node.id

    def data(self, path: str, hash: str, note: str = "") -> str:
        """Keep the node of a content; its id."""
        return self.node(self.past.names.data(Content(path, hash), note))

    def commit(self, sha: str, note: str = "") -> str:
        """Keep the node of a commit; its id."""
        return self.node(commit_node(sha, self.past.graph.time.get(sha), note))

    def edge(self, source: str, target: str, kind: EdgeKind, how: str) -> None:
        """Keep an edge between two nodes that are kept."""
        self.edges.append(Edge(source, target, kind, how))


def add_run(made: Made, one: Joined) -> None:
    """The run, its commit, stage and experiment, and what it read and wrote."""
    _RunEdges(made, one, made.node(run_node(one.run))).add()


@dataclass(slots=True)
class _RunEdges:
    """The edges of one run, whose node is `run`. `read` are the paths of data it is known or thought to have read."""

    made: Made
    one: Joined
    run: str
    read: dict[str, Content] = field(default_factory=dict)

    def add(self) -> None:
        one, made = self.one, self.made
        self._commit()
        if one.stage is not None:
            stage = made.node(stage_node(one.stage.key))
            made.edge(stage, self.run, "recorded" if one.stage.recorded else "inferred", one.stage.how)
        elif one.undecided:
            stage = made.node(Node("stage", f"stage:?@{self.run}", "stage"))
            made.edge(stage, self.run, "unknown", one.undecided)
        self._recorded()
        self._experiments()
        if one.made_in is not None:
            self._lock(one.made_in, "recorded", f"dvc.lock of experiment {one.experiment}, which the run names")
        elif one.committed is not None:
            self._inferred(one.committed)
        elif one.doubt and not self.read:
            self._untold(f"experiment {one.experiment}: {one.doubt}")
        if one.commit and not one.absent:
            self._in_tree(one.commit)

    def _commit(self) -> None:
        commit, absent, made = self.one.commit, self.one.absent, self.made
        if commit and absent:
            made.edge(made.commit(commit, absent), self.run, "unknown", f"{COMMIT_TAG}: {absent}")
        elif commit:
            made.edge(made.commit(commit), self.run, "recorded", COMMIT_TAG)

    def _recorded(self) -> None:
        """Rule 1."""
        made = self.made
        for each in self.one.said:
            if each.content is not None and each.made:
                made.edge(self.run, made.data(*each.content), "recorded", each.how)
            elif each.content is not None:
                note = "" if each.known else "in no commit of this clone"
                made.edge(made.data(*each.content, note), self.run, each.kind, each.how)
                self.read[each.content.path] = each.content
            elif each.rev is not None:
                made.edge(made.commit(each.rev), self.run, "recorded", each.how)

    def _experiments(self) -> None:
        """Rule 2."""
        sure = len(self.one.experiments) == 1
        for each in self.one.experiments:
            node = self.made.node(commit_node(each.commit, each.time, f"DVC experiment {each.name}"))
            how = f"the run names experiment {each.name}"
            if not sure:
                how = f"{how}, and {len(self.one.experiments)} are called so"
            elif self.one.doubt:
                how = f"{how}, but {self.one.doubt}"
            self.made.edge(node, self.run, "recorded" if sure and not self.one.doubt else "unknown", how)

    def _lock(self, entry: LockEntry, kind: EdgeKind, how: str) -> None:
        """What a lock entry says the run read and wrote, beside what the run says itself."""
        made, edited = self.made, self.made.past.edited(entry)
        for dep in entry.deps:
            if dep.hash and dep.path not in self.read:
                self.read[dep.path] = Content(dep.path, dep.hash)
                why = edited.get(dep.path)
                made.edge(made.data(dep.path, dep.hash), self.run, "unknown" if why else kind, why or how)
        for out in entry.outs:
            if out.hash:
                made.edge(self.run, made.data(out.path, out.hash), kind, how)

    def _inferred(self, committed: Committed) -> None:
        """Rule 3."""
        made, found = self.made, committed.found
        if found is not None:
            self._lock(found.candidate.entry, "inferred", in_words(found))
            if not found.candidate.own:
                results = made.commit(found.candidate.commit)
                how = f"{COMMITTED_HERE}: {found.why} ({found.certainty})"
                made.edge(self.run, results, "inferred", how)
        elif committed.open:
            self._open(committed)
        elif not self.read:
            self._untold(committed.why)

    def _untold(self, why: str) -> None:
        unknown = self.made.node(Node("data", f"data:?@{self.run}", "data it read", why))
        self.made.edge(unknown, self.run, "unknown", why)

    def _open(self, committed: Committed) -> None:
        """Candidates that differ, or one that nothing confirms: unknown, and all of it shown."""
        fits = committed.open
        commits = " or ".join(each.candidate.commit[:7] for each in fits)
        how = f"dvc.lock at {commits}: {committed.why}"
        for path, hash in dict.fromkeys(_deps(fits)):
            if path not in self.read:
                self.made.edge(self.made.data(path, hash), self.run, "unknown", how)
        self.read |= {path: Content(path, hash) for path, hash in _deps(fits)}

    def _in_tree(self, commit: str) -> None:
        """Rule 4."""
        contents = in_tree(self.made.past.at(commit), frozenset(self.read))
        if contents:
            ids = tuple(self.made.data(*content) for content in contents)
            self.made.in_tree[self.run] = InTree(self.run, f"commit:{commit}", ids)


def in_words(found: Judged) -> str:
    """``dvc.lock at 9be1d20, committed after the run, params and metrics equal (matched)``."""
    when = "the commit it recorded" if found.candidate.own else "committed after the run"
    return f"dvc.lock at {found.candidate.commit[:7]}, {when}, {found.why} ({found.certainty})"


def _deps(fits: Sequence[Judged]) -> Iterator[tuple[str, str]]:
    for each in fits:
        for dep in each.candidate.entry.deps:
            if dep.hash:
                yield dep.path, dep.hash


def add_experiments(made: Made) -> None:
    """DVC experiments themselves: the commit they started from, and the stages they ran, whose locks are others than
    there."""
    past = made.past
    for each in past.experiments:
        if each.status != "FINISHED":
            continue
        node = made.node(experiment_node(each))
        if each.baseline in past.graph:
            made.edge(made.commit(each.baseline), node, "recorded", STARTED_FROM)
        files = past.experiment_files(each.commit)
        ran = [
            entry
            for key, entry in (files.locked.items() if files else ())
            if not same(entry, past.entry_at(each.baseline, key))
        ]
        outs = {out.path for entry in ran for out in entry.outs}
        how = "dvc.lock of the experiment's own commit"
        for entry in ran:
            for dep in entry.deps:
                if dep.hash and dep.path not in outs:
                    made.edge(made.data(dep.path, dep.hash), node, "recorded", how)
            for out in entry.outs:
                if out.hash:
                    made.edge(node, made.data(out.path, out.hash), "recorded", how)
