"""DVC's files as they lie on disk. What is committed as it is has the blob id that git would give it, and is known."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from mltui.model.dvc_history import DvcFiles
from mltui.sources.dvc.history.blobs import Blobs
from mltui.sources.dvc.history.states import Reading, State, is_dvcs, kind_of, shared_in
from mltui.sources.dvc.readable import bytes_of

#: A file on disk: its path, its blob id, and its content, or why that can't be read.
OnDisk = tuple[str, str, bytes | str]


def read_worktree(root: Path, names: Iterable[str], known: Blobs) -> tuple[State, Blobs]:
    """All files on disk, and what they say besides what is `known`. `names` are relative to `root`. Never raises."""
    return _said(_on_disk(root, filter(is_dvcs, names)), known)


def read_data(
    root: Path, names: Iterable[str], head: DvcFiles, head_files: Mapping[str, str], shared: Collection[str]
) -> DvcFiles:
    """The .dvc files on disk alone. What those say that are as at HEAD (`head_files`, with their blob ids) is known
    from there, so that mostly nothing is parsed."""
    found = list(_on_disk(root, (name for name in names if is_dvcs(name) and kind_of(name) == 0)))
    same = {path for path, blob, _ in found if head_files.get(path) == blob}
    state, blobs = _said((each for each in found if each[0] not in same), Blobs({}, [], {}))
    other = alone(state, blobs, shared, "")
    kept = {name: entry for name, entry in head.tracked.items() if head.files[name] in same}
    files = {name: head.files[name] for name in kept}
    gaps = (*(gap for gap in head.gaps if gap.path in same), *other.gaps)
    return DvcFiles({**kept, **other.tracked}, {}, gaps=gaps, files={**files, **other.files})


def alone(state: State, blobs: Blobs, shared: Collection[str], commit: str) -> DvcFiles:
    """What a state says that is none of the history's. `shared`: paths that the history tells apart by their files."""
    came = {item: (commit, 0) for files in (state.data, state.locks, state.yamls) for item in files.items()}
    return Reading(blobs, {}, shared_in(blobs, state).union(shared), came).files(state)


def _on_disk(root: Path, names: Iterable[str]) -> Iterator[OnDisk]:
    for path in names:
        try:
            content = bytes_of(root / path)
        except FileNotFoundError:
            continue  # deleted, and git still lists it
        except (OSError, ValueError) as error:
            yield path, f"unread {path}", getattr(error, "strerror", None) or str(error)
        else:
            yield path, _blob_id(content), content


def _said(found: Iterable[OnDisk], known: Blobs) -> tuple[State, Blobs]:
    blobs = Blobs(dict(known.rows), known.blocks, known.digests)  # what can't be read now is not remembered
    names: dict[str, str] = {}
    new: dict[str, tuple[str, bytes]] = {}
    for path, blob, content in found:
        names[path] = blob
        if isinstance(content, str):
            blobs.rows[blob] = ["e", content]
        elif blob not in blobs.rows:
            new[blob] = path, content
    blobs.add(((blob, content) for blob, (_, content) in new.items()), {blob: path for blob, (path, _) in new.items()})
    return State().changed(dict(names)), blobs


def _blob_id(content: bytes) -> str:
    """As ``git hash-object`` in a repository of SHA-1. Elsewhere it finds nothing, and the file is parsed."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
