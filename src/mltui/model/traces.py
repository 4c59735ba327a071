"""What came out of a commit: runs made at it, dataset versions first seen in it, model versions of those runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.model.runs import Run

if TYPE_CHECKING:
    from mltui.model.dvc import Dataset
    from mltui.model.registry import ModelVersion, RegisteredModel

#: The shortest hash that a commit tag may be shortened to; shorter ones name no commit for certain.
SHORTEST = 7


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of one commit. `data` are pairs of a dataset and the number of its version, from 1."""

    runs: tuple[Run, ...] = ()
    data: tuple[tuple[Dataset, int], ...] = ()
    versions: tuple[ModelVersion, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.runs or self.data or self.versions)


NOTHING = Trace()


@dataclass(frozen=True, slots=True)
class Traces:
    """Traces by commit, as the runs' tags name it. `lengths` are those of the tags that are shortened."""

    by_commit: Mapping[str, Trace]
    lengths: tuple[int, ...] = ()

    def of(self, sha: str) -> Trace:
        """The trace of a full hash; shortened tags count where they are a beginning of it."""
        found = [self.by_commit[sha[:length]] for length in (len(sha), *self.lengths) if sha[:length] in self.by_commit]
        if len(found) <= 1:
            return found[0] if found else NOTHING
        return Trace(
            tuple(run for each in found for run in each.runs),
            tuple(item for each in found for item in each.data),
            tuple(version for each in found for version in each.versions),
        )


def traces(runs: Iterable[Run], datasets: Iterable[Dataset], models: Iterable[RegisteredModel]) -> Traces:
    """Join by commit. A model version belongs to its own commit, else to that of its source run."""
    made: dict[str, list[Run]] = {}
    commits: dict[str, str] = {}
    for run in runs:
        if run.commit and len(run.commit) >= SHORTEST:
            commits[run.run_id] = run.commit
            made.setdefault(run.commit, []).append(run)
    data: dict[str, list[tuple[Dataset, int]]] = {}
    for dataset in datasets:
        for number, version in enumerate(dataset.history, start=1):
            data.setdefault(version.commit, []).append((dataset, number))
    versions: dict[str, list[ModelVersion]] = {}
    for model in models:
        for each in model.versions:
            commit = each.commit or commits.get(each.run_id or "")
            if commit:
                versions.setdefault(commit, []).append(each)
    by_commit = {
        sha: Trace(tuple(made.get(sha, ())), tuple(data.get(sha, ())), tuple(versions.get(sha, ())))
        for sha in {*made, *data, *versions}
    }
    lengths = {len(sha) for sha in by_commit if len(sha) not in (40, 64)}
    return Traces(by_commit, tuple(sorted(lengths)))
