"""Reads one side of a difference: a run, a model version, an alias, a commit, the worktree."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.dvc import Pipeline
from mltui.model.lineage.graph import Edge
from mltui.model.lineage.recorded import dirty_said
from mltui.model.runs import Run
from mltui.model.side import Datum, Side
from mltui.sources.dvc.cached import Cache, hashes_of
from mltui.sources.dvc.experiment_values import of_tree
from mltui.sources.dvc.tree import Tree, find
from mltui.sources.git.revs import full_sha
from mltui.sources.jobs.told import JobsTold
from mltui.sources.mlflow.subjects import Subjects
from mltui.sources.sides import data as data_of
from mltui.sources.sides.named import Named
from mltui.sources.sides.place import Place, read_place
from mltui.sources.sides.unknown import never_recorded, not_here, script, uncommitted, unread

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Said what is being read.
Say = Callable[[str], None]
#: What names the uncommitted changes of a run: a hash of the recorder's, or the whole diff of MLflow.
DIFF_TAGS = ("mltui.diff_sha1", "mlflow.source.git.diff")
#: What so many commits say is kept for the next difference.
KEPT = 8
#: How long DVC may take to say what changed in the worktree (s).
WAIT_S = 30.0


class SideReader:
    """Reads sides of one project. Commits are read once. One call at a time.

    `edges_of` gives the edges into a run of the lineage graph; where there are none, what it read is not known.
    """

    def __init__(self, workspace: Workspace, edges_of: data_of.EdgesOf | None = None) -> None:
        self._workspace = workspace
        self._edges_of = edges_of or (lambda run: lineage_edges(workspace, run))
        self._project, self._runner = workspace.project, workspace.runner
        self._subjects = Subjects(workspace.project.root)
        self._places: dict[str, Place] = {}
        self._caches: dict[str, Cache] = {}
        self._say: Say = lambda _: None

    def look_again(self) -> None:
        """What may have moved since the last difference is read again: the worktree, refs. Of commits few are kept."""
        for name in ("_pipeline", "_versions", "_tree"):
            self.__dict__.pop(name, None)
        while len(self._places) > KEPT:
            del self._places[next(iter(self._places))]

    def read(self, named: Named, say: Say = lambda _: None) -> Side:
        """Everything known of it. What can't be read is in its `unknowns`; raises `SourceError` only where nothing of
        it can be. A DVC experiment is a commit of its own: what that holds is what it was made with."""
        self._say = say
        say(f"reading {named.label}")
        if (run := named.run or self._found(named.run_id)) is not None and run.kind == "run":
            return self._run(named, run)
        if named.kind == "worktree":
            return self._worktree(named)
        return self._at_commit(named)

    def _found(self, run_id: str) -> Run | None:
        """A run of the active store; None where it has none of that id."""
        reader = self._workspace.reader() if run_id else None
        if reader is None:
            return None
        with contextlib.suppress(NotFound):
            return reader.run(run_id)
        return None

    # A commit

    def _at_commit(self, named: Named) -> Side:
        side = Side(named.kind, named.id, named.label)
        if named.commit is None:
            lacking = f"run {named.run_id[:8]} is not in this store" if named.run_id else "nothing recorded it"
            return replace(side, unknowns=(f"which run or commit made {named.label}: {lacking}",))
        sha = full_sha(self._project, self._runner, named.commit)
        if sha is None:
            return replace(side, unknowns=(not_here(named.commit, named.label),))
        place = self._place(sha)
        values = of_tree(place.files.ids, place.files.blobs, self._cache_of)
        elsewhere = tuple(f"metrics in {path} at {named.label}: not in DVC's cache" for path, _ in values.lacking)
        held = data_of.held(place.declared, self._version_of, f"at {sha[:7]}")
        return replace(
            _placed(side, place, named),
            commit=sha,
            dirty=False,
            data=data_of.without_results(held, place.git_has),
            metrics=values.metrics,
            unknowns=(*elsewhere, *place.unread(named.label)),
        )

    def _place(self, sha: str | None) -> Place:
        """Read once of a commit; of the worktree each time."""
        known = self._places.get(sha) if sha else None
        if known is None:
            known = read_place(self._project, self._runner, sha)
            if sha:
                self._places[sha] = known
        return known

    # The worktree

    def _worktree(self, named: Named) -> Side:
        place, pipeline = self._place(None), self._pipeline
        values = of_tree(place.files.ids, place.files.blobs, self._cache_of)
        held = data_of.held(place.declared, self._version_of, "in the worktree")
        held = data_of.without_results(held, place.git_has)
        unknowns = list(place.unread(named.label))
        if pipeline is None:
            unknowns.append("whether data in the worktree changed since DVC hashed it: DVC could not be asked")
        elif not pipeline.settled:
            unknowns.append("whether data in the worktree changed since: what is remembered of DVC is older")
        unclean, sha = None, None
        if self._project.git_dir is not None:
            state = self._workspace.git.load()
            unclean, sha = state.dirty, state.commit
        return replace(
            _placed(Side(named.kind, named.id, named.label), place, named),
            commit=sha,
            dirty=unclean,
            data=data_of.on_disk(held, pipeline or Pipeline(), self._version_of),
            metrics=values.metrics,
            unknowns=tuple(unknowns),
        )

    # A run, and what stands for one

    def _run(self, named: Named, run: Run) -> Side:
        (subject,) = self._subjects.read((run,), self._workspace.reader(wait=False))
        run = subject.run
        own = JobsTold(self._workspace).checkout(run) if dirty_said(run) is None else None
        if own is not None and full_sha(self._project, self._runner, own.commit) is None:
            own = None  # the experiment was removed, and its commit with it
        # what an isolated job ran in was the commit that it left, not the one it started from, which MLflow records
        commit, unclean = (own.commit, (False, "")) if own is not None else (run.commit, dirty_said(run))
        side = Side(
            named.kind,
            named.id,
            named.label,
            run=run.run_id,
            dirty=unclean[0] if unclean is not None else None,
            params=run.params,
            metrics=run.metrics,
            inputs=data_of.logged(subject.inputs),
            packages=subject.packages,
            script=script(run),
            diff=next((run.tags[tag] for tag in DIFF_TAGS if run.tags.get(tag)), ""),
        )
        name = run.name or run.run_id[:8]
        unknowns = [] if commit else [never_recorded(name)]
        sha = full_sha(self._project, self._runner, commit or "")
        if commit and sha is None:
            unknowns.append(not_here(commit, name))
        place = self._place(sha) if sha else None
        edges, trouble = self._edges(run)
        if place is not None:
            side = self._with_what_ran(self._with_code(side, place, edges), name, edges, place)
            unknowns += place.unread(name)
        unknowns += uncommitted(run, name, side)
        side = self._with_data(side, edges, place)
        unknowns += unread(name, side, edges, trouble)
        if not subject.packages:
            unknowns.append(f"which packages {name} ran with: MLflow recorded none on this machine")
        return replace(side, unknowns=(*side.unknowns, *unknowns))

    def _with_code(self, side: Side, place: Place, edges: Sequence[Edge]) -> Side:
        """What files say at its commit."""
        stages = [edge.source for edge in edges if edge.source.startswith("stage:") and edge.kind != "unknown"]
        return replace(
            side,
            commit=place.files.commit,
            commands=place.declared.commands,
            required=place.required,
            deps=place.declared.leading_to(stages[0].partition(":")[2] if len(stages) == 1 else ""),
            told_elsewhere=place.told_elsewhere,
            in_git=place.git_has,
            partial=bool(place.unread(side.label)),
        )

    def _with_data(self, side: Side, edges: Sequence[Edge], place: Place | None) -> Side:
        made = place.declared.outs if place else {}
        held: dict[str, Datum] = {}
        if place is not None:
            held = data_of.held(place.declared, self._version_of, f"at {(side.commit or '')[:7]}")
            held = data_of.without_results(held, place.git_has)
        read = data_of.read_by(edges, self._version_of, made)
        if place is not None:  # code is told by its commit
            read = {path: each for path, each in read.items() if path not in place.git_has}
        # of a run whose data is known, what stages made lay in the tree as its result, or that of others
        tree = {path: each for path, each in held.items() if path not in read and not (read and each.made_by)}
        return replace(side, data=read or None, tree=tree)

    def _with_what_ran(self, side: Side, name: str, edges: Sequence[Edge], place: Place) -> Side:
        """The code as it was when it ran, by what is known of what it read; else as it is at the commit. What the
        commit does not have may be code that was added next."""
        code, every = place.code, data_of.read_by(edges, self._version_of, {})
        known = {path: each for path, each in every.items() if each.hash and path not in place.declared.outs}
        contents = place.files.read(known)
        edited, told = set(), []
        for path, datum in known.items():
            digits = (datum.hash or "").partition(":")[2]
            if path not in contents or digits not in hashes_of(contents[path]):
                code[path] = digits
                edited.add(path)
            if path in edited and path in contents:
                rule = f"{datum.basis}: {datum.how}"
                told.append(f"what {path} was when {name} ran: not as at {(side.commit or '')[:7]} ({rule})")
        return replace(side, code=code, edited=frozenset(edited), unknowns=(*side.unknowns, *told))

    def _edges(self, run: Run) -> tuple[Sequence[Edge], str]:
        """The edges into it, or why they can't be told."""
        try:
            return self._edges_of(run), ""
        except SourceError as error:
            return (), error.summary

    # What all of them need

    @cached_property
    def _pipeline(self) -> Pipeline | None:
        self._say("asking DVC what changed on disk")
        try:
            return self._workspace.pipeline.load(WAIT_S)
        except SourceError:
            return None

    @cached_property
    def _versions(self) -> Mapping[tuple[str, str], int]:
        def tell(done: int, total: int) -> None:
            self._say(f"reading the history of the data: {done:,} of {total:,} files")

        return version_numbers(self._workspace, tell)

    def _version_of(self, path: str, hash: str) -> int | None:
        return self._versions.get((path, hash))

    @cached_property
    def _tree(self) -> Tree:
        return find(self._project, self._runner)

    def _cache_of(self, folder: str) -> Cache:
        """The cache of the DVC project that `folder` (relative to the repository's top) belongs to."""
        top = self._project.root
        root = self._tree.owner(str(top / folder / "x")) or str(top)
        return self._caches.setdefault(root, Cache(Path(root)))

    def cache_of(self, path: str) -> Cache:
        """The cache that would hold the content of a path."""
        return self._cache_of(path.rpartition("/")[0])


def _placed(side: Side, place: Place, named: Named) -> Side:
    """The side with what its files say, be they a commit's or the worktree's."""
    return replace(
        side,
        params=place.declared.params,
        locked=place.declared.locked,
        commands=place.declared.commands,
        required=place.required,
        deps=place.declared.leading_to(""),
        told_elsewhere=place.told_elsewhere,
        in_git=place.git_has,
        code=place.code,
        partial=bool(place.unread(named.label)),
    )


def lineage_edges(workspace: Workspace, run: Run) -> Sequence[Edge]:
    """The edges into a run of the lineage graph, of one that is not in scope too, and from what that was made of.
    Raises `SourceError`."""
    id, graph = f"run:{run.run_id}", workspace.lineage.load()
    if id in graph.nodes:
        direct = graph.into.get(id, ())
    else:
        direct = tuple(edge for edge in workspace.lineage.around(id, graph).upstream if edge.target == id)
    return data_of.with_sources(graph.into, direct)


def version_numbers(workspace: Workspace, progress: Callable[[int, int], None]) -> Mapping[tuple[str, str], int]:
    """The number of each dataset version by its path and hash, the oldest is 1 (CONTRACT, Defaults)."""
    try:
        found = workspace.data_brief.load(progress).versions
    except SourceError:
        return {}
    return {(path, each.hash): at for path, versions in found.items() for at, each in enumerate(versions, 1)}
