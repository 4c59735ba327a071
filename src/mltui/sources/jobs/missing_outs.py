"""Outs that a job took away and did not make: DVC removes those of a stage before it runs its command.

git sees nothing of it, as it ignores what DVC tracks; `dvc checkout` brings back what DVC's cache has.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mltui.model.job import Job, JobStep
from mltui.model.job_addresses import own
from mltui.sources.dvc.declared import NOTHING, declared_at
from mltui.sources.dvc.recorded import locked, locked_stage

#: Modes whose stages run in the worktree itself.
IN_WORKTREE = ("in place", "workspace")


def cut_short(job: Job) -> tuple[JobStep, ...]:
    """The stages that `job` began in the worktree and did not finish; () as long as it goes on."""
    if not job.ended or job.spec.mode not in IN_WORKTREE:
        return ()
    return tuple(step for step in job.steps if step.state in ("failed", "stopped"))


def missing_outs(job: Job, top: Path) -> tuple[str, ...]:
    """Paths, from `top`, of outs that dvc.lock has of stages which were cut short, and that are not there now."""
    addresses, root = [own(step.address, job.spec.inside) for step in cut_short(job)], Path(job.spec.cwd)
    found = {os.path.relpath(root / out, top).replace(os.sep, "/") for each in addresses for out in _outs(root, each)}
    return tuple(sorted(path for path in found if not os.path.lexists(top / path)))


def _outs(root: Path, address: str) -> Iterator[str]:
    """Paths relative to `root`, of one stage as dvc.lock has it; of one without an entry, or a .dvc file, none."""
    file, _, name = address.rpartition(":")
    folder = os.path.dirname(file)  # noqa: PTH120 - "." of a name without a directory is no place of DVC's
    said = NOTHING
    with suppress(OSError, ValueError):
        said = declared_at(root / (file or "dvc.yaml"))
    if (raw := locked(root / folder / "dvc.lock").get(name)) is not None:
        yield from (out.path for out in locked_stage(raw, said.place_of(name, folder)).outs)
