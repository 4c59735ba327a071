"""What somebody wants to work on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mltui.model.registry import ModelVersion
from mltui.model.runs import Run


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run, a commit or a model version. `label` is how it is called, `name` what a directory is called after.

    `commit` is as it was recorded: it may be shortened, or not be in this clone.
    """

    label: str
    name: str
    commit: str | None
    run: Run | None = None

    @classmethod
    def of_run(cls, run: Run) -> Wanted:
        kind = "experiment" if run.kind == "exp" else "run"
        return cls(f"{kind} {run.name or run.run_id[:8]}", run.name or run.run_id[:8], run.commit, run)

    @classmethod
    def of_commit(cls, sha: str) -> Wanted:
        return cls(f"commit {sha[:7]}", sha[:7], sha)

    @classmethod
    def of_version(cls, version: ModelVersion, run: Run | None) -> Wanted:
        """A version by the run that made it, where that is known; GTO's name a commit and no run."""
        label = f"{version.model}/{version.version}"
        if run is not None:
            label += f", made by run {run.name or run.run_id[:8]}"
        commit = run.commit if run is not None and run.commit else version.commit
        return cls(label, f"{version.model}-{version.version}", commit, run)


def made_by(version: ModelVersion, runs: Iterable[Run]) -> Run | None:
    """The run of `runs` that made it."""
    wanted = version.source_run_id or version.run_id
    return next((run for run in runs if run.run_id == wanted), None) if wanted else None
