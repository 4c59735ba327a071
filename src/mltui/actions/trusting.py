"""What a repository brings, trusted by its user (`mltui trust`), and no longer.

mltui's own state, outside every repository: ``trust.json``, replaced atomically, 0600 in a directory of 0700. What it
says is read by `sources.trust`. That somebody saw the commands before is the caller's part.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mltui.actions.replacing import replace_file
from mltui.sources.places import Project, user_state_dir
from mltui.sources.port import now_ms
from mltui.sources.trust import FILE, commands_of, digest, stored

if TYPE_CHECKING:
    from mltui.model.gates import Policy


def trust(project: Project, policy: Policy, pythons: Mapping[str, str]) -> None:
    """From now on the commands of `policy` may run, as they are, and the interpreters `pythons` (path and digest as
    `sources.trust.brought` gives them). Takes the place of what was trusted before. Raises `OSError`."""
    _put(
        project,
        {
            "project": str(project.root),
            "digest": digest(commands_of(policy)),
            "commands": [list(each) for each in commands_of(policy)],
            "origin": policy.origin,
            "pythons": dict(pythons),
            "at": now_ms(),
        },
    )


def distrust(project: Project) -> bool:
    """Nothing of `project` is trusted any more. False if nothing was. Raises `OSError`."""
    return _put(project, None)


def _put(project: Project, entry: Mapping[str, Any] | None) -> bool:
    from mltui.actions.jobs.runner_stop import alone

    directory = user_state_dir()
    if entry is None and not (directory / FILE).exists():
        return False
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(str(directory)):
        everything = _load()
        there = everything.pop(project.key, None) is not None
        if entry is not None:
            everything[project.key] = entry
        if there or entry is not None:
            replace_file(directory / FILE, json.dumps(everything, indent=1))
    return there


def _load() -> dict[str, Any]:
    """What stands there. A file that makes no sense, or that others could write, trusts nothing and is replaced."""
    try:
        return stored()
    except (OSError, ValueError):
        return {}
