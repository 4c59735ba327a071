"""What another directory than the worktree would lack or lose: files that nothing brings, runs logged beside it.

`dvc exp run --temp` and a linked git worktree have what git tracks and what DVC checks out, nothing else.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mltui.model.dvc import Stage
from mltui.sources.git.command import git
from mltui.sources.retrain.code import code_files
from mltui.sources.retrain.relative import relative_stores

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

__all__ = ["relative_stores", "unseen_files"]

#: So many are named; who has more of them has a directory that git should ignore as a whole.
MOST = 100
#: What programs leave beside code, and nobody reads as data.
_LITTER = ("__pycache__", ".ipynb_checkpoints", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".DS_Store")


def unseen_files(workspace: Workspace, stages: Sequence[Stage], links: Sequence[str]) -> tuple[str, ...]:
    """What `stages` read and another directory lacks: ignored or untracked, no out of DVC's, and in none of `links`.

    Paths from the project's root, a directory with "/" behind it where all of it is meant; sorted, at most `MOST`.
    Where there is no git, nothing: nothing can be run elsewhere then. Raises `SourceError` if git can't be asked.
    """
    project = workspace.project
    if project.git_dir is None:
        return ()
    root = str(project.root)
    read = sorted({path for path in _read_by(workspace, stages) if os.path.lexists(os.path.join(root, path))})  # noqa: PTH118
    if not read:
        return ()
    brought = (*_outs(workspace, stages), *(posixpath.normpath(link) for link in links))
    outside = [path for path in read if path.startswith("../")]
    inside = [path for path in read if not path.startswith(("../", "/"))]
    listed: list[str] = []
    if inside:
        options = ("ls-files", "-z", "--others", "--directory", "--no-empty-directory")
        answer = git(project, workspace.runner, *options, "--", *(f":(literal){path}" for path in inside))
        listed = answer.decode(errors="surrogateescape").split("\0")
    found = (path for path in (*listed, *outside) if path and not _is_litter(path))
    return tuple(sorted({path for path in _narrowed(found, inside) if not _is_in(path, brought)}))[:MOST]


def _read_by(workspace: Workspace, stages: Sequence[Stage]) -> Iterator[str]:
    """Deps, files of params, and the scripts that the commands name."""
    for stage in stages:
        yield from (dep.path for dep in stage.deps if "://" not in dep.path)
        yield from (path for path in stage.params or {})
    yield from code_files(workspace.project.root, stages)


def _narrowed(found: Iterable[str], read: Sequence[str]) -> Iterator[str]:
    """Git collapses a directory that holds nothing tracked, also above what is read: then what is read is meant."""
    for path in found:
        below = [each for each in read if path.endswith("/") and each.startswith(path)]
        yield from below or (path,)


def _outs(workspace: Workspace, stages: Sequence[Stage]) -> Iterator[str]:
    """What DVC brings or makes: outs of all stages and of .dvc files."""
    pipeline = workspace.pipeline.remembered() or workspace.pipeline.load()
    for stage in (*pipeline.stages, *stages):
        yield from (out.path for out in stage.outs)
    yield from (dataset.path for dataset in pipeline.datasets)


def _is_in(path: str, brought: Iterable[str]) -> bool:
    plain = path.rstrip("/")
    return any(plain == each or plain.startswith(f"{each}/") for each in brought)


def _is_litter(path: str) -> bool:
    return path.endswith((".pyc", ".pyo")) or not set(path.split("/")).isdisjoint(_LITTER)
