"""`mltui status --short`, before each prompt of a shell: at once, and nothing at all where there is nothing to say.

The document that still stands has its line beside it (`sources.standing`); then nothing more is imported. Else it is
what is remembered of the pipeline, by stats of its files, and of runs, and the jobs as they are: no DVC, no store.
"""

from __future__ import annotations

import os
import sys

from mltui.cli.exits import ATTENTION, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.model.runs import Run
    from mltui.model.status import Snapshot
    from mltui.sources.workspace import Workspace

#: What makes a directory one to look at, or one below it.
SIGNS = (".git", ".dvc", "mltui.toml", "mlruns", "mlflow.db")


def print_short(options: Options) -> int:
    """Print the line, or nothing: outside of any project, and where something is wrong, a prompt is not the place."""
    if not is_project(options.path):
        return OK
    found = None if options.store else _standing(options.path)
    line, needs = found or _remembered(options)
    if line:
        sys.stdout.write(f"{line}\n")
    return ATTENTION if options.exit_code and needs else OK


def is_project(path: str) -> bool:
    """Whether one of the signs is in the directory `path` or above it."""
    if os.environ.get("GIT_DIR"):
        return True
    try:
        above, here = "", os.path.realpath(path)
    except FileNotFoundError:  # somebody removed the directory one stands in
        return False
    while here != above:
        if any(os.path.lexists(f"{here}/{sign}") for sign in SIGNS):
            return True
        above, here = here, os.path.dirname(here)  # noqa: PTH120
    return False


def lines(snapshot: Snapshot, always_ascii: bool) -> tuple[str, str]:
    """The line of `snapshot` in Unicode and in ASCII."""
    from mltui.present.short import short_line
    from mltui.present.text import ASCII, UNICODE

    in_ascii = short_line(snapshot, ASCII)
    return in_ascii if always_ascii else short_line(snapshot, UNICODE), in_ascii


def _standing(path: str) -> tuple[str, bool] | None:
    from mltui.sources.standing import recall

    kept = recall(path)
    return None if kept is None else (kept.short[_needs_ascii()], bool(kept.attention))


def _needs_ascii() -> bool:
    from mltui.present.charset import asked_for_c

    encoding = (sys.stdout.encoding or "").lower()
    return not encoding.startswith("utf") or asked_for_c(os.environ, bool(sys.flags.utf8_mode))


def _remembered(options: Options) -> tuple[str, bool]:
    from mltui.cli.opening import open_told
    from mltui.cli.terminal import use_utf8
    from mltui.errors import MltuiError
    from mltui.model.attention import attention

    use_utf8()
    try:
        workspace = open_told(options)
        try:
            snapshot = _known(workspace)
        finally:
            workspace.close()
    except MltuiError:
        return "", False
    return lines(snapshot, workspace.config.ascii)[_needs_ascii()], bool(attention(snapshot))


def _known(workspace: Workspace) -> Snapshot:
    """What is known without asking anybody who may take his time."""
    from dataclasses import replace

    from mltui.errors import SourceError
    from mltui.model.dvc import Pipeline
    from mltui.model.part import Part
    from mltui.model.status import Snapshot
    from mltui.sources.port import read

    nothing = Snapshot("", *(Part(name) for name in ("git", "pipeline", "stores", "models", "newest", "experiments")))  # type: ignore[arg-type]
    known = workspace.remembered or nothing
    try:
        pipeline = Pipeline() if workspace.project.server else workspace.pipeline.remembered()
    except SourceError:
        pipeline = None
    newest: dict[str, Run] = {}
    for run in known.newest.value or ():
        newest.setdefault(run.experiment_id, run)
    return replace(known, pipeline=Part("pipeline", pipeline), latest=tuple(newest.values()), jobs=read(workspace.jobs))
