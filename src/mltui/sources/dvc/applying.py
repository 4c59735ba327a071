"""What ``dvc exp apply`` would do to the worktree, read beforehand.

It puts all that differs from HEAD, untracked files too, into a stash (refs/exps/apply/stash), makes the worktree that
of the experiment, and takes back from the stash only what the experiment does not have. It never refuses.
"""

from __future__ import annotations

import os

from mltui.model.applying import Applying
from mltui.sources.git.command import arguments, environment, git
from mltui.sources.git.own_index import told
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: How DVC's stash is taken back, as DVC itself says.
WAY_BACK = ("git reset --hard", "git stash apply refs/exps/apply/stash")
#: What git is in the middle of, by the file that says so.
_MIDST = {
    "MERGE_HEAD": "a merge", "CHERRY_PICK_HEAD": "a cherry-pick", "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase", "rebase-apply": "a rebase",
}  # fmt: skip


def applying(project: Project, runner: Runner, commit: str) -> Applying:
    """Raises a `SourceError` if git can't tell."""
    changes = _names(git(project, runner, "diff", "--name-only", "--no-renames", "-z", "HEAD", commit, "--"))
    dirty = _names(told(project, runner, "--name-only", "--no-renames", "-z", "HEAD", "--"))
    loose = _names(git(project, runner, "ls-files", "--others", "--exclude-standard", "-z"))
    there = set(_names(git(project, runner, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)))
    other = set(_names(told(project, runner, "--name-only", "--no-renames", "-z", commit, "--")))
    overwritten = [path for path in dirty if path in there and path in other]
    overwritten += [path for path in loose if path in there]
    kept = [path for path in dirty if path not in there]
    back = {*changes, *dirty, *loose} - there if dirty or loose else ()  # what DVC copies out of its stash
    unspoken = sorted(path for path in back if not _is_utf8(path))
    size = sum(_size(project, path) for path in loose)
    return Applying(tuple(changes), tuple(sorted(overwritten)), tuple(kept), size, tuple(unspoken))


def differing(project: Project, runner: Runner, commit: str) -> tuple[str, ...]:
    """Files of `commit` that are otherwise in the worktree or not there: () after it was applied."""
    raw = told(project, runner, "--name-status", "--no-renames", "-z", commit, "--")
    words = raw.decode(errors="surrogateescape").split("\0")
    pairs = list(zip(words[::2], words[1::2], strict=False))
    missing = [path for state, path in pairs if state == "D" and not os.path.lexists(project.root / path)]
    return tuple([path for state, path in pairs if state in ("M", "T")] + missing)


def in_the_midst(project: Project) -> str:
    """What git is in the middle of in this worktree: "a merge"; "" if nothing."""
    folder = project.git_dir
    return next((what for name, what in _MIDST.items() if folder and (folder / name).exists()), "")


def nobody(project: Project, runner: Runner) -> bool:
    """Whether DVC does not know who works here, without which it can't stash changes: libgit2 reads variables and
    configuration files, and not those that GIT_CONFIG_GLOBAL and the like name."""
    if all(os.environ.get(f"GIT_{whose}_{what}") for whose in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")):
        return False
    env = {**environment(project), "GIT_CONFIG_GLOBAL": None, "GIT_CONFIG_COUNT": None, "GIT_CONFIG_PARAMETERS": None}
    for key in ("user.name", "user.email"):
        done = runner.run(arguments("config", "--get", key), cwd=project.root, env=env, reading=True)
        if done.code or not done.stdout.strip():
            return True
    return False


def is_dirty(project: Project, runner: Runner) -> bool:
    """Whether there are changes or untracked files."""
    return bool(git(project, runner, "status", "--porcelain", "-z").strip())


def _names(raw: bytes) -> list[str]:
    return [os.fsdecode(name) for name in raw.split(b"\0") if name]


def _is_utf8(path: str) -> bool:
    """Whether pygit2 can be told such a name: the thread that reads the blob dies of another, and its reader waits."""
    return all(not "\ud800" <= letter <= "\udfff" for letter in path)


def _size(project: Project, path: str) -> int:
    try:
        return (project.root / path).lstat().st_size
    except OSError:
        return 0
