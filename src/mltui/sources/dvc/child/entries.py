"""Deps, outs and params of DVC's stages, as plain values."""

from __future__ import annotations

import contextlib
from typing import Any

#: dvc.lock by the path of its dvc.yaml, for the length of one request.
LOCKS: dict[str, Any] = {}


def describe(entry: Any) -> dict[str, Any]:
    """A dep or an out; `object` is its file in the cache."""
    info, meta = getattr(entry, "hash_info", None), getattr(entry, "meta", None)
    found = {
        "path": path_of(entry),
        "local": is_local(entry),
        "param": is_params(entry),
        "hash": hash_text(info),
        **{name: getattr(meta, name, None) for name in ("size", "nfiles")},
        **{name: bool(getattr(entry, name, False)) for name in ("use_cache", "metric", "plot")},
    }
    if found["local"] and found["use_cache"] and info and entry.is_in_repo and is_local(entry.cache):
        found["object"] = entry.cache.oid_to_path(info.value)
    return found


def path_of(entry: Any) -> str:
    return str(entry.fs_path if is_local(entry) else entry.def_path or entry)


def lock_of(stage: Any) -> Any:
    """The stage's entry in dvc.lock, None if it has none; a .dvc file is its own."""
    name = getattr(stage, "name", None)
    if name and stage.path not in LOCKS:  # every stage has a dvcfile of its own, each would parse the lock again
        LOCKS[stage.path] = stage.dvcfile.lockfile_contents
    return (LOCKS[stage.path].get("stages") or {}).get(name) if name else {}


def is_params(entry: Any) -> bool:
    return getattr(entry, "hash_name", None) == "params"


def is_local(entry: Any) -> bool:
    return entry.fs is not None and not hasattr(entry, "def_repo") and entry.fs.protocol == "local"


def read_params(dep: Any) -> Any:
    """{dotted key: value} as the worktree has them, None where the file can't be read."""
    with contextlib.suppress(Exception):  # the entry's own status tells what is wrong with the file
        return dep.read_params()


def hash_text(info: Any) -> str | None:
    """``md5:<hex>[.dir]``, ``etag:…`` or None."""
    text = info and isinstance(info.value, str)  # params and ds:// have dicts
    return f"{info.name.replace('-dos2unix', '')}:{info.value}" if text else None
