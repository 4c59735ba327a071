"""What comes of a remote job: a commit that is an experiment of DVC's, and its data in DVC's remote.

A standard-library file for Python 3.8 and later that goes where `far.py` goes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

if __package__:
    from .far_git import GIT, git
else:  # run on another box
    from far_git import GIT, git  # type: ignore[import-not-found,no-redef]

#: A path that dvc.lock names: of a dependency or an out, as it writes them.
NAMED = re.compile(r"^\s*-? ?path: (.+?)\s*$", re.MULTILINE)
#: What dvc.lock says of each dependency and out: its hash and its size.
HASHES = re.compile(r"^\s*md5: ([0-9a-f]+(?:\.dir)?)\n\s*size: (\d+)", re.MULTILINE)


def keep_result(order: dict[str, Any], tree: Path, result: dict[str, Any]) -> None:
    """What it changed as a commit on top of the one that was sent, and that as an experiment of DVC's."""
    git(str(tree), "add", "--update")
    new = [name for name in untracked(tree) if is_result(name, named_by_locks(tree))]
    for start in range(0, len(new), 200):
        git(str(tree), "add", "--", *new[start : start + 200])
    content = git(str(tree), "write-tree")
    if content == git(str(tree), "rev-parse", f"{order['baseline']}^{{tree}}"):
        result["notes"].append("nothing changed: there is no result to keep")
        return
    message = f"dvc: commit experiment {order['id']}"
    commit = git(str(tree), *order["author"], "commit-tree", "-p", order["commit"], "-m", message, content)
    base = order["baseline"]
    git(str(tree), "update-ref", f"refs/exps/{base[:2]}/{base[2:]}/{order['name']}", commit, "0" * len(commit))
    result.update(experiment=order["name"], commit=commit)
    print(f"Ran experiment(s): {order['name']}", flush=True)  # in DVC's words, which the runner knows


def untracked(tree: Path) -> list[str]:
    return [name for name in git(str(tree), "ls-files", "--others", "--exclude-standard", "-z").split("\0") if name]


def named_by_locks(tree: Path) -> set[str]:
    """What the lock files of the worktree name, from the worktree's top."""
    found = set()
    for lock in tree.glob("**/dvc.lock"):
        for quoted in NAMED.findall(lock.read_text(errors="surrogateescape")):
            name = json.loads(quoted) if quoted.startswith('"') else quoted.strip("'").replace("''", "'")
            found.add(os.path.normpath(os.path.join(os.path.relpath(lock.parent, tree), name)))
    return found


def is_result(name: str, named: set[str]) -> bool:
    """Whether an untracked file belongs to the result: DVC's own files, and outs that git is to keep."""
    base = os.path.basename(name)
    if base in ("dvc.lock", ".gitignore") or base.endswith(".dvc"):
        return True
    return any(name == each or name.startswith(each + "/") for each in named)


def only_here(order: dict[str, Any], tree: Path, cache: str) -> int:
    """How much the cache has of what the job's lock files name and those of the commit that was sent do not (bytes)."""
    total = 0
    for lock in tree.glob("**/dvc.lock"):
        path = os.path.relpath(lock, tree)
        asked = [*GIT, "-C", str(tree), "show", f"{order['commit']}:{path}"]
        done = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        former = done.stdout.decode(errors="replace")
        new = set(HASHES.findall(lock.read_text(errors="replace"))) - set(HASHES.findall(former))
        there = [hash for hash, _ in new if os.path.exists(os.path.join(cache, "files", "md5", hash[:2], hash[2:]))]
        total += sum(int(count) for hash, count in new if hash in there)
    return total


def size(count: int) -> str:
    """Bytes for a person."""
    value, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
