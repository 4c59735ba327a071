"""The stages of one DVC project and their status, by DVC's own code.

What ``dvc status`` composes (`dvc.stage.Stage.status`) is composed from the same pieces, without the repository's lock.
"""

# dvc's own paths are strings, and most of what is asked here is about them:
# ruff: noqa: PTH100, PTH110, PTH112, PTH116, PTH118

from __future__ import annotations

import os
from typing import Any

from .entries import describe, hash_text, is_local, is_params, lock_of, path_of, read_params
from .errors import one_line

#: The mode DVC gives to what it keeps in its cache: such an object is believed, not hashed.
PROTECTED = 0o444


class Project:
    """One DVC project: its resolved stages, and what their status is."""

    def __init__(self, root: str, site: str, limits: dict[str, int], theirs: str | None) -> None:
        from dvc.repo import Repo

        os.chdir(root)
        self.root, self.limits, self.theirs = root, limits, theirs
        self.repo = Repo(root, config={"core": {"site_cache_dir": site}})
        self.stages: Any = {}
        self.files: Any = {}

    def resolve(self, seen: set[str]) -> dict[str, Any]:
        """All stages with DVC's addresses, in its order, and every file that was `seen` to be read for them."""
        from dvc.repo.index import Index

        broken: list[Any] = []
        index = Index.from_repo(self.repo, onerror=lambda *found: broken.append(found))
        self.stages = {stage.addressing: stage for stage in index.stages}
        stores = (self.repo.cache.repo, self.repo.cache.legacy)
        return {
            "stages": [self.describe(stage) for stage in index.stages],
            "broken": [{"path": os.path.abspath(path), "error": one_line(error)} for path, error in broken],
            "metrics": index._metrics,
            "artifacts": {path: list(items or ()) for path, items in index._artifacts.items()},
            "opened": sorted(seen),
            "configs": [os.path.join(self.repo.config.get_dir(level), "config") for level in ("global", "system")],
            "stores": sorted({store.path for store in stores if store is not None and is_local(store)}),
            "hashes": {"ours": os.path.join(self.repo.site_cache_dir, "hashes", "local"), "theirs": self.theirs},
        }

    def describe(self, stage: Any) -> dict[str, Any]:
        dep = stage.deps[0] if stage.is_import else None
        return {
            **{name: getattr(stage, name) for name in ("path", "cmd", "wdir", "frozen")},
            "name": getattr(stage, "name", None),
            "address": stage.addressing,
            "data": bool(stage.is_data_source and stage.outs),
            "locked": lock_of(stage) is not None,
            "desc": stage.desc or next((out.annot.desc for out in stage.outs if out.annot.desc), None),
            "always": bool(stage.always_changed or stage.is_callback),
            "imported": getattr(dep, "def_repo", {}).get("url") or str(dep.def_path or dep) if dep else None,
            **{name: [describe(entry) for entry in getattr(stage, name)] for name in ("deps", "outs")},
        }

    def status(self, addresses: dict[str, list[Any]], everything: bool) -> dict[str, Any]:
        """What ``dvc status`` says of {address: [path, name]}; big data is hashed only if `everything` is asked."""
        from dvc.dvcfile import load_file
        from fsspec.implementations.memory import MemoryFileSystem  # type: ignore[import-untyped]

        os.chdir(self.root)
        self.repo.__dict__.pop("dvcignore", None)
        MemoryFileSystem.store.clear()  # every directory object that was built the last time
        for address, (path, name) in addresses.items():
            if address not in self.stages:  # nothing was resolved yet: the stage is loaded alone
                file = self.files[path] = self.files.get(path) or load_file(self.repo, path)
                self.stages[address] = file.stages[name]
        return {address: self.look(self.stages[address], everything) for address in addresses}

    def look(self, stage: Any, everything: bool) -> dict[str, Any]:
        """One stage's verbatim entry, and why: {kind, path, change, old, new} of each dep and out that changed."""
        entry: list[Any] = []
        why: list[Any] = []
        for kind, items in (("dep", [] if stage.frozen else stage.deps), ("out", stage.outs)):
            changed: dict[str, Any] = {}
            for item in items:
                changed.update(self.ask(kind, item, everything, why))
            entry += [{f"changed {kind}s": changed}] if changed else []
        stage._status_always_changed(entry)
        stage._status_stage(entry)
        params = {dep.fs_path: read_params(dep) for dep in stage.deps if is_params(dep)}
        commands = [(lock_of(stage) or {}).get("cmd"), stage.cmd] if "changed command" in entry else []
        return {"dvc": entry, "why": why, "params": params, "commands": commands}

    def ask(self, kind: str, item: Any, everything: bool, why: list[Any]) -> Any:
        """DVC's word for one dep or out, {} if it is as it was or can't be known."""
        found: Any = {}
        plain = is_local(item) and not is_params(item)
        reason: Any = {"kind": "remote", "path": path_of(item), "change": "not asked"}
        if item.fs is None or is_local(item):  # ds:// and databases have no file system at all
            try:
                if plain and not everything and (big := self.unhashed(item)):
                    reason.update(kind="unhashed", change="moved, not hashed", new=big)
                else:
                    found = item.status() or {}
                    reason = self.explain(kind, item, *found.values()) if found else {}
            except Exception as error:  # dvc status would fail as a whole; here one entry is unknown
                found, reason = {}, {**reason, "kind": "unreadable", "change": one_line(error)}
        why += [reason] if reason else []
        return found

    def explain(self, kind: str, item: Any, change: Any) -> dict[str, Any]:
        found = {"kind": kind, "path": path_of(item), "change": change, "old": hash_text(getattr(item, "hash_info", 0))}
        if is_params(item):
            return {**found, "kind": "param", "old": item.hash_info.value, "new": read_params(item)}
        return {**found, "new": hash_text(item.get_hash()) if change == "modified" and is_local(item) else None}

    def unhashed(self, entry: Any) -> dict[str, int] | None:
        """{bytes, files} its status would hash (loose objects, worktree), if that is too much unasked; else None."""
        path = entry.fs_path
        if entry.use_cache and entry.hash_info:
            store = entry.cache
            tree = entry.get_obj() if entry.hash_info.isdir else None
            oids = [entry.hash_info.value, *(i.value for _, _, i in tree or ())]
            objects = [store.oid_to_path(oid) for oid in oids]
            there = [name for name in objects if os.path.exists(name)]
            loose = [name for name in there if os.stat(name).st_mode & 0o777 != PROTECTED]
            if big := self.big(loose, store.hash_name, len(objects) > 1):
                return big
            if len(there) < len(objects):
                return None  # "not in cache", told without a look at the worktree
        if not os.path.isdir(path):
            return self.big([path], entry.hash_name, False)
        walk = entry.dvcignore.walk(entry.fs, path) if entry.dvcignore else os.walk(path)
        return self.big([f"{top}/{name}" for top, _, names in walk for name in names], entry.hash_name, True)

    def big(self, paths: list[str], name: str, directory: bool) -> dict[str, int] | None:
        """What of these files the state does not know as they are now, where they are big together; else None."""
        sizes = {path: os.stat(path).st_size for path in paths if os.path.exists(path)}
        many = sum(sizes.values()) > self.limits["dir_bytes"] or len(sizes) > self.limits["dir_files"]
        if not (directory and many) and max(sizes.values(), default=0) <= self.limits["file_bytes"]:
            return None
        states = self.repo.state.get
        new = [size for path, size in sizes.items() if getattr(states(path, self.repo.fs)[1], "name", None) != name]
        return {"bytes": sum(new), "files": len(new)} if new else None
