"""The files of the models that a run logged (MLflow 3), as folders beside its own artifacts.

MLflow 3 keeps them outside of the run, in ``<experiment>/models/<model id>/artifacts``
(https://mlflow.org/docs/latest/ml/mlflow-3/). A folder's path is the model's id, which nothing else is called; it is
shown by the model's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mltui.errors import NotFound
from mltui.model.artifacts import Artifact, ArtifactListing, ArtifactRoot, Excerpt
from mltui.model.runs import LoggedModel

#: Characters of an id that tell two models of one name apart, "m-" and six digits.
SHORT = 8


class Tree(Protocol):
    """A directory of artifacts, however it is reached."""

    def entries(self, path: str = "") -> ArtifactListing: ...

    def read(self, path: str, limit: int, size: int | None = None) -> Excerpt: ...


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of one logged model. `tree` is None where `root` says that they can't be reached."""

    model: LoggedModel
    root: ArtifactRoot
    tree: Tree | None

    def entries(self, path: str) -> ArtifactListing:
        """The directory `path` of the model, its entries by their paths in the run's tree."""
        if self.tree is None:
            raise NotFound(self.root.note)
        try:
            found = self.tree.entries(path)
        except NotFound:
            if path:
                raise
            return ArtifactListing(())
        top = self.model.model_id
        return replace(found, entries=tuple(replace(one, path=f"{top}/{one.path}") for one in found.entries))


def folders(models: Sequence[ModelFiles]) -> tuple[Artifact, ...]:
    """Their folders, by name; an id behind names that more than one has."""
    names = Counter(one.model.name for one in models)
    found = []
    for one in models:
        name, identity = one.model.name, one.model.model_id
        told = f"{name} {identity[:SHORT]}" if name and names[name] > 1 else name or identity
        found.append(Artifact(identity, "directory", called=told))
    return tuple(sorted(found, key=lambda artifact: (artifact.called, artifact.path)))
