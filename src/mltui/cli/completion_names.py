"""Names for completion: what is remembered of a project, and what a directory or git says at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mltui.model.status import Snapshot
    from mltui.sources.places import Project

#: Kind of names -> what one of them is.
KINDS: Final[Mapping[str, str]] = {
    "runs": "run",
    "jobs": "job",
    "models": "model",
    "aliases": "alias",
    "stages": "stage",
    "refs": "branch or tag",
    "metrics": "metric",
    "experiments": "experiment",
}
#: Somebody waits with a finger on the tab key: what takes longer is not offered (seconds).
BOUND: Final = 0.2
#: Another bound, for whoever tests it on a machine that has much else to do.
WITHIN: Final = "_MLTUI_WITHIN"
#: Names offered of a kind.
MOST: Final = 200


def names(path: str, kinds: Sequence[str]) -> list[tuple[str, str]]:
    """(kind, name) of the project at `path`, as far as they are there within `BOUND`."""
    found: list[tuple[str, str]] = []

    def look() -> None:
        for kind in kinds:
            found.extend((kind, name) for name in _first(_of(path, kind)))

    reader = threading.Thread(target=look, name="names", daemon=True)
    reader.start()
    reader.join(float(os.environ.get(WITHIN) or BOUND))
    return list(found)


def _first(many: Iterator[str]) -> list[str]:
    return [name for name, _ in zip(dict.fromkeys(filter(None, many)), range(MOST), strict=False)]


def _of(path: str, kind: str) -> Iterator[str]:
    from mltui.errors import MltuiError
    from mltui.sources.git.locate import open_project
    from mltui.sources.memory import recall
    from mltui.sources.runner import ProcessRunner

    try:
        project = open_project(Path(path), ProcessRunner())
        if kind == "refs":
            yield from _refs(project)
        elif kind == "jobs":
            yield from _jobs(project)
        elif (known := recall(project)) is not None:
            yield from _REMEMBERED[kind](known)
    except (MltuiError, OSError):
        return


def _refs(project: Project) -> Iterator[str]:
    from mltui.sources.git.command import git
    from mltui.sources.runner import ProcessRunner

    if project.git_dir is not None:
        where = ("refs/heads", "refs/tags", "refs/remotes")
        raw = git(project, ProcessRunner(), "for-each-ref", f"--count={MOST}", "--format=%(refname:short)", *where)
        yield from raw.decode(errors="replace").splitlines()


def _jobs(project: Project) -> Iterator[str]:
    from mltui.sources.places import state_dirs

    for state in state_dirs(project):
        if (state / "jobs").is_dir():
            yield from sorted(os.listdir(state / "jobs"), reverse=True)  # noqa: PTH208 - names are what is wanted


def _aliases(known: Snapshot) -> Iterator[str]:
    for model in known.models.value or ():
        sign = "#" if model.source == "gto" else "@"
        yield from (f"{model.name}{sign}{alias}" for alias in model.aliases)


_REMEMBERED: Final[Mapping[str, Callable[[Snapshot], Iterator[str]]]] = {
    "runs": lambda known: (run.name for run in known.newest.value or ()),
    "models": lambda known: (model.name for model in known.models.value or ()),
    "aliases": _aliases,
    "stages": lambda known: (stage.address for stage in (known.pipeline.value.stages if known.pipeline.value else ())),
    "metrics": lambda known: (key for run in known.newest.value or () for key in run.metrics),
    "experiments": lambda known: (run.experiment for run in known.newest.value or ()),
}
