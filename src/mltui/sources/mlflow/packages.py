"""What a run's logged model asks to be installed, as MLflow wrote it beside the model on this machine's disk.

The files are those of MLflow's model format (https://mlflow.org/docs/latest/ml/model/#storage-format):
``requirements.txt``, ``python_env.yaml``, ``conda.yaml``. They are read a line at a time, as MLflow writes them: a YAML
of somebody else's making gives fewer lines, never an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from mltui.errors import SourceError
from mltui.model.runs import LoggedModel, Run, Store
from mltui.sources.mlflow.artifacts.local import LocalArtifacts
from mltui.sources.mlflow.artifacts.where import Owner, locate

#: Longer files of this kind hold no requirements that a person wrote or MLflow inferred (bytes).
LARGEST = 65_536
#: Directories that are looked into for a model of the run.
DIRECTORIES = 200

_REQUIREMENT = re.compile(
    r"^\s*(?:-\s+)?([A-Za-z0-9][A-Za-z0-9._-]*)(?=[\s=<>!~;@\[]|$)(?:\[[^\]]*\])?\s*([=<>!~]=?=?\s*[^;#\s]+[^;#]*)?"
)
_PYTHON = re.compile(r"^\s*(?:-\s*)?python\s*[:=]=?\s*['\"]?([\w.]+)", re.MULTILINE)


def packages_of(run: Run, store: Store, root: Path, models: Sequence[LoggedModel] = ()) -> dict[str, str]:
    """Package to version (``==`` left out, other bounds as written, "any" without one), "python" first.

    Of the run's first model that has such files: those among its artifacts in the order of names, then the logged
    `models` of MLflow 3 as they are given; empty where nothing is on this machine's disk. `root` is the project's.
    Never raises: what can't be read is not there.
    """
    if run.kind != "run":
        return {}
    own = _local(Owner.of_run(run), store, root) if run.artifact_uri else ""
    logged = (_local(Owner.of_model(each, run.experiment_id), store, root) for each in models)
    for directory in (*(_models(own, run.run_id) if own else ()), *logged):
        if directory and (found := _read(LocalArtifacts(directory))):
            return found
    return {}


def _local(owner: Owner, store: Store, root: Path) -> str:
    """Where its artifacts are on this machine; "" if they are not."""
    try:
        where = locate(owner, store, root)
    except (SourceError, OSError, ValueError):
        return ""
    return where.place if where.kind == "local" else ""


def _models(artifacts: str, run_id: str) -> Iterator[str]:
    """Directories that may hold a model of the run: its artifacts and those in them (MLflow 2), and the models of its
    experiment that name it (MLflow 3)."""
    yield artifacts
    yield from _directories(artifacts)
    for each in _directories(os.path.join(artifacts, "..", "..", "models")):  # noqa: PTH118
        model = os.path.join(each, "artifacts")  # noqa: PTH118
        if f"run_id: {run_id}" in _text(LocalArtifacts(model), "MLmodel"):
            yield model


def _directories(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            found = [entry.path for entry in islice(entries, DIRECTORIES) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(found)


def _read(model: LocalArtifacts) -> dict[str, str]:
    conda = _text(model, "conda.yaml")
    python = _PYTHON.search(_text(model, "python_env.yaml")) or _PYTHON.search(conda)
    listed = _text(model, "requirements.txt") or conda.partition("- pip:")[2]
    found = {"python": python.group(1)} if python else {}
    for line in listed.splitlines():
        if match := _REQUIREMENT.match(line):
            found[match.group(1).lower()] = (match.group(2) or "any").strip().removeprefix("==").strip()
    return found


def _text(directory: LocalArtifacts, name: str) -> str:
    try:
        return directory.read(name, LARGEST).data.decode("utf-8", "replace")
    except SourceError:
        return ""
