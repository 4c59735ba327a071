"""``dvc repro`` in a linked worktree of another commit: a child of the project's interpreter.

    python rev_child.py --state DIR --rev COMMIT [--link PATH]… [--collect] -- repro …

The worktree lies below .dvc/tmp, where DVC runs its own experiments; it shares the project's cache, and has the
project's own .dvc/config.local. Its dvc.lock and metrics are copied into the job's directory, runs are brought home,
and then it is removed, after a stop too; after a failure it stays, and the command that removes it is printed. It runs
where it stands in the project: from the directory of a DVC project inside the repository, in the same one there.
Standard library and dvc.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

if __package__:
    from . import elsewhere
    from . import runner_turn as turns
else:
    import elsewhere  # type: ignore[import-not-found,no-redef]
    import runner_turn as turns  # type: ignore[import-not-found,no-redef]

#: No hook of the repository runs, and nothing is asked.
GIT = ("git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")


def main() -> int:
    asked, command = elsewhere.arguments(__doc__ or "", rev=True)
    home = _git("rev-parse", "--show-toplevel")
    root = turns.dvc_root(os.getcwd())
    if home is None or root is None:
        print("ERROR: no git repository with a DVC project here", flush=True)
        return 3
    inside = os.path.relpath(os.getcwd(), home)
    place = os.path.join(root, ".dvc", "tmp", "mltui", os.path.basename(elsewhere.directory(asked.state)))
    remove = (*GIT[:1], "-C", home, "worktree", "remove", "--force", place)
    if os.path.lexists(place):
        print(f"ERROR: {place} is there already", flush=True)
        return 3
    code, stands = 1, False
    try:
        with elsewhere.uninterrupted():  # the whole worktree or none: whoever stops it here has it taken away below
            stands = subprocess.call((*GIT, "worktree", "add", "--detach", "--quiet", place, asked.rev)) == 0
        if not stands:
            return 3
        os.chdir(os.path.join(place, inside))
        prepare(root, os.path.join(place, os.path.relpath(root, home)), home, place, asked)
        code = run(command)
        keep(elsewhere.directory(asked.state), place)
    finally:
        if stands:
            with elsewhere.uninterrupted():
                take_away(home, place, remove, asked, code)
    return code


def take_away(home: str, place: str, remove: Sequence[str], asked: Any, code: int) -> None:
    """Bring home what was logged there, and remove the worktree, if nobody is to look at it."""
    whole = elsewhere.bring_home(place, home, asked)
    os.chdir(home)
    stopped = os.path.exists(os.path.join(elsewhere.directory(asked.state), "stop.json"))
    if whole and (code == 0 or stopped):
        subprocess.call((*GIT, *remove[1:]))
    else:
        elsewhere.say(f"{place} stays; this removes it: {shlex.join(remove)}")


def prepare(root: str, there: str, home: str, place: str, asked: Any) -> None:
    """The project's own settings with the place of its cache, the links, and the data that DVC has."""
    from configobj import ConfigObj  # DVC's own reader and writer of its settings
    from dvc.cli import main as dvc
    from dvc.config import Config
    from dvc.repo import Repo

    with contextlib.closing(Repo(root)) as repo:
        cache = repo.cache.local_cache_dir
    settings = ConfigObj(Config(os.path.join(root, ".dvc"), validate=False).read("local"), list_values=False)
    settings.setdefault("cache", {})["dir"] = cache
    settings.filename = own_file(os.path.join(there, ".dvc", "config.local"))
    settings.write()
    elsewhere.link(home, place, asked.link)
    dvc(["checkout", "--quiet", "--allow-missing"])


def own_file(path: str) -> str:
    """A new file for its owner alone, as it may hold a login; a link that the commit has in its place is taken away."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def run(command: list[str]) -> int:
    from dvc.cli import main as dvc

    return int(dvc(command) or 0)


def keep(folder: str, place: str) -> None:
    """What it made: each dvc.lock as it is now, and the metrics."""
    from dvc.repo import Repo
    from dvc.repo.metrics.show import _collect_top_level_metrics

    with contextlib.closing(Repo()) as repo:
        paths = [out.fs_path for out in repo.index.outs if getattr(out, "metric", None)]
        paths += [os.path.join(repo.root_dir, path) for path in _collect_top_level_metrics(repo)]
    for path in _locks(place):
        _copy(path, os.path.join(folder, "made", os.path.relpath(path, place)))
    for path in dict.fromkeys(paths):
        if os.path.isfile(path):
            _copy(path, os.path.join(folder, "metrics", os.path.relpath(path, place)))


def _locks(place: str) -> list[str]:
    found = subprocess.run(
        (*GIT, "-C", place, "ls-files", "-z", "--cached", "--others", "--", "dvc.lock", "*/dvc.lock"),
        stdout=subprocess.PIPE,
        check=False,
    )
    return [os.path.join(place, os.fsdecode(each)) for each in found.stdout.split(b"\0") if each]


def _copy(source: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(source, target)


def _git(*words: str) -> str | None:
    done = subprocess.run((*GIT, *words), stdout=subprocess.PIPE, check=False)
    return os.fsdecode(done.stdout).rstrip("\n") if done.returncode == 0 else None


if __name__ == "__main__":
    sys.path.pop(0)  # dvc is not to find our files by its own names
    sys.exit(main())
