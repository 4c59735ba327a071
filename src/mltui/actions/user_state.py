"""What mltui remembers of its user, outside every repository: recent projects, and choices made per project.

Two small JSON files in ``$XDG_STATE_HOME/mltui``, replaced atomically, directory 0700. This is mltui's own state: it
is written in read-only mode too (CONTRACT, "Where things lie"). A file that can't be read counts as empty: losing a
list of recent projects must never keep a project from opening.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mltui.actions.replacing import replace_file
from mltui.model.documents import from_json
from mltui.model.metric import Goal
from mltui.sources.places import Project, user_state_dir
from mltui.sources.regular import bytes_of

#: Projects that the chooser offers; older ones fall off.
RECENT_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose for one project: primary metric (`M`), goals, store, experiments in scope (`E`)."""

    primary: str | None = None
    goals: Mapping[str, Goal] = field(default_factory=dict)
    store: str | None = None
    experiments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recent:
    """A project opened before. `where` is a directory or a server's URL, `opened` epoch ms."""

    where: str
    opened: int


def choices(project: Project) -> Choices:
    """The choices for `project`; empty ones if nothing was chosen or the file makes no sense."""
    entry = _load("choices.json").get(project.key)
    if not isinstance(entry, dict):
        return Choices()
    goals = entry.get("goals")
    experiments = entry.get("experiments")
    return Choices(
        primary=_text(entry.get("primary")),
        goals={str(k): v for k, v in goals.items() if v in ("max", "min")} if isinstance(goals, dict) else {},
        store=_text(entry.get("store")),
        experiments=tuple(e for e in experiments if isinstance(e, str)) if isinstance(experiments, list) else (),
    )


def choose(project: Project, **changes: Any) -> Choices:
    """Change some fields of the project's `Choices` and keep them. Raises `OSError` if the state can't be written."""
    with _alone():
        chosen = replace(choices(project), **changes)
        everything = _load("choices.json")
        everything[project.key] = {"project": str(project.server or project.root), **asdict(chosen)}
        _save("choices.json", everything)
    return chosen


def recent() -> tuple[Recent, ...]:
    """Projects opened before, the last one first."""
    listed = _load("recent.json").get("projects")
    if not isinstance(listed, list):
        return ()
    return tuple(
        Recent(entry["where"], entry["opened"])
        for entry in listed
        if isinstance(entry, dict) and _text(entry.get("where")) and isinstance(entry.get("opened"), int)
    )


def opened(project: Project, now: int) -> None:
    """Put `project` on top of the recent ones. Raises `OSError` if the state can't be written."""
    where = project.server or str(project.root)
    with _alone():
        others = [asdict(entry) for entry in recent() if entry.where != where]
        _save("recent.json", {"projects": [asdict(Recent(where, now)), *others][:RECENT_LENGTH]})


def forget(where: str) -> None:
    """Take a project off the recent ones. Raises `OSError` if the state can't be written."""
    with _alone():
        _save("recent.json", {"projects": [asdict(entry) for entry in recent() if entry.where != where]})


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _load(name: str) -> dict[str, Any]:
    try:
        document = from_json(bytes_of(user_state_dir() / name))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _alone() -> AbstractContextManager[bool]:
    """While a file is read, changed and written: another mltui may do so for another project. Raises `OSError`."""
    from mltui.actions.jobs.runner_stop import alone  # a start only reads

    directory = user_state_dir()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return alone(str(directory))


def _save(name: str, document: Mapping[str, Any]) -> None:
    replace_file(user_state_dir() / name, json.dumps(document, ensure_ascii=False, indent=1))
