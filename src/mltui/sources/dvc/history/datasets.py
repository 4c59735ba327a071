"""Every dataset with its history: of the worktree, HEAD and before, or of one commit. DVC itself is not asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mltui.errors import SourceError, UsageError
from mltui.model.data_listing import Listed, datasets_of, everything
from mltui.model.dvc_history import CommitGraph, DvcFiles, DvcHistory
from mltui.model.part import Problem
from mltui.sources.dvc.tree import Tree, find
from mltui.sources.git.revs import full_sha

if TYPE_CHECKING:
    from mltui.sources.dvc.history.brief import Brief, Progress
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True, slots=True)
class DatasetList:
    """The datasets by path, old names of those that were renamed, and what stood in the way.

    `commit` is that of ``--at``, with its date as epoch ms (0 if it is of no branch or tag); "" for the present.
    """

    datasets: tuple[Listed, ...]
    moved: dict[str, str]
    problems: tuple[Problem, ...] = ()
    commit: str = ""
    time: int = 0


class DatasetsSource:
    """What ``mltui data`` lists. Takes a workspace because it stands on several of its sources."""

    name = "datasets"

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._outs = frozenset(workspace.config.data_outs)

    def fingerprint(self) -> Hashable:
        """That of the history; files on disk are looked at by every load."""
        from mltui.sources.dvc.history.brief import stamp

        return stamp(self._workspace.project)

    def load(self, progress: Progress | None = None) -> DatasetList:
        """All there are and were. A history that git can't tell is a problem; what lies on disk is listed without."""
        from mltui.sources.dvc.history.worktree import read_data

        project = self._workspace.project
        brief, problems = self._brief(progress)
        head, tree = brief.at_head, find(project, self._workspace.runner)
        if project.git_dir == project.root:
            worktree = None  # bare
        elif self._outs:
            worktree = self._workspace.dvc_history.worktree()
        else:
            worktree = read_data(project.root, tree.files, head, brief.head_files, brief.shared)
        listed = everything(brief, worktree, head, self._outs)
        known = project.git_dir is not None and not problems
        return DatasetList(tuple(self._addressed(listed, tree, known=known)), dict(brief.moved), problems)

    def at(self, rev: str, progress: Progress | None = None) -> DatasetList:
        """Those of one commit. Raises `UsageError` where `rev` names none, `SourceError` if git can't tell."""
        commit = self.commit(rev)
        source = self._workspace.dvc_history
        problems: tuple[Problem, ...] = ()
        try:
            history = source.load(progress)
        except SourceError as error:  # a clone without trees: this commit's may be here
            history, problems = DvcHistory(CommitGraph({}, {}), {}), (_no_history(error),)
        files: DvcFiles = history.at(commit) or source.files_at(commit)
        listed = datasets_of(history, files, self._outs, "history")
        tree, time = find(self._workspace.project, self._workspace.runner), history.graph.time.get(commit, 0)
        datasets = self._addressed(listed, tree, known=not problems)
        return DatasetList(tuple(datasets), dict(history.moved), problems, commit, time)

    def _addressed(self, listed: Sequence[Listed], tree: Tree, *, known: bool) -> Iterator[Listed]:
        """With DVC's own addresses: seen from its project, unless two projects of one repository have the same.

        Where the history is not `known` nobody can tell how many versions there are.
        """
        top = self._workspace.project.root
        names = []
        for one in listed:
            owner = tree.owner(str(top / one.file)) or str(top)
            names.append(one.file[len(owner) - len(str(top)) :].lstrip("/"))
        taken = Counter(zip(names, (one.where for one in listed), strict=True))
        for one, name in zip(listed, names, strict=True):
            address = name if taken[name, one.where] == 1 else one.file
            versions = one.dataset.versions if known else None
            yield replace(one, dataset=replace(one.dataset, address=address, versions=versions))

    def commit(self, rev: str) -> str:
        """The full id of the commit that a revision names. Raises `UsageError` if it names none."""
        project, runner = self._workspace.project, self._workspace.runner
        if project.git_dir is None:
            raise UsageError("there is no git repository here, so no revision")
        sha = full_sha(project, runner, rev)
        if sha is None:
            raise UsageError(f"{rev!r} names no commit of this clone", self._near(rev))
        return sha

    def _near(self, rev: str) -> str:
        from difflib import get_close_matches

        from mltui.sources.git.refs import read_refs

        names = [ref.name for ref in read_refs(self._workspace.project, self._workspace.runner)]
        near = get_close_matches(rev, names, n=3)
        return f"did you mean {' or '.join(near)}?" if near else ""

    def _brief(self, progress: Progress | None) -> tuple[Brief, tuple[Problem, ...]]:
        from mltui.sources.dvc.history.brief import Brief

        try:
            return self._workspace.data_brief.load(progress), ()
        except SourceError as error:
            return Brief({}, {}), (_no_history(error),)


def _no_history(error: SourceError) -> Problem:
    return Problem("dvc", f"no history of the datasets: {error.summary}", error.hint)
