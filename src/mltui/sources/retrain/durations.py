"""How long stages take: from mltui's own jobs, else from runs (which is inferred), else it is not recorded.

dvc.lock holds no times, so nothing else can tell.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.durations import USUAL, all_durations, usual
from mltui.model.job import Job
from mltui.model.lineage.recorded import STAGE_TAG
from mltui.model.retrain import PlannedStage, Took
from mltui.model.runs import SOURCE_TAG, Run

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: So many of the newest runs are looked at.
LOOKED_AT = 200


def with_durations(
    stages: Sequence[PlannedStage], jobs: Iterable[Job], runs: Sequence[Run]
) -> tuple[PlannedStage, ...]:
    """The stages with how long each took; `jobs` and `runs` newest first."""
    by_jobs = from_jobs(jobs)
    by_runs = from_runs(runs, [stage for stage in stages if stage.address not in by_jobs])
    known = {**by_runs, **by_jobs}
    return tuple(replace(stage, took=known.get(stage.address, stage.took)) for stage in stages)


def newest_runs(workspace: Workspace) -> Sequence[Run]:
    """The newest runs in scope, newest first. Never raises: what can't be read tells nothing."""
    try:
        return workspace.runs.first(LOOKED_AT).runs
    except SourceError:
        return ()


def from_jobs(jobs: Iterable[Job]) -> dict[str, Took]:
    """By address, of jobs newest first."""
    return {
        address: Took(usual(taken), "jobs", min(len(taken), USUAL)) for address, taken in all_durations(jobs).items()
    }


def from_runs(runs: Sequence[Run], stages: Sequence[PlannedStage]) -> dict[str, Took]:
    """By address, of runs newest first: the median of those that a stage made at the newest commit it has runs of."""
    makers = Makers(stages)
    own: dict[str, list[tuple[str | None, int]]] = {}
    for run in runs:
        if (took := _took(run)) is not None:
            for address in makers.of(run):
                own.setdefault(address, []).append((run.commit, took))
    found: dict[str, Took] = {}
    for address, taken in own.items():
        at = [took for commit, took in taken if commit == taken[0][0]][:USUAL]
        found[address] = Took(usual(at), "runs", len(at))
    return found


class Makers:
    """Which of `stages` made a run: that which it says, else those whose command names its script.

    Each command is taken apart once: 300 stages and 200 runs are 60,000 pairs.
    """

    def __init__(self, stages: Sequence[PlannedStage]) -> None:
        self._addresses = {stage.address for stage in stages}
        self._naming: dict[str, dict[str, None]] = {}  # word of a command -> addresses
        for stage in stages:
            for word in _words(stage.cmd):
                if "." in word:
                    self._naming.setdefault(word.removeprefix("./"), {})[stage.address] = None

    def of(self, run: Run) -> tuple[str, ...]:
        """The addresses. A command may name the end of a script's path: MLflow notes it as it was started, or
        absolute."""
        if said := run.tags.get(STAGE_TAG):
            return (said,) if said in self._addresses else ()
        script = run.tags.get(SOURCE_TAG, "").removeprefix("./")
        ends = [script, *(script[at + 1 :] for at, letter in enumerate(script) if letter == "/")] if script else []
        return tuple(dict.fromkeys(address for end in ends for address in self._naming.get(end, ())))


def _words(cmd: str) -> list[str]:
    try:
        return shlex.split(cmd)
    except ValueError:
        return cmd.split()


def _took(run: Run) -> int | None:
    """How long a run that finished took (ms)."""
    if run.kind != "run" or run.status != "FINISHED" or run.start is None or run.end is None:
        return None
    return max(0, run.end - run.start)
