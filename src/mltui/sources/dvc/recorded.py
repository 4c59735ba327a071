"""What dvc.lock and .dvc files say: the stages that ran, the data that DVC tracks. Of dvc.yaml tells `declared.py`.

Formats: dvc.org/doc/user-guide/project-structure, and of DVC 0.x, whose stages are files of their own. The history of
a thousand versions reads them into rows (`history/rows.py`), from the blocks that `blocks.py` cuts a lock into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mltui.model.dvc import Entry
from mltui.model.redacting import address_shown
from mltui.sources.dvc import readable
from mltui.sources.dvc.facts import command
from mltui.sources.dvc.readable import joined


@dataclass(frozen=True, slots=True)
class LockedStage:
    """One stage of a dvc.lock. `params` are {file: values by key}, values None where the file is empty.

    Paths are whole once it is known in which directory the stage runs: a lock does not say it (`locked_stage`).
    """

    cmd: str | None = None
    deps: tuple[Entry, ...] = ()
    outs: tuple[Entry, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageFile:
    """A .dvc file, or a stage file of DVC 0.x, which has a command. Paths are whole, `wdir` is where they begin."""

    wdir: str
    cmd: str | None = None
    is_stage: bool = False
    deps: tuple[Entry, ...] = ()
    outs: tuple[Entry, ...] = ()
    frozen: bool = False
    desc: str | None = None
    imported: str | None = None


def locked_stage(raw: Mapping[str, Any], place: str) -> LockedStage:
    """An entry of `lock_stages`, of a stage that runs in the directory `place`."""
    cmd, params = raw.get("cmd"), raw.get("params")
    return LockedStage(
        command(cmd) if isinstance(cmd, (str, list)) else None,
        tuple(readable.entries(raw.get("deps"), place)),
        tuple(readable.entries(raw.get("outs"), place)),
        {str(file): values for file, values in params.items()} if isinstance(params, Mapping) else {},
    )


def stage_file(content: Any, folder: str) -> StageFile:
    """A parsed .dvc file that lies in `folder`; it says nothing if it is no mapping."""
    if not isinstance(content, Mapping):
        return StageFile(folder)
    place = joined(folder, str(content.get("wdir") or ""))
    cmd, desc = content.get("cmd"), content.get("desc")
    return StageFile(
        place,
        command(cmd) if isinstance(cmd, (str, list)) else None,
        cmd is not None,
        tuple(readable.entries(content.get("deps"), place)),
        tuple(readable.entries(content.get("outs"), place)),
        bool(content.get("frozen")),
        desc if isinstance(desc, str) else None,
        _imported(content),
    )


def locked(path: Path) -> dict[str, Any]:
    """{stage name: entry} of a dvc.lock, 2.0 or 1.0 (which is the stages alone); {} where there is none to read."""
    try:
        content = readable.load(path)
    except (OSError, ValueError):
        return {}
    return lock_stages(content)


def lock_stages(content: Any) -> dict[str, Any]:
    """The stages of a parsed dvc.lock: below ``stages`` since 2.0, at the top before."""
    if not isinstance(content, Mapping):
        return {}
    below = content.get("stages")
    stages = below if "schema" in content or (isinstance(below, Mapping) and "cmd" not in below) else content
    if not isinstance(stages, Mapping):
        return {}
    return {str(name): entry for name, entry in stages.items() if isinstance(entry, Mapping)}


def _imported(content: Mapping[str, Any]) -> str | None:
    """Where a parsed .dvc file's data was imported from."""
    deps = content.get("deps")
    if (
        content.get("cmd") is not None
        or not isinstance(deps, list)
        or len(deps) != 1
        or not isinstance(deps[0], Mapping)
    ):
        return None
    repo = deps[0].get("repo")
    return address_shown(str(repo.get("url") if isinstance(repo, Mapping) else deps[0].get("path")))
