"""Stages of files that DVC itself can't read, and of projects whose interpreter has no dvc: never with a status."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from mltui.model.dvc import Entry, Reason, ReasonKind, Stage
from mltui.sources.dvc import readable
from mltui.sources.dvc.declared import NOTHING, Declared, DeclaredStage, declared_at
from mltui.sources.dvc.facts import Facts
from mltui.sources.dvc.recorded import locked, locked_stage, stage_file


def read(top: Path, root: str, file: str, kind: ReasonKind, why: str) -> tuple[Facts, ...]:
    """All stages that `file` (relative to `top`) names, each unknown because of `why`; addresses as from `root`."""
    reason = Reason(kind, blamed(file, why), why)
    if file.endswith("dvc.yaml"):
        return tuple(_pipeline(top, root, file, reason))
    return _single(top, root, file, reason)


def blamed(file: str, why: str) -> str:
    """The file that DVC's words are about: a dvc.yaml, or the dvc.lock beside it."""
    beside = file.removesuffix("yaml") + "lock"
    return beside if file.endswith("dvc.yaml") and "dvc.lock'" in why else file


def _pipeline(top: Path, root: str, file: str, reason: Reason) -> Iterator[Facts]:
    path = top / file
    said, lock = _declared(path), locked(path.with_name("dvc.lock"))
    folder = os.path.dirname(file)  # noqa: PTH120 - a relative name
    prefix = "" if str(path.parent) == root else os.path.relpath(path, root) + ":"
    for name in said.names:
        stage = said.stages.get(name, DeclaredStage(name)).at(folder)
        made = [key for key in lock if key.startswith(f"{name}@")] if stage.group else []
        for each in made or [name]:
            entry = locked_stage(lock[each], stage.wdir) if lock.get(each) else None
            source = entry or stage
            found = Stage(
                name=each,
                path=file,
                address=prefix + each,
                status="unknown",
                reasons=(reason,),
                cmd=source.cmd,
                wdir=stage.wdir,
                deps=source.deps,
                outs=source.outs,
            )
            yield Facts(found, locked=entry is not None)


def _declared(path: Path) -> Declared:
    """What is declared; where it is broken or closed, only names, by their indentation or the lock's."""
    try:
        return declared_at(path)
    except PermissionError:
        text = ""
    except OSError:
        return NOTHING
    except ValueError:
        text = path.read_bytes().decode(errors="replace")
    return Declared(names=tuple(_indented(text) or locked(path.with_name("dvc.lock"))))


def _indented(text: str) -> list[str]:
    block = re.search(r"^stages:[ \t]*\r?\n((?:[ \t]+.*\r?\n|[ \t]*\r?\n|#.*\r?\n)*)", text + "\n", re.MULTILINE)
    keys = re.findall(r"^([ \t]+)([^\s#:'\"][^:#\r\n]*):[ \t]*\r?$", block[1], re.MULTILINE) if block else []
    return list(dict.fromkeys(name.strip() for indent, name in keys if indent == keys[0][0]))


def _single(top: Path, root: str, file: str, reason: Reason) -> tuple[Facts, ...]:
    """A .dvc file, or a Dvcfile of DVC 0.x."""
    path = top / file
    try:
        content = readable.load(path)
    except (OSError, ValueError):
        content = {}
    said = stage_file(content, os.path.dirname(file))  # noqa: PTH120 - a relative name
    address = os.path.relpath(path, root).replace(os.sep, "/")
    outs = said.outs
    if not outs and not said.is_stage and file.endswith(".dvc"):  # unreadable: what it tracks is its own name
        outs = (Entry(file.removesuffix(".dvc")),)
    stage = Stage(
        name=address,
        path=file,
        address=address,
        status="unknown",
        reasons=(reason,),
        frozen=said.frozen,
        cmd=said.cmd,
        desc=said.desc,
        wdir=said.wdir,
        deps=said.deps,
        outs=outs,
    )
    return (Facts(stage, data=not said.is_stage and bool(outs), imported=said.imported),)
