"""Which stage runs us: its deps as DVC resolved them, and its address.

While a stage runs, DVC keeps the paths it reads and writes in ``.dvc/tmp/rwlock`` of its project, each with the number
of DVC's process (``dvc.rwlock``): no ``dvc.yaml`` has to be understood, whatever `foreach`, `matrix` or `vars` it has.
``$DVC_STAGE`` is the address as seen from where DVC was started, so that ``train`` may be ``sub/dvc.yaml:train``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from mltui_recorder.process import ancestors, folder_of

#: Seconds between two looks at an rwlock that is being written, and how many looks.
_PAUSE_S, _LOOKS = 0.004, 3


class Unknown(Exception):
    """What can't be told, in a few words for ``mltui.error``."""


class Stage(NamedTuple):
    """A running stage. `root` is that of its DVC project, `top` that of the git repository (else `root`); absolute.

    `folder` is that of its dvc.yaml, None if that can't be told. `deps` and `outs` are absolute paths.
    """

    name: str
    address: str | None
    root: str
    top: str
    folder: str | None
    deps: tuple[str, ...]
    outs: tuple[str, ...] = ()


def running_stage(said: str) -> Stage:
    """The stage that ``$DVC_STAGE`` says; Unknown if nothing tells what it reads."""
    pids, tried = ancestors(), 0
    for root in dvc_roots():
        held = _held(os.path.join(root, ".dvc", "tmp", "rwlock"))
        pid = _ours(held, pids)
        tried += 1
        if pid is None:
            continue
        top = git_top(root) or root
        reads, writes = ({path for path, pid_ in held[kind] if pid_ == pid} for kind in ("read", "write"))
        folder, file, name = _declared(said, pid, root)
        address = None
        if folder is not None:
            inside = os.path.relpath(os.path.join(folder, file), top).replace(os.sep, "/")
            address = (name if inside == "dvc.yaml" else f"{inside}:{name}") if name else inside
        deps = tuple(sorted(path for path in reads - writes if os.path.isabs(path)))  # others are not on this disk
        return Stage(name, address, root, top, folder, deps, tuple(sorted(filter(os.path.isabs, writes))))
    raise Unknown("the stage's deps: no rwlock of DVC names a process above this one" if tried else "no DVC project")


def dvc_roots() -> Iterator[str]:
    """DVC projects this process may belong to, the likeliest first.

    ``$DVC_ROOT`` comes last: in the folder of an experiment it still names the project around it. ``$PWD`` is where the
    command began, in case the script went elsewhere.
    """
    seen = set()
    for start in (_here(), os.environ.get("PWD"), os.environ.get("DVC_ROOT")):
        found = start and _above(os.path.realpath(start), ".dvc", os.path.isdir)
        if found and found not in seen:
            seen.add(found)
            yield found


def git_top(folder: str) -> str | None:
    """The root of the git repository around a folder (``.git`` is a file in a linked worktree), or None."""
    return _above(folder, ".git", os.path.exists)


def _above(folder: str, name: str, is_there: Any) -> str | None:
    while not is_there(os.path.join(folder, name)):
        folder, before = os.path.dirname(folder), folder
        if folder == before:
            return None
    return folder


def _here() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it was deleted
        return None


def _held(path: str) -> dict[str, list[tuple[str, int]]]:
    """What is read and written by whom: pairs of path and process number. Empty if the file can't be read."""
    for look in range(_LOOKS):
        try:
            with open(path, encoding="utf-8") as file:
                held = json.load(file)
            return {
                "read": [(path, int(each["pid"])) for path, all_ in held.get("read", {}).items() for each in all_],
                "write": [(path, int(each["pid"])) for path, each in held.get("write", {}).items()],
            }
        except OSError:
            break
        except (ValueError, TypeError, KeyError, AttributeError):
            if look < _LOOKS - 1:
                time.sleep(_PAUSE_S)  # DVC writes it in place
    return {"read": [], "write": []}


def _ours(held: dict[str, list[tuple[str, int]]], pids: list[int]) -> int | None:
    """The number of the DVC process that runs us: the nearest above this one.

    Where processes can't be followed that far (no /proc; a Slurm step may be on another host), the only one there is.
    """
    holding = {pid for pairs in held.values() for _, pid in pairs}
    found = next((pid for pid in pids if pid in holding), None)
    if found is None and len(holding) == 1 and (not os.path.exists("/proc/self") or "SLURM_JOB_ID" in os.environ):
        return holding.pop()
    return found


def _declared(said: str, pid: int, root: str) -> tuple[str | None, str, str]:
    """Folder and name of the file that declares the stage, and the stage's name ("" for a stage file of DVC 0.x)."""
    said = said.replace("\\", "/") if os.sep == "\\" else said
    before, yaml, name = said.partition("dvc.yaml:")
    if yaml:
        path, file = before, "dvc.yaml"
    elif said.endswith((".dvc", "Dvcfile")):
        (path, file), name = os.path.split(said), ""
    else:
        path, file, name = "", "dvc.yaml", said
    started = folder_of(pid)
    if started is not None and os.path.exists(os.path.join(started, path, file)):
        return os.path.normpath(os.path.join(started, path)), file, name
    folders, folder = [], _here() or root
    while folder.startswith(root) and len(folder) >= len(root):
        if os.path.exists(os.path.join(folder, path, file)):
            folders.append(os.path.normpath(os.path.join(folder, path)))
        folder = os.path.dirname(folder)
    return (folders[0] if len(folders) == 1 else None), file, name
