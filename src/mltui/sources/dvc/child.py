"""The DVC child: one standard-library file that the project's own interpreter runs, speaking JSON lines over stdio.

A plain script, not ``-I``: that would hide PYTHONPATH and the user's site-packages, where a cluster's dvc may live. The
parent takes paths inside the repository out of PYTHONPATH, this file takes its own directory off sys.path. It runs with
every dvc 3, so on Python 3.8 and later.

A request is ``{"id", "op", …}``, an answer ``{"id", "ok": …}`` or ``{"id", "error": {"kind", "text"}}``. Ops: `open`
{site, limits}, `resolve` {root}, `status` {root, addresses, all}. Paths are absolute. It ends when its stdin closes.

What ``dvc status`` composes (`dvc.stage.Stage.status`) is composed from the same pieces, without the repository's lock.
An audit hook refuses every write outside mltui's cache, every process and every connection; the object stores' remove
and protect are no-ops: a status would otherwise delete a corrupt, writable object from the user's cache.
"""

# dvc's own paths are strings, and most of what is asked here is about them:
# ruff: noqa: PTH100, PTH110, PTH112, PTH116, PTH118, PTH204, SIM905

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import queue
import re
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

#: Bits of `open` flags that can change a file.
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Audit events whose first arguments are paths that would change (docs.python.org, "Audit events table").
CHANGES = {f"os.{name}" for name in "remove rename rmdir mkdir chmod chown link symlink truncate utime".split()}
#: Audit events that start a process or reach for the network.
FORBIDDEN = {f"os.{name}" for name in "system exec posix_spawn spawn fork forkpty".split()} | {"subprocess.Popen"}
FORBIDDEN |= {f"socket.{name}" for name in "connect getaddrinfo gethostbyname bind sendto sendmsg".split()}
#: What LocalFileSystem and the local object store may not do here.
NO_OPS = "remove rm rm_file move mv rename put_file cp_file copy symlink link hardlink reflink upload_fobj".split()
NO_OPS += "touch protect unprotect set_exec delete add _remove_unpacked_dir".split()
#: dvc.lock by the path of its dvc.yaml, for the length of one request.
LOCKS: dict[str, Any] = {}
#: The mode DVC gives to what it keeps in its cache: such an object is believed, not hashed.
PROTECTED = 0o444


class Guard:
    """The audit hook. `seen` collects the files that are opened for reading."""

    def __init__(self, allowed: str) -> None:
        self.allowed = os.path.join(os.path.realpath(allowed), "")
        self.seen: set[str] = set()

    def __call__(self, event: str, args: Any) -> None:
        if event == "open":
            if isinstance(args[2], int) and args[2] & WRITING:
                self.check(args[0])
            elif isinstance(args[0], str):
                self.seen.add(os.path.abspath(args[0]))
                if Path(args[0]).is_fifo():
                    raise PermissionError(1, "a pipe is not read", args[0])
        elif event in CHANGES:
            for path in args[:2] if event == "os.rename" else args[1:2] if "link" in event else args[:1]:
                self.check(path)
        elif event == "sqlite3.connect" and args and args[0] != ":memory:":
            self.check(args[0])
        elif event in FORBIDDEN:
            raise PermissionError(1, f"mltui only reads: {event} refused")

    def check(self, path: Any) -> None:
        name = path if isinstance(path, int) else os.path.abspath(os.fsdecode(path))
        if isinstance(name, str) and name != os.devnull and not os.path.realpath(name).startswith(self.allowed):
            raise PermissionError(1, "mltui writes only in its cache", name)


def step_back() -> None:
    """Nice 19 and idle I/O: whatever else runs on this machine goes first. A container may forbid it."""
    number = {"x86_64": 251, "aarch64": 30}.get(os.uname().machine)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(19)
        if sys.platform == "linux" and number:
            ctypes.CDLL(None).syscall(number, 1, 0, 3 << 13)  # ioprio_set(WHO_PROCESS, self, CLASS_IDLE)


def tame(site: str, parsed: dict[str, Any]) -> None:
    """Make dvc harmless (NotImplementedError: it is not built as expected). `parsed` remembers params files."""
    try:
        from dvc.dependency import param
        from dvc.exceptions import DvcException
        from dvc.fs import LocalFileSystem
        from dvc.repo import Repo
        from dvc.repo.index import Index
        from dvc.stage import Stage
        from dvc.version import version_tuple
        from dvc_data.hashfile import build
        from dvc_data.hashfile.db.local import LocalHashFileDB
        from dvc_data.hashfile.hash import hash_file

        load, from_file = param.load_path, Index.from_file
        _ = build._build_external_tree_info, LocalHashFileDB.check
        _ = Repo._ignore, Repo.site_cache_dir, Stage._status_stage
    except (ImportError, AttributeError) as error:
        raise NotImplementedError(one_line(error)) from error
    if version_tuple[0] != 3:
        raise NotImplementedError(f"dvc {version_tuple[0]}")

    def nothing(*_args: Any, **_kwargs: Any) -> None: ...
    def external_tree(odb: Any, tree: Any, _name: str) -> Any:
        # DVC writes a 2.x directory object into the user's cache to hash it there; its bytes are in memory already
        _, info = hash_file(tree.path, tree.fs, odb.hash_name)
        tree.hash_info.name = info.name
        tree.hash_info.value = info.value if info.value.endswith(".dir") else info.value + ".dir"
        return tree

    def load_path(path: str, fs: Any, **kwargs: Any) -> Any:
        if path not in parsed:  # 300 stages read the same params.yaml
            parsed[path] = load(path, fs, **kwargs)
        return parsed[path]

    def index_of(repo: Any, path: str) -> Any:
        try:
            return from_file(repo, path)
        except Exception as error:  # YAML that parses but lies breaks dvc in many ways: it is that file's problem
            raise (error if isinstance(error, DvcException) else DvcException(one_line(error))) from error

    param.load_path, build._build_external_tree_info, Index.from_file = load_path, external_tree, index_of
    for owner, name in ((owner, name) for owner in (LocalHashFileDB, LocalFileSystem) for name in NO_OPS):
        if hasattr(owner, name):
            setattr(owner, name, nothing)
    Repo._ignore = nothing  # it writes .dvc/.gitignore
    Repo.tmp_dir = property(lambda repo: os.path.join(site, "tmp") if repo.local_dvc_dir else None, nothing)


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
                if plain and not everything and self.is_big(item):
                    reason.update(kind="unhashed", change="moved, not hashed")
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

    def is_big(self, entry: Any) -> bool:
        """Whether its status would hash more than is allowed unasked, among unprotected objects or in the worktree."""
        path = entry.fs_path
        if entry.use_cache and entry.hash_info:
            store = entry.cache
            tree = entry.get_obj() if entry.hash_info.isdir else None
            objects = [
                store.oid_to_path(entry.hash_info.value),
                *(store.oid_to_path(i.value) for _, _, i in tree or ()),
            ]
            there = [name for name in objects if os.path.exists(name)]
            loose = [name for name in there if os.stat(name).st_mode & 0o777 != PROTECTED]
            if self.is_unhashed(loose, store.hash_name, len(objects) > 1):
                return True
            if len(there) < len(objects):
                return False  # "not in cache", told without a look at the worktree
        if not os.path.isdir(path):
            return self.is_unhashed([path], entry.hash_name, False)
        walk = entry.dvcignore.walk(entry.fs, path) if entry.dvcignore else os.walk(path)
        return self.is_unhashed([f"{top}/{name}" for top, _, names in walk for name in names], entry.hash_name, True)

    def is_unhashed(self, paths: list[str], name: str, directory: bool) -> bool:
        """Whether these files are big together, and the state does not know one of them as it is now."""
        sizes = {path: os.stat(path).st_size for path in paths if os.path.exists(path)}
        many = sum(sizes.values()) > self.limits["dir_bytes"] or len(sizes) > self.limits["dir_files"]
        if not (directory and many) and max(sizes.values(), default=0) <= self.limits["file_bytes"]:
            return False
        return any(getattr(self.repo.state.get(path, self.repo.fs)[1], "name", None) != name for path in sizes)


def own_hashes(root: str, environment: str | None) -> str | None:
    """Where this dvc itself remembers the hashes of a project: asked of its own code, on a stand-in for the project."""
    from dvc.config import Config
    from dvc.fs import LocalFileSystem
    from dvc.repo import Repo

    born = os.path.join(root, ".dvc", "tmp", "btime")  # part of the name (dvc.repo.Repo._btime)
    stand_in = SimpleNamespace(root_dir=root, fs=LocalFileSystem(), config=Config(os.path.join(root, ".dvc")))
    stand_in._btime = os.path.getmtime(born) if os.path.exists(born) else None
    os.environ.update({"DVC_SITE_CACHE_DIR": environment} if environment else {})
    try:
        site = Repo.__dict__["site_cache_dir"].__get__(stand_in, Repo)
    except (OSError, AttributeError):  # it would have to be made first: nothing is known
        return None
    finally:
        os.environ.pop("DVC_SITE_CACHE_DIR", None)
    return os.path.join(site, "hashes", "local", "cache.db")


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


def one_line(error: BaseException) -> str:
    """An exception as one line, with what caused it where its own words say little."""
    text = str(error).strip() or type(error).__name__
    cause = str(error.__cause__ or "").strip()
    text = text if cause in text or len(text) > 80 else f"{text}: {cause}"
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())[:500]


class Server:
    """Answers requests, one at a time."""

    def __init__(self) -> None:
        self.environment_site = os.environ.pop("DVC_SITE_CACHE_DIR", None)  # it would win over our own
        self.projects: dict[str, Project] = {}
        self.parsed: dict[str, Any] = {}

    def open(self, site: str, limits: dict[str, int]) -> dict[str, Any]:
        self.site, self.limits, self.guard = site, limits, Guard(site)
        sys.addaudithook(self.guard)
        from dvc import __version__

        tame(site, self.parsed)
        logging.disable(logging.CRITICAL)
        return {"dvc": __version__, "prefixes": [sys.prefix, sys.base_prefix, sys.exec_prefix]}

    def serve(self, op: str, asked: dict[str, Any]) -> Any:
        if op == "open":
            return self.open(asked["site"], asked["limits"])
        root = asked["root"]
        for kept in (self.parsed, LOCKS, self.guard.seen):
            kept.clear()
        if op == "resolve" or root not in self.projects:  # its configuration may be another now
            self.projects[root] = Project(root, self.site, self.limits, own_hashes(root, self.environment_site))
        project = self.projects[root]
        return project.resolve(self.guard.seen) if op == "resolve" else project.status(asked["addresses"], asked["all"])

    def answer(self, line: str) -> dict[str, Any]:
        asked = json.loads(line)
        try:
            return {"id": asked["id"], "ok": self.serve(asked["op"], asked)}
        except Exception as error:  # the parent shows it and goes on
            absent = isinstance(error, ModuleNotFoundError) and error.name == "dvc"
            refused = any(kind.__name__ == "DvcException" for kind in type(error).__mro__)
            kind = "unknown" if isinstance(error, NotImplementedError) else "refused" if refused else "failed"
            return {"id": asked["id"], "error": {"kind": "absent" if absent else kind, "text": one_line(error)}}


def main() -> None:
    """Serve stdin. What libraries print goes to stderr; a closed stdin ends the process even in the middle of work."""
    here = os.path.realpath(__file__)
    sys.path = [path for path in sys.path if path and not here.startswith(os.path.realpath(path) + "/child")]
    sys.dont_write_bytecode = True
    os.umask(0o077)  # all that it writes is the cache, which is the user's alone
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    step_back()
    lines: queue.Queue[str] = queue.Queue()

    def pump() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=pump, daemon=True).start()
    for answer in map(Server().answer, iter(lines.get, None)):
        print(json.dumps(answer, default=str, skipkeys=True), file=replies, flush=True)


if __name__ == "__main__":
    main()
