"""Which DVC projects there are, and which of DVC's files: by git's listing, else by a bounded walk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mltui.errors import SourceError
from mltui.sources.dvc.listing import LISTING
from mltui.sources.git.command import git
from mltui.sources.places import Project, is_home
from mltui.sources.runner import Runner

#: Bounds of the walk without git, as for discovery of stores (CONTRACT, Defaults).
DEPTH = 6
ENTRIES = 20_000
SKIPPED = frozenset({".git", "node_modules", "__pycache__", "site-packages", ".venv", "venv", "mlruns", "mlartifacts"})


@dataclass(frozen=True, slots=True)
class Tree:
    """DVC's projects (absolute, parents first) and files (relative to the project's root, sorted)."""

    roots: tuple[str, ...]
    files: tuple[str, ...]

    def of(self, root: str, top: str) -> tuple[str, ...]:
        """The files that belong to one of the roots, and to none below it."""
        return tuple(file for file in self.files if self.owner(os.path.join(top, file)) == root)  # noqa: PTH118

    def owner(self, path: str) -> str | None:
        """The innermost root above an absolute path."""
        holding = [root for root in self.roots if path.startswith(os.path.join(root, ""))]  # noqa: PTH118
        return max(holding, key=len, default=None)


def find(project: Project, runner: Runner) -> Tree:
    """What is there now. Never raises: without an answer of git's it walks. Of a server nothing lies here."""
    if project.server:
        return Tree((), ())
    names = _listed(project, runner)
    if names is None:
        names = _walked(project.root)
    wanted = sorted(name for name in set(names) if _is_dvcs(name))
    top = str(project.root)
    candidates = {str(project.root / name.removesuffix("/config")) for name in wanted if name.endswith(".dvc/config")}
    candidates.update(str(folder / ".dvc") for folder in _between(project.start, project.root))
    roots = sorted(str(Path(candidate).parent) for candidate in candidates if Path(candidate).is_dir())
    inside = [root for root in roots if root == top or root.startswith(os.path.join(top, ""))]  # noqa: PTH118
    return Tree(tuple(inside), tuple(wanted))


def _is_dvcs(name: str) -> bool:
    base = name.rpartition("/")[2]
    return base in ("dvc.yaml", "dvc.lock", "Dvcfile", ".dvcignore") or base.endswith(".dvc") or _is_config(name)


def _is_config(name: str) -> bool:
    return name == ".dvc/config" or name.endswith("/.dvc/config")


def _between(start: Path, root: Path) -> list[Path]:
    """`root` and the directories from it down to `start`."""
    folders = [folder for folder in (start, *start.parents) if folder.is_relative_to(root)]
    return folders or [root]


def _listed(project: Project, runner: Runner) -> list[str] | None:
    if project.git_dir is None:
        return None
    try:
        raw = git(project, runner, *LISTING)
    except SourceError:
        return None  # bare, dubious ownership: the git panel tells
    return [os.fsdecode(name) for name in raw.split(b"\0") if name]


def _walked(root: Path) -> list[str]:
    if is_home(root) or root == Path(root.anchor):
        return []  # somebody's whole life is no project
    found: list[str] = []
    left, folders = ENTRIES, [("", 0)]
    while folders and left > 0:
        folder, depth = folders.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError:
            continue
        left -= len(entries)
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            if not entry.is_dir(follow_symlinks=False):
                found.append(name)
            elif entry.name == ".dvc":
                found.append(f"{name}/config")
            elif depth < DEPTH and entry.name not in SKIPPED:
                folders.append((name, depth + 1))
    return found
