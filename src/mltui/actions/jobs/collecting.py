"""Runs that a job logged beside its code, copied home before its directory goes.

A standard-library file for Python 3.8 and later: the children that run jobs elsewhere have it beside them. Run ids stay
what they are, experiments are found by their names, artifacts are copied and what points at them is rewritten. What
can't be copied is kept in the job's directory, and said; no store is ever migrated.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
import shutil
import sqlite3

if __package__:
    from . import collecting_files as files
    from . import collecting_sqlite as database
else:  # run by the path of a child, by the project's own python
    import collecting_files as files  # type: ignore[import-not-found,no-redef]
    import collecting_sqlite as database  # type: ignore[import-not-found,no-redef]

#: Directories that hold no store of a training, and how deep one is looked for.
SKIPPED = frozenset((".git", ".dvc", ".venv", "venv", "node_modules", "__pycache__"))
DEEP = 4


def collect(top: str, home: str, keep: str) -> list[str]:
    """Copy the runs of every store below `top` into the one at the same path below `home`; what was done, in lines."""
    said = []
    for kind, path in stores(top):
        here, there = os.path.join(top, path), os.path.join(home, path)
        try:
            copy = database.collect if kind == "sqlite" else files.collect
            said += [f"{path}: {line}" for line in copy(here, there, top, home)]
        except database.Kept as reason:
            said.append(f"{path}: {reason}; kept as {_kept(here, os.path.join(keep, path))}")
        except (OSError, sqlite3.Error, ValueError) as error:
            said.append(f"{path}: not collected ({error}); kept as {_kept(here, os.path.join(keep, path))}")
    return said or ["no runs were logged beside the code"]


def rescue(top: str, home: str, keep: str) -> list[str]:
    """Keep stores that nobody asked to collect, but for those that git brought here; what was done, in lines."""
    said = []
    for kind, path in stores(top):
        here, there = os.path.join(top, path), os.path.join(home, path)
        if kind == "sqlite" and os.path.isfile(there) and filecmp.cmp(here, there, shallow=False):
            continue
        if kind == "file" and all(os.path.exists(os.path.join(there, run)) for run in files.runs(here)):
            continue
        said.append(f"{path}: runs were logged beside the code; kept as {_kept(here, os.path.join(keep, path))}")
    return said


def stores(top: str) -> list[tuple[str, str]]:
    """("sqlite" or "file", path from `top`) of the stores below it; nothing behind a link, which leads out of it."""
    found = []
    for folder, below, names in os.walk(top):
        inside = os.path.relpath(folder, top)
        if files.is_store(folder):
            found.append(("file", inside))
            below[:] = []
            continue
        depth = 0 if inside == "." else inside.count(os.sep) + 1
        below[:] = [each for each in sorted(below) if each not in SKIPPED and depth < DEEP]
        for name in sorted(names):
            path = os.path.join(folder, name)
            if re.search(r"\.(db|sqlite3?)$", name) and not os.path.islink(path) and database.is_store(path):
                found.append(("sqlite", os.path.relpath(path, top)))
    return found


def _kept(source: str, target: str) -> str:
    """Copy a store as it is to where it stays."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        shutil.copytree(source, target)
        return target
    for end in ("", "-wal", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copy2(source + end, target + end)
    artifacts = os.path.join(os.path.dirname(source), "mlruns")
    if os.path.isdir(artifacts) and not os.path.exists(beside := os.path.join(os.path.dirname(target), "mlruns")):
        shutil.copytree(artifacts, beside)
    return target
