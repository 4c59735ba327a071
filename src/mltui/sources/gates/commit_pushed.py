"""The gate ``commit pushed``: the commit that a version was made at is where colleagues can have it."""

from __future__ import annotations

from mltui.model.gates import Gate, GateResult
from mltui.model.shell import quote
from mltui.sources.gates.branch import REMOTES, main_remote
from mltui.sources.gates.subject import Subject
from mltui.sources.git.command import git, lines


def commit_pushed(gate: Gate, subject: Subject) -> GateResult:
    """Whether a branch of the remote contains the commit, as it was last fetched or pushed; nothing is asked now.

    Of a run with uncommitted changes it is the commit that has its results: the other one is not what ran.
    """
    project, runner = subject.workspace.project, subject.workspace.runner
    if project.git_dir is None:
        return GateResult(gate, "unknown", why="there is no git repository here")
    sha, words, trouble = subject.standing_commit()
    if sha is None:
        return GateResult(gate, "unknown", subject=words, why=trouble)
    tracked = lines(git(project, runner, "for-each-ref", "--format=%(refname)", REMOTES))
    remotes = {*lines(git(project, runner, "remote")), *(name.removeprefix(REMOTES).split("/")[0] for name in tracked)}
    if not remotes:
        return GateResult(gate, "failed", subject=words, why="there is no git remote: git remote add origin URL")
    remote = main_remote(remotes)
    below = f"{REMOTES}{remote}/" if remote else REMOTES
    holding = lines(git(project, runner, "for-each-ref", "--format=%(refname)", "--contains", sha, below))
    holding = [name.removeprefix(REMOTES) for name in holding if not name.endswith("/HEAD")]
    holding.sort(key=lambda name: not name.endswith(("/main", "/master")))
    if holding:
        return GateResult(gate, "passed", f"in {_shown(holding)}", words)
    tags = lines(git(project, runner, "for-each-ref", "--format=%(refname:strip=2)", "--contains", sha, "refs/tags/"))
    where = f"no branch of {remote or 'any remote'} has {sha[:7]}"
    if tags:
        hint = f"git push {quote(remote or 'REMOTE')} {quote(tags[0])}, or a branch with it"
        return GateResult(gate, "failed", subject=words, why=f"{where}; tags may not be pushed: {hint}")
    return GateResult(gate, "failed", subject=words, why=f"{where}: git push, or git fetch if somebody did")


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}"
