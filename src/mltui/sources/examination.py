"""What `mltui doctor` finds out: who reads what with which version, what mltui writes where, and what is wrong."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui import __version__
from mltui.errors import Denied, SourceError
from mltui.model.attention import problems
from mltui.model.part import Problem
from mltui.sources.places import cache_dir, cache_root, user_state_dir
from mltui.sources.watch import can_watch, file_system

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline
    from mltui.model.runs import Store
    from mltui.model.status import Snapshot
    from mltui.sources.dvc.python import Interpreter
    from mltui.sources.places import Project
    from mltui.sources.workspace import Workspace

#: Which of mltui's readers reads a store of this kind.
_READERS = {
    "sqlite": "SQL, in place and read-only",
    "file": "its files, mirrored into the cache",
    "rest": "REST, mirrored into the cache",
    "sql": "SQL, in read-only transactions",
    "other": "none",
}


def examine(workspace: Workspace, wait: float) -> dict[str, Any]:
    """The findings as a document of JSON values, section by section. `wait` as in `Workspace.snapshot`."""
    from mltui.sources.dvc.python import interpreter
    from mltui.sources.recorder import recorder

    snapshot = workspace.snapshot(wait)
    written = writes(workspace.project)
    python = interpreter(workspace.project, workspace.config)
    return {
        "mltui": {
            "version": __version__,
            "python": f"{platform.python_version()} {sys.executable}",
            "platform": platform.platform(),
        },
        "project": _project(workspace.project, snapshot),
        "configuration": _configuration(workspace),
        "git": _git(workspace, snapshot),
        "dvc": _dvc(python, snapshot.pipeline.value),
        "mlflow": {"version": python.mlflow, **_mlflow(workspace, snapshot)},
        "join": _join(workspace),
        "recorder": asdict(recorder(workspace.project, workspace.config)),
        "writes": written,
        "problems": [asdict(problem) for problem in (*problems(snapshot), *_closed(written))],
    }


def _project(project: Project, snapshot: Snapshot) -> dict[str, Any]:
    if project.server:
        return {"server": project.server}
    return {
        "start": str(project.start),
        "root": str(project.root),
        "git_dir": _text(project.git_dir),
        "common_dir": _text(project.common_dir),
        "filesystem": file_system(project.root),
        "watched": can_watch(project.root),
    }


def _configuration(workspace: Workspace) -> dict[str, Any]:
    from mltui.sources.mlflow.opening import said_registry, said_store

    config = workspace.config
    store, registry = said_store(workspace.project, config), said_registry(workspace.project, config)
    return {
        "files": list(config.files),
        "store": store and store.uri,  # never as it was said: that may hold a password
        "store_origin": config.store_origin,
        "registry": registry and registry.uri,
        "experiments": list(config.experiments),
        "primary": config.primary,
        "goals": dict(config.goals),
        "read_only": config.read_only,
    }


def _git(workspace: Workspace, snapshot: Snapshot) -> dict[str, Any]:
    state = snapshot.git.value
    try:
        done = workspace.runner.run(("git", "--version"), cwd=workspace.project.root, reading=True)
        version = done.stdout.decode(errors="replace").removeprefix("git version ").strip()
    except SourceError as error:
        version = error.summary
    kinds = [name for name in ("bare", "shallow", "partial", "linked") if state and getattr(state, name)]
    return {
        "version": version,
        "branch": state.branch if state else None,
        "commit": state.commit if state else None,
        "kind": kinds,
    }


def _join(workspace: Workspace) -> dict[str, Any]:
    """How far runs are joined to commits and data; why not, if that can't be told."""
    try:
        return asdict(workspace.lineage.coverage())
    except SourceError as error:
        return {"problem": error.summary}


def _dvc(python: Interpreter, pipeline: Pipeline | None) -> dict[str, Any]:
    return {
        "python": python.path,
        "python_origin": python.origin,
        "note": python.note,
        "version": python.dvc,
        "reader": pipeline.reader if pipeline else None,
        "roots": list(pipeline.roots) if pipeline else [],
        "stages": len(pipeline.stages) if pipeline else 0,
        "datasets": len(pipeline.datasets) if pipeline else 0,
        "cache_empty": pipeline.cache_empty if pipeline else None,
        "as_of": pipeline.as_of if pipeline else None,
    }


def _mlflow(workspace: Workspace, snapshot: Snapshot) -> dict[str, Any]:
    return {"stores": [_store(store) for store in snapshot.stores.value or ()], **_searched(workspace)}


def _store(store: Store) -> dict[str, Any]:
    asked = store.origin != "code"
    return {**asdict(store), "reader": _READERS[store.kind] if asked else "offered, not contacted unasked"}


def _searched(workspace: Workspace) -> dict[str, Any]:
    try:
        return {"searched": asdict(workspace.stores.searched())}
    except SourceError as error:
        return {"searched": {"note": error.summary}}


def writes(project: Project) -> list[dict[str, Any]]:
    """Every place mltui may write to, with what, and whether it can."""
    state = project.common_dir / "mltui" if project.common_dir else user_state_dir() / project.key
    places = [
        (cache_root() / project.key, "cache of this project; may be deleted at any time"),
        (
            state,
            "state of this project: views of runs (views.toml, views.lock); journal.jsonl, jobs/, gates/",
        ),
        (user_state_dir(), "state of the user: recent projects, choices, what is trusted"),
    ]
    found: list[dict[str, Any]] = [
        {
            "path": str(path),
            "what": what,
            "exists": path.exists(),
            "writable": _writable(path),
            "filesystem": file_system(path),
        }
        for path, what in places
    ]
    if (used := _cache(project)) != found[0]["path"]:
        found[0].update(writable=False, stand_in=used)
    dvc = project.root / ".dvc" / "tmp" / "btime"
    if dvc.parent.parent.is_dir():
        what = "made by DVC's own command, which is asked only where mltui does not know this dvc"
        found.append({"path": str(dvc), "what": what, "exists": dvc.exists(), "writable": None, "filesystem": ""})
    return found


def _cache(project: Project) -> str | None:
    """The cache in use; None if there is nowhere to write one."""
    try:
        return str(cache_dir(project))
    except Denied:
        return None


def _closed(written: list[dict[str, Any]]) -> Iterator[Problem]:
    """Places that can't be written to are in the way of what they are for."""
    for place in written:
        if place["writable"] is not False:
            continue
        summary, hint = f"can't be written to: {place['what'].partition(';')[0]}", "make it writable"
        if "stand_in" in place:
            where = place["stand_in"]
            summary += f"; {where} stands in until mltui ends, nothing is remembered" if where else "; nor a stand-in"
            hint += ", or set MLTUI_CACHE_DIR"
        yield Problem("mltui", summary, hint, place["path"])


def _writable(path: Path) -> bool:
    there = path
    while not there.exists() and there != there.parent:
        there = there.parent
    return os.access(there, os.W_OK | os.X_OK)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
