"""Which files the stages of a worktree may write: the outs of its dvc.yaml and dvc.lock, and DVC's own files.

Whoever puts back what a job changed touches nothing else: other files that differ may be somebody's work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mltui.sources.dvc.declared import NOTHING, declared_at
from mltui.sources.dvc.recorded import locked, locked_stage


def declared_outs(root: Path, top: Path, directories: frozenset[str] = frozenset()) -> frozenset[str]:
    """Paths relative to `top`, with ``/``. `directories` below `root` are those of stages that ran, besides its own.

    Where a path stands in a template it is only known once dvc.lock has it.
    """
    found: set[str] = set()
    for directory in {"", *directories}:
        base = root / directory
        found |= {_relative(base / out, top) for out in _outs(base) if "${" not in out}
        found |= {_relative(base / "dvc.lock", top), _relative(base / ".gitignore", top)}
    return frozenset(found | {_relative(Path(os.path.dirname(top / each)) / ".gitignore", top) for each in found})  # noqa: PTH120


def _outs(base: Path) -> Iterator[str]:
    """Paths relative to `base`, of its dvc.yaml and dvc.lock; of one that can't be read none."""
    said = NOTHING
    with suppress(OSError, ValueError):
        said = declared_at(base / "dvc.yaml")
    for stage in said.at("").stages.values():
        yield from (out.path for out in stage.made)
    for name, raw in locked(base / "dvc.lock").items():
        yield from (out.path for out in locked_stage(raw, said.place_of(name, "")).outs)


def _relative(path: Path, top: Path) -> str:
    return os.path.relpath(path, top).replace(os.sep, "/")
