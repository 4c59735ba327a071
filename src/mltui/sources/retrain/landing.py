"""Where the runs of a retrain will land, and the variables that make sure of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.retrain import PlannedStage
from mltui.model.runs import Run
from mltui.sources.mlflow.addresses import address, redacted
from mltui.sources.retrain.durations import Makers

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

URI, NAME, ID = "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID"


@dataclass(frozen=True, slots=True)
class Landing:
    """`said` is for a person, `store` the store's URI without secrets, `env` what is laid over the environment."""

    said: str
    store: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def landing(
    workspace: Workspace,
    cwd: Path,
    runs: Sequence[Run],
    stages: Sequence[PlannedStage],
    *,
    apart: bool,
    mlflow: bool,
    far: bool = False,
) -> Landing:
    """What is exported is absolute and only where nothing is set; a store's login is not handed on.

    `runs` are the newest first, `stages` will run: their runs belong where the former ones are. `apart`: in another
    directory, where what is relative would be lost. `mlflow`: the interpreter has one. `far`: on another box, which has
    no file of this one.
    """
    here = _here(workspace, cwd, runs, stages, apart=apart, mlflow=mlflow)
    is_file = here.store is None or here.store.startswith(("sqlite:", "file:", "/"))
    if not far or not is_file:
        return here
    kept = {key: value for key, value in here.env.items() if key != URI}
    of = f", experiment {kept[NAME]}" if NAME in kept else ""
    return Landing(
        f"the store of the clone there (its mlflow.db or mlruns){of}, unless the code says otherwise", None, kept
    )


def _here(
    workspace: Workspace, cwd: Path, runs: Sequence[Run], stages: Sequence[PlannedStage], *, apart: bool, mlflow: bool
) -> Landing:
    environ = os.environ
    experiment = _experiment(runs, stages) if NAME not in environ and ID not in environ else None
    named = {NAME: experiment} if experiment else {}
    of = f", experiment {environ.get(NAME) or experiment}" if environ.get(NAME) or experiment else ""
    if said := environ.get(URI):
        place = address(said, cwd)
        relative = place.path is not None and place.full != said and not said.startswith(("/", "file:/", "sqlite:////"))
        absolute = {URI: place.full} if relative else {}
        return Landing(f"{redacted(place.uri)} ({URI}){of}", place.uri, {**absolute, **named})
    store = _active(workspace)
    if store is None:
        if not (apart and mlflow):
            return Landing(f"where the code says{of}" if mlflow else "", None, named)
        uri = f"sqlite:///{workspace.project.root}/mlflow.db"
        return Landing(f"{uri}{of}, unless the code says otherwise", uri, {URI: uri, **named})
    uri, kind = store
    told = f"{uri}{of}, unless the code says otherwise"
    if kind == "file" and not apart:
        return Landing(told, uri, named)  # current MLflow refuses these; where it is so by default it stays so
    if kind in ("sqlite", "file"):
        return Landing(told, uri, {URI: uri, **named})
    if _has_login(workspace):
        return Landing(
            f"where the code says{of}",
            uri,
            named,
            (f"the login of {uri} is not handed on: set {URI} in the environment if the training needs it",),
        )
    return Landing(told, uri, {URI: uri, **named})


def _active(workspace: Workspace) -> tuple[str, str] | None:
    try:
        store = workspace.stores.active()
    except SourceError:
        return None
    return (store.store.uri, store.store.kind) if store is not None else None


def _has_login(workspace: Workspace) -> bool:
    said = workspace.config.store
    return bool(said) and redacted(str(said)) != str(said).rstrip("/")


def _experiment(runs: Sequence[Run], stages: Sequence[PlannedStage]) -> str | None:
    """The experiment of the newest run that one of the stages made, else of the newest of all."""
    logged = [run for run in runs if run.kind == "run" and run.experiment]
    makers = Makers(stages)
    made = (run for run in logged if makers.of(run))
    newest = next(made, logged[0] if logged else None)
    return newest.experiment if newest is not None else None
