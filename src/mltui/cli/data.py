"""`mltui data`: every dataset, its versions, and what a commit held; for people and for machines."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.cli.as_of import at_document, opened_then
from mltui.cli.exits import NOTHING, OK
from mltui.cli.opening import open_told
from mltui.cli.progress import Counted
from mltui.cli.saying import say, say_each
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import SourceError, UsageError
from mltui.model.data_listing import Listed, inside
from mltui.model.dvc import Dataset
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.present.data_scene import DataScene
    from mltui.sources.dvc.history.datasets import DatasetList
    from mltui.sources.workspace import Workspace

    Scenes = Mapping[tuple[str, str], DataScene]


@dataclass(frozen=True)
class DataAsked:
    """The options of `mltui data`. `path` is relative to -C's, `at` another time than now; `remote`: it is asked."""

    path: str | None = None
    at: str | None = None
    json: bool = False
    deleted: bool = False
    remote: bool = False


def print_data(options: Options, asked: DataAsked) -> int:
    """Print the datasets and return the exit code. Raises `UsageError` for a path or revision that there is none of,
    `SourceError` where the remote that was asked did not answer."""
    workspace = open_told(options)
    try:
        if workspace.project.server:
            raise UsageError("a tracking server has no datasets of DVC", "mltui -C DIRECTORY data")
        workspace = opened_then(workspace, asked.at)
        with Counted("reading DVC's files of all commits") as counted:
            found = workspace.datasets.load(counted.tell)
        shown = _chosen(found, asked, workspace)
        scenes = _scenes(workspace, shown, asked)
        if asked.json:
            _print_json(workspace, found, shown, scenes, asked)
        else:
            _print_text(workspace, shown, scenes, asked)
        say_each(found.problems)
        return NOTHING if workspace.project.git_dir is None and not found.datasets and not _has_dvc(workspace) else OK
    finally:
        workspace.close()


def _chosen(found: DatasetList, asked: DataAsked, workspace: Workspace) -> Sequence[Listed]:
    """All that are there, or those that the path names."""
    here = [one for one in found.datasets if asked.deleted or asked.at is not None or one.where != "history"]
    if asked.path is None:
        return here
    project = workspace.project
    path = os.path.relpath(os.path.join(project.start, os.path.expanduser(asked.path)), project.root)  # noqa: PTH111, PTH118
    for word in dict.fromkeys((asked.path, path, found.moved.get(path, path))):
        if chosen := inside(found.datasets, word):
            return chosen
    raise UsageError(f"no dataset is called {asked.path!r}", _near(path, found))


def _near(path: str, found: DatasetList) -> str:
    from difflib import get_close_matches

    names = {name: one.name for one in found.datasets for name in (one.name, os.path.basename(one.name))}  # noqa: PTH119
    whole, base = (path, os.path.basename(path).removesuffix(".dvc"))  # noqa: PTH119
    matches = get_close_matches(whole, names, n=3) or get_close_matches(base, names, n=3)
    near = dict.fromkeys(names[match] for match in matches)
    return f"did you mean {' or '.join(list(near)[:3])}?" if near else "mltui data --all lists them"


def _scenes(workspace: Workspace, shown: Sequence[Listed], asked: DataAsked) -> Scenes:
    """Where the versions of each are; the table of several in words has no room for it, and nobody looks."""
    if not asked.json and not asked.remote and not _timeline(shown, asked):
        return {}
    from mltui.cli.data_stored import scenes_of

    now = workspace.as_of.at if workspace.as_of else now_ms()
    with Counted("looking into DVC's cache"):
        return scenes_of(workspace, shown, now, symbols(workspace.config), ask=asked.remote)


def _timeline(shown: Sequence[Listed], asked: DataAsked) -> bool:
    return asked.path is not None and len(shown) == 1


def _print_json(
    workspace: Workspace, found: DatasetList, shown: Sequence[Listed], scenes: Scenes, asked: DataAsked
) -> None:
    from mltui.cli.machine import write_json
    from mltui.present.data_document import data_document

    at = at_document(workspace.as_of)
    at = {"rev": asked.at, **at} if at else None  # its name before other commands had --at, too
    write_json(data_document(shown, found.problems, known={} if at else _known(workspace), stored=scenes, at=at))


def _known(workspace: Workspace) -> Mapping[tuple[str, str], Dataset]:
    """Datasets with DVC's status as far as it is remembered and stands: DVC is not asked."""
    try:
        pipeline = workspace.pipeline.remembered()
    except SourceError:
        return {}
    datasets = pipeline.datasets if pipeline is not None and pipeline.settled else ()
    return {(one.path, one.address): one for one in datasets}


def _print_text(workspace: Workspace, shown: Sequence[Listed], scenes: Scenes, asked: DataAsked) -> None:
    from mltui.present.data_table import listed_rows, timeline, title
    from mltui.present.table_text import table_text

    use_utf8()
    now = workspace.as_of.at if workspace.as_of else now_ms()
    signs, width = symbols(workspace.config), columns() if is_terminal() else None
    if not shown:
        say("no datasets then") if asked.at else say(
            "no datasets here", "dvc add FILE makes one; mltui data --all lists those of before"
        )
    elif _timeline(shown, asked):
        (one,) = shown
        scene = scenes[one.dataset.path, one.dataset.address]
        write([title(one, signs, then=asked.at is not None), *timeline(one, scene, width)])
    else:
        write(table_text(listed_rows(shown, now, signs, then=asked.at is not None), width))


def _has_dvc(workspace: Workspace) -> bool:
    if (workspace.project.root / ".dvc").is_dir():
        return True
    sys.stderr.write(f"mltui: nothing to read in {workspace.project.root}: no git, no DVC\n")
    return False
