"""The search for stores in a repository: breadth first, within CONTRACT's bounds, looking at names, sizes and stats.

A file that could be a SQLite database is only listed here (by its first 16 bytes); whether it has MLflow's tables is
asked later. A directory is a file store if one of its children has a ``meta.yaml`` that names an ``experiment_id``.
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mltui.errors import SourceError
from mltui.sources.mlflow.sqlite.file import MAGIC, read_head

DEPTH = 6
ENTRIES = 20_000
SECONDS = 0.2
#: Looked at whatever the time: a cold disk or a busy machine must not hide what lies at the top.
UNTIMED_ENTRIES = 300

#: Never gone into: tools' own, caches, environments, artifacts.
SKIPPED = frozenset(
    (
        ".git",
        ".hg",
        ".svn",
        ".dvc",
        "node_modules",
        "__pycache__",
        "site-packages",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".ipynb_checkpoints",
        "mlartifacts",
        "artifacts",
    )
)
#: A virtual environment or conda environment has one of these.
ENVIRONMENT_MARKS = frozenset(("pyvenv.cfg", "conda-meta"))
#: Files with these endings and a name like MLflow's own are listed even if they are no (whole) database.
DATABASE_ENDINGS = (".db", ".sqlite", ".sqlite3", ".db3")
LIKELY = re.compile(r"mlflow|mlruns", re.IGNORECASE)
#: A store with MLflow's tables is larger, and SQLite files are whole pages, of at least 512 bytes.
SMALLEST_DATABASE = 16 << 10
PAGE_BYTES = 512
#: Text in which a tracking URI may be named.
CODE_ENDINGS = (".py", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".sh")

_EXPERIMENT = re.compile(rb"^experiment_id\s*:", re.MULTILINE)
_RUN = re.compile(rb"^run_(?:id|uuid)\s*:", re.MULTILINE)
_OUTS = re.compile(
    r"^(?P<indent>[ ]*)outs(?:_no_cache|_persist)*:[ ]*\n(?P<items>(?:(?P=indent)[ ]*-.*\n|(?P=indent)[ ]{2,}.*\n)+)",
    re.MULTILINE,
)
_ITEM = re.compile(r"^[ ]*-[ ]+['\"]?(?:path:[ ]*)?([^'\":#\n{}$]+)", re.MULTILINE)


@dataclass(slots=True)
class Walk:
    """What one search found. `directories` are those looked into, with their mtime (ns): they tell if it stands."""

    databases: list[str] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    directories: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    seconds: float = 0.0
    complete: bool = True


def walk(root: Path, seconds: float = SECONDS) -> Walk:
    """Search `root`. Never fails: what can't be listed is not looked into."""
    start = time.monotonic()
    found = Walk()
    queue: deque[tuple[str, int]] = deque([(str(root), 0)])
    while queue:
        path, depth = queue.popleft()
        overdue = time.monotonic() - start > seconds and found.entries > UNTIMED_ENTRIES
        if found.entries >= ENTRIES or overdue:
            found.complete = False
            break
        if _inside(path, found.trees):
            continue
        queue.extend((child, depth + 1) for child in _look(path, found) if depth < DEPTH)
    found.trees = [tree for tree in found.trees if not _inside(tree, [one for one in found.trees if one != tree])]
    found.seconds = time.monotonic() - start
    return found


def _look(path: str, found: Walk) -> Iterator[str]:
    """Look at the entries of one directory; give the directories to look into next."""
    try:
        with os.scandir(path) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        found.directories[path] = Path(path).stat().st_mtime_ns
    except OSError:
        return
    found.entries += len(entries)
    names = {entry.name for entry in entries}
    if names & ENVIRONMENT_MARKS:
        return
    if "meta.yaml" in names and (tree := _tree_of(path)):
        found.trees.append(tree)
        return
    outs = _outs(path, names)
    for entry in entries:
        if entry.is_symlink() and entry.name not in ("mlruns", "mlflow.db"):
            continue
        if entry.name in outs or f"{entry.name}.dvc" in names:
            continue
        if entry.is_dir():
            if entry.name not in SKIPPED:
                yield entry.path
        elif not entry.is_file():  # a pipe or a socket: opening it would wait for ever
            continue
        elif entry.name.endswith(CODE_ENDINGS):
            found.code.append(entry.path)
        elif _maybe_database(entry):
            found.databases.append(entry.path)


def _tree_of(path: str) -> str | None:
    """The file store that a directory with a ``meta.yaml`` belongs to."""
    meta = Path(path, "meta.yaml")
    if not meta.is_file():
        return None
    try:
        with meta.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return None
    if not _EXPERIMENT.search(head):
        return None
    tree = Path(path).parent
    if _RUN.search(head):  # a run whose experiment has lost its own meta.yaml
        tree = tree.parent
    return str(tree.parent if tree.name == ".trash" else tree)


def _maybe_database(entry: os.DirEntry[str]) -> bool:
    try:
        size = entry.stat().st_size
    except OSError:
        return False
    if LIKELY.search(entry.name) and entry.name.endswith(DATABASE_ENDINGS):
        return True
    if size < SMALLEST_DATABASE or (size % PAGE_BYTES and not entry.name.endswith(DATABASE_ENDINGS)):
        return False  # one cut short has any size
    try:
        return read_head(Path(entry.path), len(MAGIC)) == MAGIC
    except SourceError:
        return False


def _outs(path: str, names: set[str]) -> set[str]:
    """Names in this directory that its ``dvc.yaml`` lists as outputs; data may be anything and any number of files.

    Looked for in the text: this comes before the first frame, and importing YAML takes its time.
    """
    declared = Path(path, "dvc.yaml")
    if "dvc.yaml" not in names or not declared.is_file():
        return set()
    try:
        text = declared.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    items = (item for block in _OUTS.finditer(text) for item in _ITEM.findall(block["items"]))
    return {item.strip().rstrip("/").removeprefix("./") for item in items}


def _inside(path: str, trees: list[str]) -> bool:
    return any(path == tree or path.startswith(tree + os.sep) for tree in trees)
