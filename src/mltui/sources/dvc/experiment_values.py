"""Metrics and params of one experiment: from the files of its commit, and metrics that DVC caches by their hash."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from mltui.sources.dvc import readable
from mltui.sources.dvc.cached import Cache
from mltui.sources.dvc.declared import NOTHING, Declared, declared_or_nothing
from mltui.sources.dvc.metrics import numbers, parse
from mltui.sources.dvc.recorded import LockedStage, lock_stages, locked_stage
from mltui.sources.dvc.values import as_text, leaves

#: A file larger than this holds no metrics or params worth a column.
LARGEST_BYTES = 1 << 20
_METRICS = re.compile(r"(?:^|/)(?:dvclive/)?(?:metrics|summary|scores?|results)[^/]*\.(?:json|ya?ml)$")

#: The cache of the DVC project that a directory belongs to.
CacheOf = Callable[[str], Cache]


class Blobs(Protocol):
    """Gives the content of files by the ids that a tree has for them: git's blobs (`BlobReader`), or the worktree's."""

    def read(self, shas: Sequence[str]) -> Iterable[tuple[str, bytes | None]]:
        """``(id, content)`` for each, in their order; None for what is not here."""


@dataclass(frozen=True, slots=True)
class Values:
    """What was read. `lacking` are (path, hash) of metrics files that are in DVC's cache elsewhere and not here.

    `whole`: git has every file; a partial clone may get the others later.
    """

    metrics: Mapping[str, float]
    params: Mapping[str, str]
    lacking: tuple[tuple[str, str], ...] = ()
    whole: bool = True


@dataclass(slots=True)
class _Files:
    """The files of one commit: {path: blob id}. `missing` are those that git did not have when asked."""

    tree: Mapping[str, str]
    reader: Blobs
    missing: set[str]

    def parsed(self, paths: list[str]) -> dict[str, Any]:
        """{path: content} of those that are there and can be parsed."""
        found: dict[str, Any] = {}
        for path, content in self.contents(paths).items():
            with suppress(ValueError):
                found[path] = parse(path, content)
        return found

    def contents(self, paths: list[str]) -> dict[str, bytes]:
        """{path: content} of those that are there and not too large."""
        wanted = [path for path in paths if path in self.tree]
        blobs = dict(self.reader.read(list(dict.fromkeys(self.tree[path] for path in wanted))))
        found = {path: blobs.get(self.tree[path]) for path in wanted}
        self.missing |= {path for path, content in found.items() if content is None}
        return {
            path: content for path, content in found.items() if content is not None and len(content) <= LARGEST_BYTES
        }


@dataclass(frozen=True, slots=True)
class _Said:
    """What DVC's files of one commit say: every dvc.yaml by its path, and (directory of its dvc.lock, stage)."""

    declared: Mapping[str, Declared]
    locked: tuple[tuple[str, LockedStage], ...]


def finished(listing: bytes, reader: Blobs, cache_of: CacheOf) -> Values:
    """Of an experiment that ran. `listing` is what ``git ls-tree -r -z --full-tree`` says of its commit."""
    return of_tree(tree_of(listing), reader, cache_of)


def of_tree(tree: Mapping[str, str], reader: Blobs, cache_of: CacheOf) -> Values:
    """Of files, {path: id} by whose ids `reader` gives them."""
    files = _Files(tree, reader, set())
    said = _said(files, "dvc.yaml", "dvc.lock")
    metrics: dict[str, float] = {}
    lacking = []
    for path, content, md5 in _measured(files, said, cache_of):
        if content is None:
            lacking.append((path, md5))
        else:
            metrics.update(content)
    params = dict(_locked_params(said)) or _whole_file(files)
    return Values(metrics, params, tuple(lacking), not files.missing)


def metrics_files(tree: Mapping[str, str], reader: Blobs, cache_of: CacheOf) -> dict[str, Mapping[str, float]]:
    """The numbers of each metrics file that `tree`, as of `of_tree`, declares; none of those that are not here."""
    files = _Files(tree, reader, set())
    found = _measured(files, _said(files, "dvc.yaml", "dvc.lock"), cache_of)
    return {path: content for path, content, _ in found if content is not None}


def _said(files: _Files, *names: str) -> _Said:
    """What the files of those `names` say; nothing of one that is no YAML."""
    contents = files.contents([path for path in files.tree if path.rpartition("/")[2] in names])
    said = {path: declared_or_nothing(content) for path, content in contents.items() if path.endswith(".yaml")}
    locked: list[tuple[str, LockedStage]] = []
    for path, content in contents.items():
        if path.endswith(".lock"):
            folder, beside = path.rpartition("/")[0], said.get(f"{path.removesuffix('.lock')}.yaml", NOTHING)
            with suppress(ValueError):  # a lock does not know a stage's directory, dvc.yaml does
                stages = lock_stages(readable.parse(content)).items()
                locked += ((folder, locked_stage(raw, beside.place_of(name, folder))) for name, raw in stages)
    return _Said(said, tuple(locked))


def _measured(files: _Files, said: _Said, cache_of: CacheOf) -> Iterator[tuple[str, Mapping[str, float] | None, str]]:
    """(path, numbers, md5) of metrics files; no numbers where DVC caches it and the object is not here."""
    declared = list(dict.fromkeys(_declared(said)))
    hashes = _cached(said)
    in_git = [path for path in declared if path in files.tree]
    by_hash = [path for path in declared if path not in files.tree and _out_of(path, hashes) is not None]
    if not in_git and not by_hash:  # templated, or nothing is said
        in_git = [path for path in files.tree if _METRICS.search(path)]
        by_hash = [path for path in hashes if _METRICS.search(path) and path not in files.tree]
    for path, parsed in files.parsed(in_git).items():
        yield path, numbers(parsed), ""
    for path in by_hash:
        out = _out_of(path, hashes) or path
        cache = cache_of(path.rpartition("/")[0])
        md5 = hashes[out] if out == path else cache.inside(hashes[out], path[len(out) + 1 :])
        content = cache.read(md5, LARGEST_BYTES) if md5 else None
        yield path, None if content is None else _numbers(path, content), md5 or hashes[out]


def queued(listing: bytes, reader: Blobs) -> Values:
    """Of an experiment that has not run: the params asked for, of the files and keys that dvc.lock names."""
    files = _Files(tree_of(listing), reader, set())
    params: dict[str, str] = {}
    wanted = list(_params_files(_said(files, "dvc.lock")))
    contents = files.parsed(list(dict.fromkeys(path for path, _ in wanted)))
    for path, keys in wanted:
        values = {key: as_text(value) for key, value in leaves(contents.get(path))}
        params.update({key: value for key, value in values.items() if _among(key, keys)})
    return Values({}, params or _whole_file(files), (), not files.missing)


def tree_of(listing: bytes) -> dict[str, str]:
    """{path: blob id} of what ``git ls-tree -r -z`` printed; no submodules."""
    found = {}
    for line in listing.split(b"\0"):
        head, _, name = line.partition(b"\t")
        if name and head.split(b" ")[1] == b"blob":
            found[os.fsdecode(name)] = head.split(b" ")[2].decode()
    return found


def _numbers(path: str, content: bytes) -> dict[str, float]:
    try:
        return numbers(parse(path, content))
    except ValueError:
        return {}


def _whole_file(files: _Files) -> dict[str, str]:
    content = files.parsed(["params.yaml"]).get("params.yaml")
    return {key: as_text(value) for key, value in leaves(content)}


def _declared(said: _Said) -> Iterator[str]:
    """Paths that a dvc.yaml calls metrics."""
    for path, each in said.declared.items():
        yield from each.at(path.rpartition("/")[0]).every_metric


def _cached(said: _Said) -> dict[str, str]:
    """{path: md5} of the files that a dvc.lock says were made."""
    hashes = ((out.path, (out.hash or "").partition(":")) for _, stage in said.locked for out in stage.outs)
    return {path: value for path, (kind, _, value) in hashes if kind == "md5"}


def _out_of(path: str, hashes: Mapping[str, str]) -> str | None:
    """The out that `path` is, or the directory among them that it lies in."""
    folders = [path, *(path[:at] for at, char in enumerate(path) if char == "/")]
    return next((out for out in folders if out in hashes and (out == path) != hashes[out].endswith(".dir")), None)


def _locked_params(said: _Said) -> Iterator[tuple[str, str]]:
    """Dotted params by what dvc.lock recorded, as text."""
    for _, stage in said.locked:
        for values in stage.params.values():
            yield from ((key, as_text(value)) for key, value in leaves(values))


def _params_files(said: _Said) -> Iterator[tuple[str, frozenset[str]]]:
    """(file, the dotted keys that a stage depends on) by what dvc.lock recorded."""
    for folder, stage in said.locked:
        for name, values in stage.params.items():
            path = os.path.normpath(f"{folder}/{name}" if folder else name)
            yield path, frozenset(map(str, values)) if isinstance(values, Mapping) else frozenset()


def _among(key: str, wanted: frozenset[str]) -> bool:
    """Whether `key` or one it lies in is wanted; none wanted means the whole file."""
    return not wanted or any(key == one or key.startswith(f"{one}.") for one in wanted)
