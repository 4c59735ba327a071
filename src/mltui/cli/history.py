"""`mltui history`: commits with what came out of them, for people and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.cli.as_of import at_document, opened_then, unknown_then
from mltui.cli.exits import OK
from mltui.cli.known import Known, part_then, read_known, scene_of
from mltui.cli.opening import open_told
from mltui.cli.progress import Counted
from mltui.cli.saying import say, say_each
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, use_utf8, write
from mltui.errors import SourceError, UsageError
from mltui.model.git import Commit, CommitDetail, History
from mltui.model.part import Part, Problem
from mltui.model.traces import Traces, traces
from mltui.present.text import Span, line, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mltui.cli.options import Options
    from mltui.model.dvc import Dataset
    from mltui.sources.workspace import Workspace

#: Commits that a terminal is shown unasked; a pipe gets all.
MOST = 30


@dataclass(frozen=True)
class HistoryAsked:
    """The options of `mltui history`. `commit` is one that is looked at whole, `at` another time than now."""

    commit: str | None = None
    limit: int | None = None
    at: str | None = None
    json: bool = False


def print_history(options: Options, asked: HistoryAsked) -> int:
    """Print the commits and return the exit code. Raises `NotFound` outside git, `UsageError` for what is no commit."""
    stop_between_reads()
    workspace = open_told(options)
    try:
        sha = _named(workspace, asked.commit) if asked.commit is not None else None
        workspace = opened_then(workspace, asked.at)
        shown, whole = (_listed(workspace, asked), None) if sha is None else _one(workspace, sha)
        known, datasets, problems = _beside(workspace)
        made = traces(known.runs, datasets, known.models)
        problems = (*problems, *unknown_then(workspace))
        if asked.json:
            from mltui.cli.machine import write_json
            from mltui.present.history_document import history_document

            details = {whole.sha: whole} if whole else {}
            scene, at = scene_of(workspace, known), at_document(workspace.as_of)
            complete = shown.complete and asked.commit is None
            write_json(
                history_document(shown.commits, made, scene, problems, complete=complete, at=at, details=details)
            )
        else:
            _print_text(workspace, shown, made, known, whole)
        say_each(problems)
        return OK
    finally:
        workspace.close()


def _listed(workspace: Workspace, asked: HistoryAsked) -> History:
    """The newest commits, as many as were asked for."""
    limit = asked.limit if asked.limit is not None or asked.json or not is_terminal() else MOST
    source = workspace.history
    found = source.load()
    shown = _then(workspace, found)
    while not found.complete and (limit is None or len(shown.commits) < limit):
        found = source.more(None if limit is None or workspace.as_of else limit - len(found.commits))
        shown = _then(workspace, found)
    commits = shown.commits[:limit]
    return History(commits, found.complete and len(commits) == len(shown.commits))


def _then(workspace: Workspace, found: History) -> History:
    return part_then(workspace, Part("history", found)).value or History((), True)


def _named(workspace: Workspace, word: str) -> str:
    """The full id of the commit that a word names. Raises `UsageError` if it names none, `NotFound` outside git."""
    if workspace.project.git_dir is None:
        workspace.history.load()  # which says so
    return workspace.datasets.commit(word)


def _one(workspace: Workspace, sha: str) -> tuple[History, CommitDetail]:
    """One commit whole. Raises `UsageError` if it is none of then."""
    from mltui.sources.git.detail import commit_detail
    from mltui.sources.git.refs import read_refs

    project = workspace.project
    whole = commit_detail(project, sha)
    refs = tuple(ref for ref in read_refs(project, workspace.runner) if ref.sha == whole.sha)
    subject = " ".join(whole.message.strip().partition("\n\n")[0].splitlines())  # as git's %s
    commit = Commit(
        whole.sha, whole.parents, whole.author, whole.email, whole.author_time, whole.time, subject, refs
    )  # fmt: skip
    found = _then(workspace, History((commit,), True))
    if not found.commits and workspace.as_of is not None:
        raise UsageError(
            f"{sha[:7]} was not there as of {workspace.as_of.said}", "it came later: without --at it is here"
        )
    return found, whole


def _beside(workspace: Workspace) -> tuple[Known, Sequence[Dataset], tuple[Problem, ...]]:
    """What commits are joined with: runs, models, the datasets of the worktree (of then), and what stood in the way."""
    known = read_known(workspace)
    try:
        with Counted("reading DVC's files of all commits") as counted:
            found = workspace.datasets.load(counted.tell)
    except SourceError as error:
        return known, (), (*known.problems, Problem("dvc", error.summary, error.hint))
    then = workspace.as_of is not None
    datasets = [one.dataset for one in found.datasets if then or one.where == "worktree"]
    return known, datasets, (*known.problems, *found.problems)


def _print_text(workspace: Workspace, shown: History, made: Traces, known: Known, whole: CommitDetail | None) -> None:
    from mltui.present.history import commit_detail, commit_rows
    from mltui.present.table_text import table_text

    use_utf8()
    scene = scene_of(workspace, known)
    if whole is not None:
        (commit,) = shown.commits
        title = line(Span(safe(commit.subject) or commit.sha, "title"))
        write([title, *commit_detail(commit, whole, made.of(commit.sha), scene)], cut=False)
        return
    if not shown.commits:
        say("nothing was committed then" if workspace.as_of else "nothing was committed here yet")
        return
    write(table_text(commit_rows(shown.commits, made, scene), columns() if is_terminal() else None))
    if not shown.complete and is_terminal():
        say("there are older ones", "a larger --limit shows them")
