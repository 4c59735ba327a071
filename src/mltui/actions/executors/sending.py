"""Which commit a remote job runs, and how it gets there.

A remote clone can only have what git has. A worktree with changes is refused, or, with ``dirty = "commit"``, sent as a
commit that is made with an index of its own: neither the user's index nor his branch knows of it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mltui.actions.executors.box import Box, last_line
from mltui.errors import Refused, SourceError, Unreachable
from mltui.model.job import JobSpec
from mltui.sources.git.command import OPTIONS, environment, git
from mltui.sources.places import Project
from mltui.sources.runner import Done, Runner

#: So much of untracked files is sent with a temporary commit (bytes); more is data that belongs to DVC.
MOST_UNTRACKED = 50 << 20
#: A push may take its time: the first one sends all of the history that the clone lacks (seconds).
PUSH = 600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """`commit` is what runs there, `baseline` the commit of the user's that it stands on: mostly the same."""

    commit: str
    baseline: str


def private_ref(id: str) -> str:
    """The ref under which a job's commit is pushed: no branch, no tag, fetched by nobody."""
    return f"refs/mltui/jobs/{id}"


def experiment_ref(baseline: str, name: str) -> str:
    """DVC's ref of the experiment `name` on a commit."""
    return f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}"


def refusal(project: Project, runner: Runner, spec: JobSpec, options: Mapping[str, object]) -> str | None:
    """Why the commit of such a job can't be sent; None if it can. Raises a `SourceError` if git can't be asked."""
    if project.common_dir is None:
        return "a remote executor needs git, and this project has none"
    if options.get("dirty", "refuse") not in ("refuse", "commit"):
        return f'dirty of the executor is "refuse" or "commit", and is {options["dirty"]!r}'
    if spec.rev is not None or not (changed := _changed(project, runner)):
        return None
    if options.get("dirty") != "commit":
        return f'the worktree has changes ({changed[0]}): commit them, or set dirty = "commit" to send them as they are'
    return None


def commit_to_send(project: Project, runner: Runner, spec: JobSpec, options: Mapping[str, object]) -> Sent:
    """The commit, made if need be. Raises `Refused` if it may not be sent, `SourceError` if git can't make it."""
    if reason := refusal(project, runner, spec, options):
        raise Refused(reason)
    wanted = spec.rev or spec.commit or "HEAD"
    said = git(project, runner, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{wanted}^{{commit}}")
    commit = said.decode().strip()
    if spec.rev is None and options.get("dirty") == "commit" and _changed(project, runner, untracked=True):
        return Sent(_temporary(project, runner, spec, commit), commit)
    return Sent(commit, commit)


def push(project: Project, box: Box, sent: Sent, path: str, id: str) -> None:
    """Push the commit to the private ref of the repository at `path` there. Hooks don't run: DVC's own one would
    push data."""
    argv = ["git", *OPTIONS, "push", "--quiet", "--no-verify", "--no-recurse-submodules", "--"]
    argv += [box.url(path), f"+{sent.commit}:{private_ref(id)}"]
    done = box.runner.run(argv, cwd=project.root, env=_talking(project, box), timeout=PUSH)
    if done.code != 0:
        raise _failed(f"git push to {box.name}:{path}", done)


def fetch(project: Project, box: Box, path: str, ref: str) -> None:
    """Fetch a job's result, `ref` there and here. Raises a `SourceError` if that fails."""
    argv = ["git", *OPTIONS, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--"]
    argv += [box.url(path), f"+{ref}:{ref}"]
    done = box.runner.run(argv, cwd=project.root, env=_talking(project, box), timeout=PUSH)
    if done.code != 0:
        raise _failed(f"git fetch from {box.name}:{path}", done)


def _failed(what: str, done: Done) -> SourceError:
    """git says so if it was ssh that failed."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if "Could not read from remote repository" in done.stderr:
        return Unreachable(f"{what} failed: {lines[0].strip()}")
    return SourceError(f"{what} failed: {last_line(done.stderr)}")


def author(project: Project, runner: Runner) -> list[str]:
    """Options that make git commit in the user's name elsewhere."""
    found = []
    for key, default in (("user.name", "mltui"), ("user.email", "mltui@localhost")):
        said = ""
        with suppress(SourceError):
            said = git(project, runner, "config", "--get", "--", key).decode().strip()
        found += ["-c", f"{key}={said or default}"]
    return found


def _talking(project: Project, box: Box) -> Mapping[str, str | None]:
    """The environment of a git that may talk to that box, and to no other."""
    protocol = "ssh" if box.host else "file"
    return {**environment(project), **box.git_environment(), "GIT_ALLOW_PROTOCOL": protocol}


def _changed(project: Project, runner: Runner, *, untracked: bool = False) -> list[str]:
    """Names of what differs from HEAD."""
    kinds = "--untracked-files=all" if untracked else "--untracked-files=no"
    said = git(project, runner, "status", "--porcelain", "-z", "--no-renames", kinds)
    return [entry[3:] for entry in said.decode(errors="replace").split("\0") if entry]


def _temporary(project: Project, runner: Runner, spec: JobSpec, head: str) -> str:
    """The worktree as a commit on top of `head` that no ref names."""
    _refuse_large(project, runner)
    with tempfile.TemporaryDirectory(prefix="mltui-index-") as name:
        index = Path(name) / "index"
        if project.git_dir is not None and (project.git_dir / "index").is_file():
            shutil.copyfile(project.git_dir / "index", index)  # with its stats: only what moved is read
        env = {**environment(project), "GIT_INDEX_FILE": str(index)}

        def ask(*args: str) -> str:
            done = runner.run(["git", *OPTIONS, *args], cwd=project.root, env=env, timeout=PUSH)
            if done.code != 0:
                raise SourceError(f"git {args[0]} failed: {last_line(done.stderr)}")
            return done.stdout.decode().strip()

        ask("add", "--all", "--", ":/")
        tree = ask("write-tree")
        done = runner.run(
            ["git", *OPTIONS, *author(project, runner), "commit-tree", "-p", head, "-m", f"mltui: {spec.id}", tree],
            cwd=project.root,
            env=env,
        )
        if done.code != 0:
            raise SourceError(f"git commit-tree failed: {last_line(done.stderr)}")
        return done.stdout.decode().strip()


def _refuse_large(project: Project, runner: Runner) -> None:
    names = git(project, runner, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    total, largest = 0, (0, "")
    for name in filter(None, names):
        with suppress(OSError):
            size = (project.root / name.decode(errors="surrogateescape")).lstat().st_size
            total += size
            largest = max(largest, (size, name.decode(errors="replace")))
    if total > MOST_UNTRACKED:
        raise Refused(
            f"untracked files of {total >> 20} MB would be committed, the largest is {largest[1]}",
            "dvc add what is data, name the rest in .gitignore",
        )
