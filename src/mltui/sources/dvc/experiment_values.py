"""Metrics and params of one experiment: from the files of its commit, and metrics that DVC caches by their hash."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mltui.sources.dvc import readable
from mltui.sources.dvc.cached import Cache
from mltui.sources.dvc.metrics import numbers, parse

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
        wanted = [path for path in paths if path in self.tree]
        found: dict[str, Any] = {}
        blobs = dict(self.reader.read(list(dict.fromkeys(self.tree[path] for path in wanted))))
        for path in wanted:
            content = blobs.get(self.tree[path])
            if content is None:
                self.missing.add(path)
            if content is None or len(content) > LARGEST_BYTES:
                continue
            try:
                found[path] = parse("lock.yaml" if path.endswith(".lock") else path, content)
            except ValueError:
                continue
        return found


def finished(listing: bytes, reader: Blobs, cache_of: CacheOf) -> Values:
    """Of an experiment that ran. `listing` is what ``git ls-tree -r -z --full-tree`` says of its commit."""
    return of_tree(tree_of(listing), reader, cache_of)


def of_tree(tree: Mapping[str, str], reader: Blobs, cache_of: CacheOf) -> Values:
    """Of files, {path: id} by whose ids `reader` gives them."""
    files = _Files(tree, reader, set())
    declaring = files.parsed([path for path in files.tree if path.rpartition("/")[2] in ("dvc.yaml", "dvc.lock")])
    declared = list(dict.fromkeys(_declared(declaring)))
    hashes = _cached(declaring)
    in_git = [path for path in declared if path in files.tree]
    by_hash = [path for path in declared if path not in files.tree and _out_of(path, hashes) is not None]
    if not in_git and not by_hash:  # templated, or nothing is said
        in_git = [path for path in files.tree if _METRICS.search(path)]
        by_hash = [path for path in hashes if _METRICS.search(path) and path not in files.tree]
    metrics: dict[str, float] = {}
    for content in files.parsed(in_git).values():
        metrics.update(numbers(content))
    lacking = []
    for path in by_hash:
        out = _out_of(path, hashes) or path
        cache = cache_of(path.rpartition("/")[0])
        md5 = hashes[out] if out == path else cache.inside(hashes[out], path[len(out) + 1 :])
        content = cache.read(md5, LARGEST_BYTES) if md5 else None
        if content is None:
            lacking.append((path, md5 or hashes[out]))
        else:
            metrics.update(_numbers(path, content))
    params = dict(_locked_params(declaring)) or _whole_file(files)
    return Values(metrics, params, tuple(lacking), not files.missing)


def queued(listing: bytes, reader: Blobs) -> Values:
    """Of an experiment that has not run: the params asked for, of the files and keys that dvc.lock names."""
    files = _Files(tree_of(listing), reader, set())
    declaring = files.parsed([path for path in files.tree if path.rpartition("/")[2] == "dvc.lock"])
    params: dict[str, str] = {}
    wanted = list(_params_files(declaring))
    contents = files.parsed(list(dict.fromkeys(path for path, _ in wanted)))
    for path, keys in wanted:
        values = {key: _text(value) for key, value in _leaves(contents.get(path))}
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
    return {key: _text(value) for key, value in _leaves(content)}


def _declared(contents: Mapping[str, Any]) -> Iterator[str]:
    """Paths that a dvc.yaml calls metrics."""
    for path, content in contents.items():
        folder = path.rpartition("/")[0]
        if path.endswith("dvc.yaml") and isinstance(content, Mapping):
            yield from (entry.path for entry in readable.entries(content.get("metrics"), folder))
            for stage in _stages(content).values():
                yield from (entry.path for entry in readable.entries(stage.get("metrics"), _place(stage, folder)))


def _cached(contents: Mapping[str, Any]) -> dict[str, str]:
    """{path: md5} of the files that a dvc.lock says were made. It does not know a stage's wdir, dvc.yaml does."""
    found: dict[str, str] = {}
    for path, content in contents.items():
        if path.endswith("dvc.lock"):
            folder = path.rpartition("/")[0]
            declared = _stages(contents.get(f"{path.removesuffix('.lock')}.yaml"))
            for name, stage in readable.lock_stages(content).items():
                place = _place(declared.get(name.partition("@")[0], {}), folder)
                for entry in readable.entries(stage.get("outs"), place):
                    kind, _, value = (entry.hash or "").partition(":")
                    if kind == "md5":
                        found[entry.path] = value
    return found


def _out_of(path: str, hashes: Mapping[str, str]) -> str | None:
    """The out that `path` is, or the directory among them that it lies in."""
    folders = [path, *(path[:at] for at, char in enumerate(path) if char == "/")]
    return next((out for out in folders if out in hashes and (out == path) != hashes[out].endswith(".dir")), None)


def _stages(content: Any) -> dict[str, Mapping[str, Any]]:
    """The stages of a dvc.yaml; of a templated one what it repeats."""
    stages = content.get("stages") if isinstance(content, Mapping) else None
    found = {}
    for name, stage in stages.items() if isinstance(stages, Mapping) else ():
        inner = stage.get("do") if isinstance(stage, Mapping) and "foreach" in stage else stage
        if isinstance(inner, Mapping):
            found[str(name)] = inner
    return found


def _place(stage: Mapping[str, Any], folder: str) -> str:
    return f"{folder}/{stage['wdir']}".strip("/") if stage.get("wdir") else folder


def _locked_params(contents: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Dotted params by what dvc.lock recorded, as text."""
    for _, _, values in _recorded(contents):
        yield from ((key, _text(value)) for key, value in _leaves(values))


def _params_files(contents: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """(file, the dotted keys that a stage depends on) by what dvc.lock recorded."""
    for folder, name, values in _recorded(contents):
        path = os.path.normpath(f"{folder}/{name}" if folder else name)
        yield path, frozenset(str(key) for key in values) if isinstance(values, Mapping) else frozenset()


def _recorded(contents: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(directory of the dvc.lock, params file, its recorded values)."""
    for path, content in contents.items():
        if path.endswith("dvc.lock"):
            for stage in readable.lock_stages(content).values():
                params = stage.get("params")
                for name, values in params.items() if isinstance(params, Mapping) else ():
                    yield path.rpartition("/")[0], str(name), values


def _among(key: str, wanted: frozenset[str]) -> bool:
    """Whether `key` or one it lies in is wanted; none wanted means the whole file."""
    return not wanted or any(key == one or key.startswith(f"{one}.") for one in wanted)


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{prefix}.{key}" if prefix else str(key))
    elif prefix:
        yield prefix, value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
