"""The environment of a gate command: the user's own, turned to the clean worktree and to the version's store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.promotion import Target
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.dvc.python import interpreter
from mltui.sources.gitquiet import FOREIGN

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Of mltui's own children, and of whoever started it from within a git hook.
_ASIDE = (*FOREIGN, "MLTUI_TRACKING", "MLTUI_REGISTRY", "MLTUI_NOBODY", "MLTUI_JOB", "PYTHONSTARTUP", "OLDPWD")


@dataclass(frozen=True, slots=True)
class Of:
    """What a command is asked about: a version that goes to a target, the full id of its commit, and in which `folder`
    of that (from the top) the command runs."""

    model: RegisteredModel
    version: ModelVersion
    target: Target
    sha: str
    folder: str = ""


def variables(workspace: Workspace, of: Of, tree: Path) -> dict[str, str]:
    """Every variable of a command that runs in the worktree at `tree`.

    The registry's address and login are as mltui itself writes there; where there is none, nobody's.
    """
    model, version, target = of.model, of.version, of.target
    environ: dict[str, str | None] = {**os.environ, **_store(workspace), **dict.fromkeys(_ASIDE)}
    environ |= {
        "MLTUI_MODEL": model.name,
        "MLTUI_VERSION": version.version,
        "MLTUI_MODEL_URI": f"models:/{model.name}/{version.version}" if model.source == "mlflow" else None,
        "MLTUI_RUN_ID": version.source_run_id or version.run_id or "",
        "MLTUI_ALIAS": target.name if target.kind == "alias" else target.alias,
        "MLTUI_TARGET": target.word,
        "MLTUI_COMMIT": of.sha,
        "PWD": str(tree / of.folder),
        "GIT_TERMINAL_PROMPT": "0",
    }
    root = workspace.project.root
    environ["PATH"] = os.pathsep.join([*_programs(workspace), *turned(os.environ.get("PATH", ""), root, tree)])
    environ["PYTHONPATH"] = os.pathsep.join(_imports(workspace, root, tree)) or None
    return {name: value for name, value in environ.items() if value is not None}


def _store(workspace: Workspace) -> Mapping[str, str | None]:
    from mltui.actions.mlflow.where import where_to_write

    try:
        return where_to_write(workspace, "registry").environ
    except SourceError:
        return {"MLFLOW_TRACKING_URI": None, "MLFLOW_REGISTRY_URI": None}


def _programs(workspace: Workspace) -> Iterator[str]:
    """Where the project's interpreter is: a gate that says ``python`` gets the one that a retrain's stages get."""
    yield str(Path(interpreter(workspace.project, workspace.config).path).parent)


def turned(paths: str, root: Path, tree: Path) -> Iterator[str]:
    """A list of directories in which those of the project that git has are the worktree's."""
    for path in filter(None, paths.split(os.pathsep)):
        inside = _inside(path, root)
        there = tree / inside if inside is not None else None
        yield str(there) if there is not None and there.is_dir() else path


def _imports(workspace: Workspace, root: Path, tree: Path) -> Iterator[str]:
    """Where the command imports from before all else: what PYTHONPATH says, turned to the worktree, and the project's
    packages that are installed "editable" in its environment: they would be those of the user's worktree."""
    seen = set()
    for path in (*turned(os.environ.get("PYTHONPATH", ""), root, tree), *_editable(workspace, root, tree)):
        if _inside(path, root) is None and path not in seen:
            seen.add(path)
            yield path


def _editable(workspace: Workspace, root: Path, tree: Path) -> Iterator[str]:
    """Directories of the worktree for those of the project that ``.pth`` files put on sys.path, and for packages that
    setuptools' finders map (``__editable___*_finder.py``)."""
    prefix = Path(interpreter(workspace.project, workspace.config).path).parent.parent
    for packages in sorted(prefix.glob("lib/python*/site-packages")):
        for file in (*sorted(packages.glob("*.pth")), *sorted(packages.glob("__editable___*_finder.py"))):
            try:
                text = file.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            for said in _said(text, str(root)):
                inside = _inside(said if file.suffix == ".pth" else os.path.dirname(said), root)  # noqa: PTH120
                if inside is not None and (tree / inside).is_dir():
                    yield str(tree / inside)


def _said(text: str, root: str) -> Iterator[str]:
    """The paths below `root` that stand in a line by themselves, or in quotes."""
    for line in text.splitlines():
        for word in (line.strip(), *line.split("'")[1::2]):
            if word.startswith(root):
                yield word


def _inside(path: str, root: Path) -> str | None:
    """`path` from `root`, if it lies there; links are followed."""
    if not os.path.isabs(path):  # noqa: PTH117 - it is meant from where the command stands
        return None
    for top in (str(root), os.path.realpath(root)):
        for each in (os.path.normpath(path), os.path.realpath(path)):
            if each == top or each.startswith(top + os.sep):
                return os.path.relpath(each, top)
    return None
