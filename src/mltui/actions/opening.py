"""Open a project: find it, load its configuration, lay the user's own choices under it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from mltui.config import Config
from mltui.config.loading import load_config
from mltui.errors import UsageError
from mltui.sources.places import Project, user_state_dir
from mltui.sources.port import now_ms
from mltui.sources.runner import ProcessRunner, Runner
from mltui.sources.workspace import Workspace


def open_workspace(
    where: str | Path = ".",
    flags: Mapping[str, Any] | None = None,
    runner: Runner | None = None,
    *,
    remember: bool = False,
) -> Workspace:
    """The project at `where`, a directory or ``http://server``. `flags`: fields of `Config` from the command line.
    `remember` puts it on top of the recent projects: for when a person looks at it.

    Raises `UsageError` of a server without a host, `NotFound` or `Denied` if the directory is not there or closed to
    us; everything else that is wrong becomes a problem to show.
    """
    runner = runner or ProcessRunner()
    if isinstance(where, str) and where.startswith(("http://", "https://")):
        from mltui.sources.mlflow.addresses import redacted

        _need_host(where)
        here = Path.cwd()
        project = Project(here, here, server=redacted(where))  # it is shown, and kept among the recent ones
        flags = {**(flags or {}), "store": where}
    else:
        from mltui.sources.git.locate import open_project

        project = open_project(Path(where), runner)
    if remember:
        _remember(project)
    config = load_config(project.start, project.root, flags=flags, dotenv=_dotenv(project))
    return Workspace(project, _with_distrust(project, _with_choices(project, config)), runner)


def _need_host(where: str) -> None:
    from urllib.parse import urlsplit

    try:
        host = urlsplit(where).hostname
    except ValueError:
        host = None
    if not host:
        raise UsageError("this address names no host", "a server is opened like this: mltui http://127.0.0.1:5000")


def _remember(project: Project) -> None:
    from mltui.actions.user_state import opened

    with suppress(OSError):  # a home that can't be written loses the list, and nothing else
        opened(project, now_ms())


def _dotenv(project: Project) -> Mapping[str, str]:
    path = project.root / ".env"
    if project.server or not os.path.isfile(path):  # noqa: PTH113 - one stat before any import
        return {}
    from mltui.sources.dotenv import read_dotenv

    return read_dotenv(path)


def _with_distrust(project: Project, config: Config) -> Config:
    """Say it where the interpreter that the project names is not used because the repository brings it."""
    if not config.python:
        return config
    from mltui.sources.dvc.python import distrusted

    problem = distrusted(project, config)
    return replace(config, problems=(*config.problems, problem)) if problem else config


def _with_choices(project: Project, config: Config) -> Config:
    """Lay the user's choices for this project (primary metric, store, scope) under what is configured."""
    if not os.path.exists(user_state_dir() / "choices.json"):  # noqa: PTH110 - one stat before any import
        return config
    from mltui.actions.user_state import choices

    chosen = choices(project)
    changes: dict[str, Any] = {}
    if chosen.primary and not config.primary:
        changes["primary"] = chosen.primary
    if chosen.goals:
        changes["goals"] = {**chosen.goals, **config.goals}
    if chosen.store and not config.store:
        changes |= {"store": chosen.store, "store_origin": "chosen"}
    if chosen.experiments and not config.experiments:
        changes["experiments"] = chosen.experiments
    return replace(config, **changes) if changes else config
