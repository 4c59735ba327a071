"""What ``dvc repro`` would do, asked of DVC's own code: the part of the child that `retrain` questions load.

The steps are DVC's (`dvc.repo.reproduce.plan_repro`), and so are the reasons (each dep's and out's own `status`) and
the run cache (`dvc.stage.cache.StageCache.restore`, without its saving and checking out). What a stage will find is
not always what is in the worktree now: a param that is overridden has its new value, what a stage before it takes from
the run cache is known by its hash, what a stage before it will make is not known (`after`), and a run in another
directory finds outs as dvc.lock has them, if the cache has those.

The child's guard stays: nothing is saved, locked or written outside mltui's cache, where overriding.py has its copies.
"""

# dvc's own paths are strings:
# ruff: noqa: PTH100, PTH118

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Any

from .entries import is_local, is_params, lock_of, read_params
from .overriding import hydra_of, instead, leaves, overridden, refused, said

#: DVC's own errors that say that a target is none; all others are of the files it reads.
NO_TARGET = frozenset(
    {
        "NoOutputOrStageError",
        "OutputNotFoundError",
        "StageFileBadNameError",
        "StageFileDoesNotExistError",
        "StageFileIsNotDvcFileError",
        "StageNameUnspecified",
        "StageNotFound",
    }
)


def plan(project: Any, parsed: dict[str, Any], site: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to ``{targets, glob, all, force, exp, apart, overrides}``.

    `exp` says that ``dvc exp run`` runs it (it composes Hydra's configuration), `apart` that it runs elsewhere: in a
    "copy" of the worktree as dvc makes it, or in a "clone" of the commit. The answer is ``{"refused": {kind, what,
    text, keys}}`` if a target or an override makes no sense to DVC.
    """
    from dvc.utils.cli_parse import to_path_overrides

    os.chdir(project.root)  # another one may have been asked last; params files are named as seen from here
    overrides = to_path_overrides(asked["overrides"])
    if asked["exp"] and hydra_of(project).get("enabled"):
        overrides.setdefault("params.yaml", [])
    values: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    for path, texts in overrides.items():
        found = overridden(project, site, path, texts)
        if "refused" in found:
            return found
        absolute = os.path.abspath(path)
        parsed[absolute] = values[absolute] = found["new"]
        old, new = dict(leaves(found["old"])), dict(leaves(found["new"]))
        changed[absolute] = {
            key: [old.get(key), new.get(key)] for key in {**old, **new} if key not in old or old[key] != new.get(key)
        }
    with instead(values):
        return Plan(project, asked).answer(changed)


class Plan:
    """The steps of one question, in DVC's order, each knowing what those before it will do."""

    def __init__(self, project: Any, asked: dict[str, Any]) -> None:
        self.project, self.asked = project, asked
        self.after: dict[str, str] = {}  # path of an out that will be made anew -> address of who makes it
        self.known: dict[str, Any] = {}  # path of an out that will be put there -> (out, address of who does it)
        self.params: dict[Any, Any] = {}  # of the stages that will run
        self.others: dict[Any, Any] = {}  # of those that need not: another value would make them run
        self.settled: set[int] = set()

    def answer(self, changed: dict[str, Any]) -> dict[str, Any]:
        from dvc.exceptions import PrettyDvcException
        from dvc.repo.index import Index
        from dvc.utils.serialize import YAMLFileCorruptedError

        os.chdir(self.project.root)
        repo, targets = self.project.repo, self.asked["targets"]
        index = self.index()
        stages: list[Any] = []
        for target in targets or ([] if self.asked["all"] else ["dvc.yaml"]):
            try:
                found = self.whole(index, target) or repo.stage.collect(target, glob=self.asked["glob"])
            except (PrettyDvcException, YAMLFileCorruptedError):
                raise  # a file that dvc can't read is none of the target's fault
            except Exception as error:
                is_target = any(kind.__name__ in NO_TARGET for kind in type(error).__mro__)
                return refused("target" if is_target else "pipeline", target, said(error), [])
            if not found:
                return refused("target", target, f"nothing matches {target}", [])
            stages += found
        steps = in_order((index or Index.from_repo(repo)).graph, list(dict.fromkeys(stages)))
        unhashed = self.project.unhashed
        self.project.unhashed = lambda entry: None if id(entry) in self.settled else unhashed(entry)
        try:
            answers = [self.look(stage) for stage in steps]
        finally:
            del self.project.unhashed
        others = {known: found for known, found in self.others.items() if known not in self.params}
        return {"steps": answers, "params": rows(self.params), "others": rows(others), "changed": changed}

    def index(self) -> Any:
        """All stages of the project; None where there is something wrong, which is said when dvc comes to it."""
        from dvc.repo.index import Index

        with contextlib.suppress(Exception):
            return Index.from_repo(self.project.repo)

    def whole(self, index: Any, target: str) -> list[Any]:
        """The stages of the top dvc.yaml, which dvc would else make of its text a second time."""
        own = os.path.join(self.project.root, "dvc.yaml")
        return [stage for stage in index.stages if stage.path == own] if index and target == "dvc.yaml" else []

    def look(self, stage: Any) -> dict[str, Any]:
        """One step: whether it runs, why, and whether the run cache has it."""
        found = {"address": stage.addressing, "path": stage.path, "data": not stage.cmd, "frozen": bool(stage.frozen)}
        unlike = self.put_there(stage) if self.asked["apart"] else []
        waits = list(dict.fromkeys(filter(None, (self.settle(dep) for dep in stage.deps))))
        state = self.project.look(stage, False)
        always = bool(stage.always_changed or stage.is_callback)
        own = [why for why in state["why"] if why["kind"] != "remote"]
        runs = bool(stage.cmd) and not stage.frozen and bool(self.asked["force"] or state["dvc"] or own or waits)
        found.update(state=state, runs=runs, waits=waits, unlike=unlike, cmd=stage.cmd, always=always)
        found.update(wdir=stage.wdir, locked=lock_of(stage) is not None)
        if not stage.frozen:
            self.note_params(stage, self.params if runs else self.others)
        if not runs:
            return found
        unhashed = any(why["kind"] in ("unhashed", "unreadable") for why in own)
        if self.asked["force"] or always:
            found["cache"] = "no"
        elif waits:
            found["cache"] = "after"
        elif unhashed:
            found["cache"] = "unknown"
        else:
            found["cache"] = "yes" if self.restored(stage) else "no"
        if found["cache"] != "yes":
            self.after.update((out.fs_path, stage.addressing) for out in stage.outs if is_local(out))
        for out in stage.outs if found["cache"] != "yes" else ():
            self.known.pop(out.fs_path, None)
        return found

    def put_there(self, stage: Any) -> list[str]:
        """Elsewhere there are the outs that dvc.lock and .dvc files name, if the cache has them; a copy gets changed
        data as it is (``dvc exp run`` commits it). Returns the data that looks otherwise here than there."""
        unlike = []
        for out in stage.outs:
            if not (is_local(out) and out.use_cache and out.hash_info) or out.changed_cache():
                continue
            changed = not stage.cmd and not self.project.unhashed(out) and bool(out.status())
            if changed and self.asked["apart"] == "copy" and out.exists:
                continue
            unlike += [out.fs_path] if changed and out.exists else []
            self.known[out.fs_path] = out, ""
            self.fix(out, out.hash_info, out.meta)
        return unlike

    def settle(self, dep: Any) -> str | None:
        """Make a dep say what it will be when its stage's turn comes; whose address decides it, if that is open."""
        if is_params(dep) or not is_local(dep):
            return None
        for path, address in self.after.items():
            if touches(dep.fs_path, path):
                self.fix(dep, dep.hash_info, dep.meta)
                return address
        for path, (out, address) in self.known.items():
            if not touches(dep.fs_path, path):
                continue
            member = in_out(out, os.path.relpath(dep.fs_path, path))
            if member is not None:
                self.fix(dep, *member)
            elif address:
                self.fix(dep, dep.hash_info, dep.meta)
                return str(address)
        return None

    def fix(self, item: Any, info: Any, meta: Any) -> None:
        word = {} if item.hash_info == info else {str(item): "modified" if item.hash_info else "new"}
        self.settled.add(id(item))
        item.status = lambda: word
        item.changed = lambda: bool(word)
        item.get_hash = lambda: info
        item._get_hash_meta = lambda: (meta, info)
        item.update_legacy_hash_name = lambda *_: None

    def restored(self, stage: Any) -> bool:
        """Whether DVC would take its outs from the cache, as `StageCache.restore` finds out. Then they are known."""
        from dvc.stage.cache import _can_hash
        from dvc.stage.serialize import to_single_stage_lockfile

        runs = self.project.repo.stage_cache
        try:
            if not _can_hash(stage):
                return False
            if not stage.changed_stage() and stage.deps_cached() and all(bool(out.hash_info) for out in stage.outs):
                entry = to_single_stage_lockfile(stage)
            else:
                for dep in stage.deps:  # what `save` does, in memory
                    if is_params(dep):
                        dep.hash_info = dep.get_hash()
                    else:
                        getattr(dep, "update_legacy_hash_name", lambda: None)()
                        dep.meta, dep.hash_info = dep._get_hash_meta()
                entry = runs._load(stage)
            kept = runs._create_stage(entry, wdir=stage.wdir) if entry else None
        except (OSError, self.dvc_error()):  # a damaged entry, which DVC would throw away; a dep that is not there
            return False
        if kept is None or not kept.outs_cached():
            return False
        self.known.update((out.fs_path, (out, stage.addressing)) for out in kept.outs)
        return True

    def dvc_error(self) -> Any:
        from dvc.exceptions import DvcException

        return DvcException

    def note_params(self, stage: Any, known: dict[Any, Any]) -> None:
        for dep in stage.deps:
            if not is_params(dep):
                continue
            for key, value in leaves(read_params(dep) or {}):
                found = known.setdefault((dep.fs_path, key), {"value": value, "stages": []})
                found["stages"].append(stage.addressing)


def in_order(graph: Any, stages: list[Any]) -> list[Any]:
    """What dvc would go through for these `stages`, for all of them where none is named, in its order."""
    from dvc.repo import reproduce

    if hasattr(reproduce, "plan_repro"):
        return list(reproduce.plan_repro(reproduce.get_active_graph(graph), stages or None))
    ends = stages or [stage for stage in graph if graph.in_degree(stage) == 0]
    return list(reproduce._get_steps(graph, ends, False, False))  # before dvc 3.4


def rows(params: Mapping[Any, Any]) -> list[dict[str, Any]]:
    return [{"path": path, "key": key, **found} for (path, key), found in params.items()]


def in_out(out: Any, below: str) -> Any:
    """(hash, meta) of an out, or of a file in it; None where that is not to be known."""
    if below == ".":
        return out.hash_info, out.meta
    if below.startswith("..") or not out.hash_info.isdir:
        return None
    rows = out.get_obj() or ()
    return next(((info, meta) for key, meta, info in rows if os.path.join(*key) == below), None)


def touches(path: str, other: str) -> bool:
    """Whether one is the other or lies in it."""
    return path == other or path.startswith(other + os.sep) or other.startswith(path + os.sep)
