"""How a retrain runs: who runs it, in which way, the exact command, and what is laid over the environment."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mltui.config import Config
from mltui.errors import UsageError
from mltui.model.job import JobMode
from mltui.model.retrain import Asked
from mltui.model.shell import quote
from mltui.sources.dvc.python import dvc_command
from mltui.sources.executors import find
from mltui.sources.retrain.asking import Scope


@dataclass(frozen=True, slots=True)
class Way:
    """Who runs it and how. `exp`: it becomes a DVC experiment; `apart`: in another directory than the worktree."""

    executor: str
    kind: str
    mode: JobMode
    exp: bool
    apart: bool


def way_of(config: Config, asked: Asked) -> Way:
    """Raises `UsageError` for an executor nobody configured, and for what does not go together."""
    found = find(config, asked.executor)
    name, kind = found.name, found.kind
    if asked.rev and asked.overrides:
        raise UsageError(
            "--rev and -S don't go together: dvc exp run starts from HEAD", f"git switch {quote(asked.rev)}, then -S"
        )
    mode: JobMode
    shared = kind == "slurm" and not found.options.get("path")  # its nodes see this very worktree
    if kind != "local" and not shared:
        mode = "queue" if kind == "dvc-queue" else "remote"
    elif asked.rev:
        mode = "rev"
    elif asked.isolated or (asked.overrides and config.overrides_in != "workspace"):
        mode = "isolated"
    else:
        mode = "workspace" if asked.overrides else "in place"
    exp = mode in ("isolated", "workspace", "queue") or bool(asked.overrides)
    return Way(name, kind, mode, exp, mode not in ("in place", "workspace"))


def command_of(python: str, way: Way, scope: Scope, asked: Asked, experiment: str | None) -> tuple[str, ...]:
    """Exactly what is run, in `scope.root` or what stands for it elsewhere. Another box has a dvc of its own."""
    dvc = dvc_command(python)
    force = ("--force",) if asked.force else ()
    words = scope.words
    if any(target.startswith("-") for target in scope.targets):
        words = (*words[: len(words) - len(scope.targets)], "--", *scope.targets)
    if way.mode == "remote":  # what the clone lacks is fetched there, and params are set before (`RetrainPlan.before`)
        return ("dvc", "repro", "--pull", "--allow-missing", *force, *words)
    if not way.exp:
        return (*dvc, "repro", *force, *words)
    where = {"isolated": ("--temp",), "queue": ("--queue",)}.get(way.mode, ())
    named = ("-n", experiment) if experiment else ()
    overrides = [word for each in asked.overrides for word in ("-S", each)]
    return (*dvc, "exp", "run", *where, *named, *overrides, *force, *words)


def experiment_name() -> str:
    """A name that no experiment has: when, and two digits against who starts one in the same second."""
    return f"retrain-{time.strftime('%m%d-%H%M%S')}-{secrets.token_hex(1)}"


def environment_of(
    python: str, environ: Mapping[str, str], gpu: str | None, store: Mapping[str, str]
) -> dict[str, str]:
    """What is laid over the environment: stages that say ``python`` get the project's own; `store` is where runs go."""
    found: dict[str, str] = {}
    folder = str(Path(python).parent)
    path = environ.get("PATH", "")
    if not (path == folder or path.startswith(folder + os.pathsep)):
        found["PATH"] = f"{folder}{os.pathsep}{path}" if path else folder
    if gpu is not None:
        found["CUDA_VISIBLE_DEVICES"] = gpu
    return {**found, **store}


def not_found(cmd: str, wdir: str, path: str) -> list[str]:
    """Programs of a stage's command that are nowhere on `path` nor in its directory; what a shell makes itself is not
    asked for."""
    import shlex

    missing = []
    for row in cmd.splitlines():
        try:
            words = shlex.split(row, comments=True)
        except ValueError:
            continue
        program = next((word for word in words if not _assigns(word)), "")
        if not program or program in _SHELL or set(program) & set("$`(){}<>|&;*?~"):
            continue
        place = os.path.join(wdir, program) if "/" in program else program  # noqa: PTH118
        if shutil.which(place, path=path) is None:
            missing.append(program)
    return missing


def _assigns(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


#: What a POSIX shell does by itself.
_SHELL: Final = frozenset(
    re.findall(
        r"\S+",
        "! . : [ [[ alias bg break case cd command continue echo eval exec exit export false fg for function getopts "
        "hash if jobs kill local printf pwd read readonly return select set shift source test time times trap true "
        "type typeset ulimit umask unalias unset until wait while",
    )
)
