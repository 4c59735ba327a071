"""Whose Python works with dvc and mlflow: the project's own, and what is installed in it.

Told from files alone (no process): an interpreter is where it says, its packages are ``*.dist-info`` directories.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mltui.config import Config
from mltui.model.part import Problem
from mltui.sources.places import Project

#: Names of an interpreter inside an environment, in order.
_NAMES = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An interpreter, who named it, and the versions of dvc and mlflow in it (None: not found there)."""

    path: str
    origin: str
    dvc: str | None = None
    mlflow: str | None = None
    note: str = ""


def interpreter(project: Project, config: Config, needs: str = "") -> Interpreter:
    """``python =`` in the configuration, then $VIRTUAL_ENV, $CONDA_PREFIX, the project's .venv, else mltui's own.

    A place that was named but holds no interpreter is passed over, and so is one without the package `needs` (unless
    the configuration names it), and one that the repository brings and nobody trusted; `note` says so.
    """
    notes = []
    for origin, path in _candidates(project, config):
        if path is None:
            notes.append(f"{origin} names no interpreter")
            continue
        if not _may_run(project, config, origin, path):
            notes.append(f"{origin} is one that the repository brings, and is not trusted (mltui trust)")
            continue
        found = _described(path, origin, "; ".join(notes))
        if not needs or origin == "configuration" or getattr(found, needs):
            return found
        notes.append(f"no {needs} in {origin}")
    return _described(Path(sys.executable), "mltui's own", "; ".join(notes))


def dvc_command(python: str) -> tuple[str, ...]:
    """The dvc beside an interpreter, by its full path; else that interpreter runs it."""
    beside = Path(python).parent / ("dvc.exe" if sys.platform == "win32" else "dvc")
    return (str(beside),) if os.access(beside, os.X_OK) else (python, "-m", "dvc")


def dvc_words(command: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A command as `dvc_command` begins it: what runs dvc, and what dvc is told. The first is () of another command."""
    words = tuple(command)
    front = 3 if words[1:3] == ("-m", "dvc") else 1 if words and Path(words[0]).stem == "dvc" else 0
    return words[:front], words[front:]


def _candidates(project: Project, config: Config) -> Iterator[tuple[str, Path | None]]:
    if config.python:
        named = project.root / Path(config.python).expanduser()
        yield "configuration", named if named.is_file() else _inside(named)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if prefix := os.environ.get(variable):
            yield f"${variable}", _inside(Path(prefix))
    for base in dict.fromkeys((project.start, project.root)):
        found = _inside(base / ".venv")
        if found is not None:
            yield ".venv", found


def _inside(prefix: Path) -> Path | None:
    return next((prefix / name for name in _NAMES if (prefix / name).is_file()), None)


def _may_run(project: Project, config: Config, origin: str, path: Path) -> bool:
    """An interpreter that the repository brings is code from the repository: it never runs unasked, unless the user's
    own files or variables name it."""
    if origin.startswith("$") or (origin == "configuration" and config.is_users("python")):
        return True
    from mltui.sources.trust import trusted_python

    return trusted_python(project, path)


def brought_pythons(project: Project, config: Config) -> dict[str, str]:
    """The interpreters that would be used if they were trusted: path from the top, and digest of what git has."""
    from mltui.sources.trust import brought

    found = {}
    for origin, path in _candidates(project, config):
        users = origin.startswith("$") or (origin == "configuration" and config.is_users("python"))
        if path is not None and not users and (theirs := brought(project, path)):
            found[theirs[0]] = theirs[1]
    return found


def distrusted(project: Project, config: Config) -> Problem | None:
    """That the interpreter which the project's configuration names is not used, as a problem to show."""
    if not config.python or config.is_users("python") or project.server:
        return None
    path = next(path for origin, path in _candidates(project, config) if origin == "configuration")
    if path is None or _may_run(project, config, "configuration", path):
        return None
    summary = f"python = {config.python} is not used: the repository brings it, and you have not trusted it"
    return Problem("config", summary, "mltui trust shows it, and asks", next(reversed(config.files), ""))


def _described(path: Path, origin: str, note: str) -> Interpreter:
    versions = installed(path)
    return Interpreter(str(path), origin, versions.get("dvc"), versions.get("mlflow"), note)


def installed(python: Path, names: tuple[str, ...] = ("dvc", "mlflow")) -> dict[str, str]:
    """Versions of the distributions `names` beside an interpreter, by their dist-info directories."""
    prefix = python.parent.parent
    folders = [*prefix.glob("lib/python*/site-packages"), *prefix.glob("lib/python*/dist-packages")]
    if python == Path(sys.executable):  # a distribution's Python keeps packages elsewhere, too
        folders += [Path(path) for path in sys.path if path.endswith("-packages")]
    pattern = re.compile(rf"({'|'.join(names)})-([^-]+)\.(?:dist|egg)-info", re.IGNORECASE)
    found: dict[str, str] = {}
    for folder in folders:
        try:
            entries = os.listdir(folder)  # noqa: PTH208 - names are all that is needed, of a thousand entries
        except OSError:
            continue
        for match in filter(None, map(pattern.fullmatch, entries)):
            found.setdefault(match[1].lower(), match[2])
    return found
