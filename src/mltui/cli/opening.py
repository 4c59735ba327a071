"""From the options of a command line to an open workspace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mltui.cli.options import is_database, is_server

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.sources.runner import Runner
    from mltui.sources.workspace import Workspace


def open_told(
    options: Options, where: str | None = None, *, remember: bool = False, runner: Runner | None = None
) -> Workspace:
    """The workspace that `options` name; `where` is the word after ``mltui``, relative to -C's path.

    A database is the store of the directory it lies in.

    `remember` puts it on top of the recent projects.

    Raises `NotFound` if there is no such directory.
    """
    from mltui.actions.opening import open_workspace

    flags = {"store": _store(options), "read_only": options.read_only or None}
    path = options.path
    if where is not None:
        path = where if is_server(where) else os.path.join(path, where)  # noqa: PTH118
        if is_database(path):
            flags["store"] = flags["store"] or os.path.abspath(path)  # noqa: PTH100
            path = os.path.dirname(path) or "."  # noqa: PTH120
    workspace = open_workspace(path, flags, runner, remember=remember)
    if workspace.config.rebound:
        from mltui.tui.rebinding import use_keys

        use_keys(workspace)
    return workspace


def _store(options: Options) -> str | None:
    """--store: a path is meant from -C's directory, as git means it, else from where the user stands."""
    store = options.store
    if store is None or "://" in store:
        return store
    for base in (options.path, "."):
        path = os.path.abspath(os.path.join(base, os.path.expanduser(store)))  # noqa: PTH100, PTH111, PTH118
        if os.path.exists(path):  # noqa: PTH110
            return path
    return store
