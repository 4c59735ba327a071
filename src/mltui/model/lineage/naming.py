"""How things in the graph are called: what makes their nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mltui.model.dvc import DatasetVersion, DvcExperiment
from mltui.model.dvc_history import StageKey
from mltui.model.lineage.graph import Node
from mltui.model.lineage.hashes import Content, digits_of
from mltui.model.registry import ModelVersion
from mltui.model.runs import Run

#: Digits of a commit, and of a content hash, that a label shows.
SHORT, SHORT_HASH = 7, 8
#: The worktree a run began in, as far as somebody recorded it.
DIRTY, CLEAN, UNTOLD = "worktree, with uncommitted changes", "worktree, as committed", "worktree"
#: What is noted of a run that is a DVC experiment.
EXPERIMENT = "DVC experiment"


@dataclass(frozen=True, slots=True)
class Names:
    """Numbers of dataset versions by path and hash; sizes of contents in bytes."""

    numbers: Mapping[tuple[str, str], int] = field(default_factory=dict)
    versions: Mapping[tuple[str, str], DatasetVersion] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, histories: Mapping[str, Sequence[DatasetVersion]], sizes: Mapping[str, int]) -> Names:
        each = [
            ((path, version.hash), number, version)
            for path, versions in histories.items()
            for number, version in enumerate(versions, start=1)
        ]
        return cls({key: number for key, number, _ in each}, {key: version for key, _, version in each}, sizes)

    def data(self, content: Content, note: str = "") -> Node:
        """``customers.csv v3`` where it is a version of a dataset, else the first digits of its hash."""
        key = (content.path, content.hash)
        number, version = self.numbers.get(key), self.versions.get(key)
        what = f"v{number}" if number else digits_of(content.hash)[:SHORT_HASH]
        size = version.size if version else self.sizes.get(content.hash)
        return Node("data", content.id, f"{content.path} {what}", note, version.time if version else None, size)


def commit_node(sha: str, time: int | None = None, note: str = "") -> Node:
    """A commit by its full hash."""
    return Node("commit", f"commit:{sha}", sha[:SHORT], note, time)


def run_node(run: Run) -> Node:
    """A run; one without a name is called by its id."""
    note = run.status.lower() if run.status != "FINISHED" else ""
    if run.lifecycle == "deleted":
        note = f"{note}, deleted" if note else "deleted"
    return Node("run", f"run:{run.run_id}", run.name or run.run_id[:SHORT_HASH], note, run.start)


def experiment_node(experiment: DvcExperiment) -> Node:
    """A DVC experiment, a run whose id is its commit."""
    return Node("run", f"run:{experiment.commit}", experiment.name, EXPERIMENT, experiment.time)


def version_node(version: ModelVersion) -> Node:
    """A model version."""
    return Node("model", version_id(version), f"{version.model}/{version.version}", "", version.created)


def version_id(version: ModelVersion) -> str:
    """``model:<name>/<version>``."""
    return f"model:{version.model}/{version.version}"


def alias_node(model: str, alias: str) -> Node:
    """An alias, or a legacy stage, of a registered model."""
    return Node("alias", f"alias:{model}@{alias}", f"{model}@{alias}")


def params_node(of: str, params: Mapping[str, object]) -> Node:
    """Params in one line; `of` is the id of the run they are of, or of what else came from them."""
    words = [f"{key}={' '.join(str(value).split())}" for key, value in params.items()]
    return Node("params", f"params:{of}", " ".join(words), f"{len(words)} params" if len(words) > 1 else "")


def stage_node(key: StageKey, note: str = "") -> Node:
    """A stage of the pipeline, whatever it last ran with."""
    return Node("stage", f"stage:{key.address}", key.address, note)
