"""Where is written to: addresses with their secrets, and the environment of the mlflow that writes there.

A server gets the login of whoever named it (`sources.mlflow.whose`), also by mlflow's hand.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from mltui.actions.mlflow.port import Which
from mltui.errors import Denied, NotFound
from mltui.sources import cachedir
from mltui.sources.children import python_path
from mltui.sources.mlflow.addresses import DATABRICKS, Address
from mltui.sources.mlflow.opening import address_of, named, said_registry
from mltui.sources.mlflow.whose import Field, environment, is_users
from mltui.sources.places import cache_dir
from mltui.sources.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Where:
    """`shown` is the address without secrets; `environ` is laid over the environment (None takes away) and has the
    addresses with theirs; the child starts in `cwd`, where nothing is that anybody could import."""

    shown: str
    cwd: Path
    environ: dict[str, str | None] = field(repr=False)


def where_to_write(workspace: Workspace, which: Which) -> Where:
    """Raises `NotFound` if there is no such place, `Denied` if nothing can be kept in the cache, or nobody's login is
    for it."""
    project, config = workspace.project, workspace.config
    reader = workspace.stores.active()
    store = None if reader is None else address_of(reader.store, project, config)
    said = said_registry(project, config) if which == "registry" else None
    place = said or store
    if place is None:
        raise NotFound("there is no MLflow store here", "log a run, or name a store with --store")
    if place.kind == "rest" or store is None:
        store = place  # one login is for one server only
    by: Field = "found" if reader is None else named(reader.store, project, config)
    if said is not None and (store is place or store.kind != "rest"):
        by = "registry"
    environ = _login(workspace, store if store.kind == "rest" else place, by)
    return Where(place.uri, _empty(workspace), {**environ, **_addresses(store, place)} | _python(project.root))


def _addresses(tracking: Address, place: Address) -> dict[str, str | None]:
    """mlflow's own variables too: it goes by them where it makes a client of its own."""
    registry = place.full if place.full != tracking.full else None
    return {
        "MLTUI_TRACKING": tracking.full,
        "MLTUI_REGISTRY": registry,
        "MLFLOW_TRACKING_URI": tracking.full,
        "MLFLOW_REGISTRY_URI": registry,
    }


def _python(root: Path) -> dict[str, str | None]:
    """The repository's code is not to run."""
    return {"PYTHONPATH": python_path(root)}


def _login(workspace: Workspace, place: Address, by: Field) -> dict[str, str | None]:
    project, config = workspace.project, workspace.config
    theirs = is_users(config, by)
    said = environment(project, config, by)
    environ: dict[str, str | None] = {name: said.get(name) for name in {*os.environ, *said}}
    if place.kind != "rest":
        return environ
    if place.uri.partition(":")[0] in DATABRICKS:
        from mltui.sources.dotenv import read_dotenv
        from mltui.sources.mlflow.databricks.whose import child_environment

        own = {} if project.server else read_dotenv(project.root / ".env")
        return environ | dict(child_environment(own, os.environ, named=theirs))
    if not theirs:
        environ |= {"MLTUI_NOBODY": "1", "NETRC": None}
    return environ


def _empty(workspace: Workspace) -> Path:
    """mlflow may make a directory for artifacts where it stands: not in the project."""
    try:
        path = cache_dir(workspace.project) / "writing"
        cachedir.create(str(path))
    except OSError as error:
        raise Denied(f"the cache can't be written: {error.strerror}", "set MLTUI_CACHE_DIR") from error
    return path
