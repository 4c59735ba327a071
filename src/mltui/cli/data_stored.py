"""Where the versions of datasets are: in DVC's cache, and on the remote as far as it was asked. DVC's own cache and
mltui's memory tell it; only ``--ask-remote`` asks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.cli.ask_remote import ask_remotes
from mltui.present.data_scene import DataScene
from mltui.sources.dvc.stored import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mltui.model.data_listing import Listed
    from mltui.model.dvc import Dataset
    from mltui.present.text import Symbols
    from mltui.sources.workspace import Workspace

#: Files of the versions of one dataset, where it is the only one asked about: seconds on a local disk.
OF_ONE = 1_000_000


def scenes_of(
    workspace: Workspace, shown: Sequence[Listed], now: int, symbols: Symbols, *, ask: bool
) -> Mapping[tuple[str, str], DataScene]:
    """What the lines about each dataset need besides, by path and address. Raises `SourceError` of a remote that was
    to be asked and did not answer."""
    roots = _roots(workspace, [one.dataset for one in shown])
    if ask:
        hashes: dict[Path, list[str | None]] = {root: [] for root in roots.values()}
        for one in shown:
            versions = (version.hash for version in one.dataset.history)
            hashes[roots[one.dataset.path]] += [one.dataset.hash, *versions]
        ask_remotes(workspace, hashes, "version")
    remotes = {root: workspace.remote.known(root) for root in set(roots.values())}
    files = OF_ONE if len(shown) == 1 else AT_ONCE
    scenes = {}
    for one in shown:
        dataset, root = one.dataset, roots[one.dataset.path]
        held = workspace.stored.quickly(root, dataset, partial(workspace.stored.as_held, root), at_once=files)
        scenes[dataset.path, dataset.address] = DataScene(dataset, now, symbols, held=held, remote=remotes[root])
    return scenes


def _roots(workspace: Workspace, datasets: Sequence[Dataset]) -> dict[str, Path]:
    """The DVC project of each dataset by its path: another one's cache would be a wrong answer."""
    top, tree = workspace.project.root, workspace.dvc_tree()
    return {one.path: Path(tree.owner(str(top / one.path)) or top) for one in datasets}
