"""Whether the pipeline that is shown belongs to the commit that git says is checked out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline
    from mltui.model.git import GitState
    from mltui.model.part import Part


def at_head(pipeline: Part[Pipeline] | None, git: Part[GitState] | None) -> Part[Pipeline] | None:
    """`pipeline`; not settled where it was read at another commit than HEAD's.

    Git answers sooner than DVC: after a checkout the one tells of the new branch, the other still of the old one. A
    pipeline is read anew whenever HEAD moves.
    """
    if pipeline is None or git is None or pipeline.value is None or git.value is None or git.problem is not None:
        return pipeline
    was, stands = pipeline.value.commit, git.value.commit
    if was is None or stands is None or was == stands or not pipeline.value.settled:
        return pipeline
    return replace(pipeline, value=replace(pipeline.value, settled=False))
