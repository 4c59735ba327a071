"""The line of commits that HEAD was: one ``git rev-list --first-parent``, 30 ms for 20,000 commits.

With the commits that merges brought in, those of one branch stand together before its merge (``--topo-order``).
"""

from __future__ import annotations

from collections.abc import Collection

from mltui.errors import NotFound
from mltui.model.trend import TimeLine
from mltui.sources.git.command import attempt, failure, git
from mltui.sources.git.files import seconds_to_ms
from mltui.sources.places import Project
from mltui.sources.runner import Runner

_TIMEOUT_S = 120.0
#: Commits that are not here, of a partial clone, before the rest is not asked for.
_RESTARTS = 20


def read_line(project: Project, runner: Runner, *, merged: bool = False) -> TimeLine:
    """HEAD's line, oldest first; `merged` adds what merges brought in.

    Raises `NotFound` outside git and before the first commit.
    """
    if project.git_dir is None or project.common_dir is None:
        raise NotFound(
            "a trend needs a git history, and there is no git repository here",
            "mltui runs lists what each run reached; -C PATH names another project",
        )
    which = "--topo-order" if merged else "--first-parent"
    asked = ("rev-list", which, "--timestamp", "--reverse", "HEAD", "--")
    done = attempt(project, runner, *asked, timeout=_TIMEOUT_S)
    if done.code:
        unborn = attempt(project, runner, "rev-parse", "--verify", "--quiet", "HEAD").code != 0
        raise (
            NotFound("a trend needs a git history, and there is no commit yet", "git commit")
            if unborn
            else failure(done)
        )
    words = done.stdout.decode().split()
    cut = (project.common_dir / "shallow").is_file()
    return TimeLine(tuple(words[1::2]), tuple(map(seconds_to_ms, words[::2])), cut, merged)


def whereabouts(project: Project, runner: Runner, shas: Collection[str]) -> dict[str, str]:
    """Where commits are that are not on the line: ``merged`` into HEAD, ``elsewhere`` in this clone, ``absent``.

    `shas` are as runs have them: they may be shortened, or be no hash at all.
    """
    hashes = [sha for sha in shas if sha.isalnum() and sha.isascii()]
    there = _names(project, runner, hashes)
    reached: frozenset[str] = frozenset()
    if there:
        reached = frozenset(git(project, runner, "rev-list", "HEAD", "--", timeout=_TIMEOUT_S).decode().split())
    return {sha: "absent" if sha not in there else "merged" if there[sha] in reached else "elsewhere" for sha in shas}


def _names(project: Project, runner: Runner, hashes: list[str]) -> dict[str, str]:
    """The full hashes of the commits that are here. In a partial clone git dies of the first that is not."""
    found: dict[str, str] = {}
    rest = hashes
    for _ in range(_RESTARTS):
        if not rest:
            break
        asked = "".join(f"{sha}^{{commit}}\n" for sha in rest).encode()
        done = attempt(project, runner, "cat-file", "--batch-check=%(objectname)", stdin=asked, timeout=_TIMEOUT_S)
        answers = done.stdout.decode(errors="replace").splitlines()
        found |= {sha: name for sha, name in zip(rest, answers, strict=False) if name and " " not in name}
        rest = rest[len(answers) + 1 :] if done.code else []
    return found
