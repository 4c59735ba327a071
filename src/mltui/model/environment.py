"""What a run ran in, as MLflow recorded it in attributes and in tags of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from mltui.model.runs import COMMIT_TAG, NAME_TAG, PARENT_TAG, REPO_TAG, SOURCE_TAG, USER_TAG, Run

#: MLflow's tag -> how it is called here, in the order they are shown (``mlflow/utils/mlflow_tags.py``).
TAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        USER_TAG: "user",
        SOURCE_TAG: "source",
        "mlflow.source.type": "source type",
        "mlflow.project.entryPoint": "entry point",
        "mlflow.source.git.branch": "git branch",
        "mlflow.gitBranchName": "git branch",
        REPO_TAG: "git repository",
        "mlflow.gitRepoURL": "git repository",
        "mlflow.docker.image.uri": "docker image",
        "mlflow.docker.image.name": "docker image name",
        "mlflow.docker.image.id": "docker image id",
        "mlflow.project.env": "project environment",
        "mlflow.project.backend": "project backend",
        "mlflow.note.content": "note",
        PARENT_TAG: "parent run",
    }
)
#: Bookkeeping that is shown elsewhere, or is of no use to a person: histories of logged models are kilobytes of JSON.
HIDDEN: Final = frozenset(
    {COMMIT_TAG, NAME_TAG, "mlflow.log-model.history", "mlflow.loggedArtifacts", "mlflow.runColor"}
)


def environment_of(run: Run) -> dict[str, str | float]:
    """What is known, by its name here: ``started`` is epoch ms, ``duration (s)`` seconds, all else text.

    Tags of MLflow's that have no name here keep their own.
    """
    found: dict[str, str | float] = {"status": run.status.lower()}
    if run.experiment:
        found["experiment"] = run.experiment
    if run.start is not None:
        found["started"] = float(run.start)
        if run.end is not None and run.end >= run.start and run.kind == "run":
            found["duration (s)"] = (run.end - run.start) / 1000
    if run.commit:
        found["git commit"] = run.commit
    found |= {name: run.tags[tag] for tag, name in reversed(tuple(TAGS.items())) if tag in run.tags}
    others = (key for key in run.tags if key.startswith("mlflow.") and key not in TAGS and key not in HIDDEN)
    found |= {key: run.tags[key] for key in sorted(others)}
    return {name: found[name] for name in in_order(found)}


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, in the order they are shown; those without a place of their own at the end."""
    return tuple(sorted(dict.fromkeys(names), key=lambda name: _PLACES.get(name, len(_PLACES))))


_ORDER: Final = ("status", "lifecycle", "experiment", "started", "duration (s)", "git commit", *TAGS.values())
_PLACES: Final = MappingProxyType({name: at for at, name in enumerate(dict.fromkeys(_ORDER))})
