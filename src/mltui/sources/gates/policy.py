"""The policy of promotions, of the committed default branch; the worktree's copy is compared with it and counts not.

Whoever may commit there decides: a gate that is loosened in a worktree, or on a branch under review, changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.config.loading import PROJECT_FILE
from mltui.errors import SourceError, Unreadable
from mltui.model.documents import from_toml
from mltui.model.gate_differs import differences
from mltui.model.gate_reading import policy_of, unique
from mltui.model.gates import Policy
from mltui.sources.gates.branch import Tip, default_branch
from mltui.sources.gates.committed import LARGEST, blobs_at, content
from mltui.sources.gates.words import in_words
from mltui.sources.git.refs import refs_fingerprint
from mltui.sources.places import Project
from mltui.sources.runner import Runner
from mltui.sources.secrets import without_secrets

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

PYPROJECT = "pyproject.toml"


def policy(workspace: Workspace) -> Policy:
    """What the project asks of promotions now. Never raises: what can't be read is `Policy.trouble`."""
    project, runner = workspace.project, workspace.runner
    if project.server:
        return Policy(origin=f"no project here, only {project.server}: mltui -C DIR, where its gates are")
    if project.git_dir is None:
        return _without_git(project)
    try:
        tip = default_branch(project, runner)
    except SourceError as error:
        return Policy(origin="the committed policy can't be read", trouble=in_words(error))
    counts = _committed(project, runner, tip) if tip else Policy(origin="nothing is committed yet: no gates count")
    if counts.trouble:
        return counts
    if not _has_worktree(project):
        return counts
    return replace(counts, differs=tuple(map(without_secrets, differences(counts, _here(project)[0]))))


def fingerprint(workspace: Workspace) -> Hashable:
    """Moves when `policy` may say otherwise: stats, no process."""
    project = workspace.project
    return refs_fingerprint(project), tuple(_stat(path) for path in _files(project))


def _committed(project: Project, runner: Runner, tip: Tip) -> Policy:
    at = f"{tip.name} at {tip.sha[:7]}"
    names = [os.path.relpath(path, project.root) for path in _files(project)]
    try:
        blobs = blobs_at(project, runner, tip.sha, names)
        for name in names:
            if name not in blobs:
                continue
            text = content(project, runner, blobs[name], f"{name} of {at}")
            if (table := _table(text, name, f"{name} of {at}")) is not None:
                folder = os.path.dirname(name)  # noqa: PTH120
                return replace(_read(table), origin=f"{name} of {at}", commit=tip.sha, folder=folder)
    except SourceError as error:
        return Policy(origin=at, commit=tip.sha, trouble=in_words(error))
    return Policy(origin=f"no {PROJECT_FILE} on {at}", commit=tip.sha)


def _without_git(project: Project) -> Policy:
    found, name = _here(project)
    where = f"{name}, in no git repository: the file itself counts" if name else f"no {PROJECT_FILE}, and no git"
    return replace(found, origin=where)


def _here(project: Project) -> tuple[Policy, str]:
    """What the worktree's files say, and the name of the one that does ("" for none)."""
    for path in _files(project):
        name = os.path.relpath(path, project.root)
        try:
            if not path.is_file():
                continue
            if path.stat().st_size > LARGEST:
                raise Unreadable(f"{name} is too large to be read")
            table = _table(path.read_bytes().decode("utf-8"), name, name)
        except SourceError as error:
            return Policy(trouble=in_words(error)), name
        except OSError as error:
            return Policy(trouble=f"{name} can't be read: {error.strerror}"), name
        except UnicodeDecodeError:
            return Policy(trouble=f"{name} is not UTF-8"), name
        if table is not None:
            return _read(table), name
    return Policy(), ""


def _read(table: Mapping[str, Any]) -> Policy:
    """The policy with texts that may be shown: a command may hold a password."""
    found = policy_of(table)
    texts = (
        replace(gate, text=without_secrets(gate.text), trouble=without_secrets(gate.trouble)) for gate in found.gates
    )
    return replace(found, gates=tuple(unique(texts)), trouble=without_secrets(found.trouble))


def _table(text: str, name: str, shown: str) -> Mapping[str, Any] | None:
    """What of a TOML file is ours; None of a pyproject.toml that does not speak of mltui. Raises `Unreadable`."""
    ours = not name.endswith(PYPROJECT)
    if not ours and "tool.mltui" not in text:
        return None
    try:
        document = from_toml(text)
    except ValueError as error:
        raise Unreadable(f"{shown} is not valid TOML: {error}") from error
    if ours:
        return document
    tool = document.get("tool")
    table = tool.get("mltui") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _files(project: Project) -> Iterator[Path]:
    """Where it may stand, the nearest first, as the configuration is looked for."""
    above = [project.start, *project.start.parents]
    within = above[: above.index(project.root) + 1] if project.root in above else [project.root]
    for directory in within:
        yield directory / PROJECT_FILE
        yield directory / PYPROJECT


def _has_worktree(project: Project) -> bool:
    return project.git_dir != project.root


def _stat(path: Path) -> Hashable:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
