"""Who acts: the user that the tracking server knows, else what the user said, else git's e-mail, else Unix's user."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.journal import Who
from mltui.sources.processes import host_name, user_name

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


def who_acts(workspace: Workspace) -> Who:
    """Whoever is behind this process. Asks no server: its user is the one that mltui logs in as there."""
    unix, host = unix_user(), host_name()
    if name := _of_mlflow(workspace):
        return Who(name, "mlflow", unix, host)
    if name := " ".join(os.environ.get("MLTUI_USER", "").split()):
        return Who(name, "MLTUI_USER", unix, host)
    if name := _of_git(workspace):
        return Who(name, "git e-mail", unix, host)
    return Who(unix, "unix user", unix, host)


def unix_user() -> str:
    """The name of the user this process runs as; the number where it has none. The environment is not asked."""
    return user_name(os.getuid())


def _of_mlflow(workspace: Workspace) -> str:
    """The user that the active store's server is told; a token names nobody, a file has no users."""
    store = workspace.config.store or ""
    if not store.startswith(("http://", "https://")):
        return ""
    from mltui.sources.mlflow.server.login import login
    from mltui.sources.mlflow.whose import environment

    with suppress(SourceError):
        return login(store, environment(workspace.project, workspace.config)).user
    return ""


def _of_git(workspace: Workspace) -> str:
    from mltui.sources.git.command import attempt

    if workspace.project.server:
        return ""
    with suppress(SourceError):
        done = attempt(workspace.project, workspace.runner, "config", "--get", "user.email", timeout=5.0)
        return done.stdout.decode(errors="replace").strip() if done.code == 0 else ""
    return ""
