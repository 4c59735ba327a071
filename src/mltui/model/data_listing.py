"""All datasets of a project: those of the worktree, of HEAD, and those there only were; or those of one commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from mltui.model.dvc import Dataset, DatasetVersion, Entry, Gap
from mltui.model.dvc_history import DvcFiles

Where = Literal["worktree", "head", "history"]


class Timelines(Protocol):
    """What is known of datasets over history, as `DvcHistory` has it."""

    @property
    def versions(self) -> Mapping[str, tuple[DatasetVersion, ...]]: ...
    @property
    def gaps_of(self) -> Mapping[str, tuple[Gap, ...]]: ...
    @property
    def moved(self) -> Mapping[str, str]: ...
    @property
    def files(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A dataset with its history. `name` is its path, or ``path (file)`` where two have one path; `file` tracks it.

    `where`: on disk now, only at HEAD, or only in the history. `address` of the dataset is the file.
    """

    name: str
    file: str
    where: Where
    dataset: Dataset


def everything(
    history: Timelines, worktree: DvcFiles | None, head: DvcFiles | None, outs: Collection[str]
) -> list[Listed]:
    """Every dataset there is or was, by path. `outs` are pipeline outputs that count as datasets."""
    found: dict[str, Listed] = {}
    for where, files in (("worktree", worktree), ("head", head)):
        for one in datasets_of(history, files, outs, "worktree" if where == "worktree" else "head") if files else ():
            found.setdefault(one.name, one)
    for name, versions in history.versions.items():
        if name not in found and name not in history.moved:
            last = versions[-1]
            entry = Entry(_path_of(name, history.files.get(name, "")), None, last.size, last.nfiles)
            found[name] = _listed(history, name, history.files.get(name, ""), "history", entry)
    return sorted(found.values(), key=lambda one: one.name)


def datasets_of(history: Timelines, files: DvcFiles, outs: Collection[str], where: Where) -> list[Listed]:
    """The datasets that the files of one moment name; one whose file can't be read has no hash, and a gap."""
    found = [_listed(history, name, files.files.get(name, ""), where, entry) for name, entry in files.tracked.items()]
    for key, stage in files.locked.items() if outs else ():
        for out in stage.outs:
            if out.path in outs and out.path not in files.tracked:
                found.append(_listed(history, out.path, key.address, where, out))
    named = {file: name for name, file in history.files.items()}
    for gap in files.gaps:
        if gap.path.endswith(".dvc"):
            name = named.get(gap.path, gap.path.removesuffix(".dvc"))
            one = _listed(history, name, gap.path, where, Entry(_path_of(name, gap.path)))
            known = one.dataset.gaps
            found.append(one if gap in known else replace(one, dataset=replace(one.dataset, gaps=(*known, gap))))
    return sorted(found, key=lambda one: one.name)


def present(one: Listed) -> DatasetVersion | None:
    """The version that the dataset has at the moment it is listed for; None if that was never committed."""
    return next((version for version in one.dataset.history if version.hash == one.dataset.hash), None)


def inside(datasets: Sequence[Listed], path: str) -> list[Listed]:
    """Those that a path names: a dataset, the file that tracks it, a directory above some, a file within one."""
    path = path.rstrip("/")
    exact = [one for one in datasets if path in (one.name, one.dataset.path, one.file)]
    if exact:
        return [one for one in exact if one.where != "history"] or exact
    below = [one for one in datasets if one.dataset.path.startswith(f"{path}/") and one.where != "history"]
    return below or [one for one in datasets if path.startswith(f"{one.dataset.path}/") and one.where != "history"]


def numbers(one: Listed) -> Mapping[str, int]:
    """{hash: number of the version}, from 1 on."""
    return {version.hash: number for number, version in enumerate(one.dataset.history, start=1)}


def _listed(history: Timelines, name: str, file: str, where: Where, entry: Entry) -> Listed:
    versions = history.versions.get(name, ())
    gaps: tuple[Gap, ...] = history.gaps_of.get(name, ())
    dataset = Dataset(
        entry.path, file, entry.hash, entry.size, entry.nfiles, "unknown", versions=len(versions), history=versions,
        gaps=gaps,
    )  # fmt: skip
    return Listed(name, file, where, dataset)


def _path_of(name: str, file: str) -> str:
    return name.removesuffix(f" ({file})")
