"""What jobs leave in a clone: which go on there, and how much is left of those that ended.

``python3 - list JOBS`` prints the directories below JOBS of jobs that have not ended; ``left CLONE JOBS ID…`` what is
left of those that have, as JSON. It is fed to a Python there, so it is one file by itself: standard library only,
Python 3.8 and later.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Sequence

GIT = ("git", "-c", "core.hooksPath=/dev/null")
ENDED = ("finished", "failed", "stopped", "lost")


def main(argv: Sequence[str]) -> int:
    if argv[0] == "list":
        return listing(Path(argv[1]))
    print(json.dumps([found for id in argv[3:] if (found := left(argv[1], Path(argv[2]), id))]))
    return 0


def listing(jobs: Path) -> int:
    for state in sorted(jobs.glob("*/state.json")):
        try:
            said = json.loads(state.read_text())["state"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if said not in ENDED:
            print(state.parent)
    return 0


def left(clone: str, jobs: Path, id: str) -> dict[str, Any]:
    """What is left of a job, an empty object if nothing is: {id, size (bytes, all of it), worktree ("": gone), files
    (in it, that no commit has), ref (its private one, "": gone), over (it has ended, and nothing of it lives)}."""
    folder, ref = jobs / id, f"refs/mltui/jobs/{id}"
    asked = [*GIT, "-C", clone, "rev-parse", "--verify", "--quiet", ref]
    if subprocess.run(asked, stdout=subprocess.PIPE, check=False).returncode != 0:
        ref = ""
    if not folder.is_dir():
        return {"id": id, "size": 0, "worktree": "", "files": [], "ref": ref, "over": True} if ref else {}
    argv = [sys.executable, str(folder / "runner.py"), "status", str(folder)]
    done = subprocess.run(argv, stdout=subprocess.PIPE, check=False)
    try:
        state = json.loads(done.stdout)
    except ValueError:
        state = {"state": "not known"} if (folder / "runner.py").exists() else {}
    tree = folder / "worktree"
    asked = [*GIT, "-C", str(tree), "status", "--porcelain", "-z", "--ignored", "--no-renames"]
    rows = os.fsdecode(subprocess.run(asked, stdout=subprocess.PIPE, check=False).stdout if tree.is_dir() else b"")
    names = [row[3:] for row in rows.split("\0") if row and not row[3:].startswith(".dvc/")]
    files = [name for name in names if os.path.lexists(os.path.join(tree, name))]  # what is deleted is in the commit
    return {
        "id": id,
        "size": disk(folder),
        "worktree": str(tree) if tree.is_dir() else "",
        "files": files,
        "ref": ref,
        "over": state.get("state", "lost") in ENDED and not state.get("alive"),
    }


def disk(folder: Path) -> int:
    """How much is in a directory (bytes); what is only linked to is not."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
