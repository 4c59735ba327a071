"""The params of a run written into the params files of its commit."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from mltui.model.reproduction import Lack, Step, fed, some
from mltui.sources.dvc.readable import joined
from mltui.sources.reproducing.commit import CommitFiles
from mltui.sources.reproducing.param_text import CanNotWrite, changed, same, values

#: Names that params files have without being named, at the top or beside a dvc.yaml: DVC's own, and usual ones.
_USUAL = ("params.yaml", "params.yml", "params.json", "params.toml")
#: A value in the words of a step; longer ones are cut.
_SHOWN = 24

Known = Mapping[str, Mapping[str, Any]]


def restore(files: CommitFiles, params: Mapping[str, str]) -> tuple[list[Step], list[Lack]]:
    """The steps that make the params files say what a run's `params` (text by dotted key) say."""
    if not params:
        return [], []
    known, broken = _known(files)
    steps: list[Step] = []
    lacks = [Lack(file, f"its params can't be read: {why}") for file, why in broken.items()]
    nowhere: list[str] = []
    wanted: dict[str, dict[str, str]] = {}
    called: dict[str, str] = {}
    for name, text in params.items():
        holders = _holders(known, name, params)
        if not holders:
            nowhere.append(name)
        elif any(same(known[file][key], text) for file, key in holders):
            continue
        elif len(holders) > 1:
            places = some([f"{key} in {file}" for file, key in holders])
            lacks.append(Lack(f"param {name} = {_short(text)}", f"{places}: which of them it is was not recorded"))
        else:
            file, key = holders[0]
            wanted.setdefault(file, {})[key] = text
            called[key] = "" if name == key else f" (the run calls it {name})"
    for file, asked in wanted.items():
        step, left = _written(files, file, asked, known[file], called)
        steps += step
        lacks += left
    if nowhere:
        which = "params" if len(nowhere) > 1 else "param"
        held = "them" if len(nowhere) > 1 else "it"
        lacks.append(Lack(f"{which} {some(sorted(nowhere))}", f"no params file at {files.sha[:7]} holds {held}"))
    return steps, lacks


def _holders(known: Known, name: str, params: Mapping[str, str]) -> list[tuple[str, str]]:
    """(file, dotted key) of every value that a run's param may be: those of that key; where there is none, those whose
    key ends in it, because runs often log a section (``train.lr``) without its name. `params` that are named in full
    are not also another's."""
    leaves = [(file, key) for file, found in known.items() for key in found if not isinstance(found[key], Mapping)]
    exact = [each for each in leaves if each[1] == name]
    return exact or [each for each in leaves if each[1].endswith(f".{name}") and each[1] not in params]


def _known(files: CommitFiles) -> tuple[Known, dict[str, str]]:
    """The values of every params file, and why others can't be read."""
    folders = {"", *(file.rpartition("/")[0] for file in files.declared)}
    usual = [joined(folder, name) for folder in sorted(folders) for name in _USUAL]
    # one that a stage writes tells what was, and nobody reads it
    names = [name for name in dict.fromkeys((*_named(files), *usual)) if name not in files.made]
    known: dict[str, Mapping[str, Any]] = {}
    broken: dict[str, str] = {}
    for name, content in files.contents(names).items():
        try:
            known[name] = values(name, content)
        except (ValueError, UnicodeDecodeError) as error:
            broken[name] = " ".join(str(error).split())[:120]
    return known, broken


def _named(files: CommitFiles) -> Iterator[str]:
    """The params files that a dvc.yaml names: of its stages, its own, and its ``vars``."""
    for file, said in files.declared.items():
        folder = file.rpartition("/")[0]
        for named in (*said.params, *said.vars):
            if isinstance(named, str) and "${" not in named:
                yield joined(folder, named.partition(":")[0])
        for stage in said.stages.values():
            yield from (joined(stage.place(folder), name) for name in ("params.yaml", *stage.params_files))


def _written(
    files: CommitFiles, file: str, asked: Mapping[str, str], known: Mapping[str, Any], called: Mapping[str, str]
) -> tuple[list[Step], list[Lack]]:
    content = files.content(file) or b""
    lacks: list[Lack] = []
    doable: dict[str, str] = {}
    for key, text in asked.items():  # one by one, so that one that can't be written is not in the way of the others
        try:
            changed(file, content, {**doable, key: text})
            doable[key] = text
        except CanNotWrite as error:
            lacks.append(Lack(f"param {key} = {_short(text)}", f"{file}: {error}", f"write it into {file} by hand"))
    if not doable:
        return [], lacks
    new = changed(file, content, doable)
    moves = (f"{key} {_short(str(known[key]))} → {_short(text)}{called[key]}" for key, text in doable.items())
    does = ", ".join(moves)
    return [Step("params", patch(file, content.decode(), new.decode()), f"params in {file}: {does}")], lacks


def patch(file: str, old: str, new: str) -> str:
    """A shell command that turns the text `old` of `file` into `new`, and fails where it finds another."""
    rows = difflib.unified_diff(_lines(old), _lines(new), f"a/{file}", f"b/{file}", n=1)
    text = "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)
    return fed("git apply --whitespace=nowarn", text, "PATCH")


def _lines(text: str) -> list[str]:
    """Lines as git has them: only a line feed ends one."""
    pieces = text.split("\n")
    return [f"{piece}\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 1]}…"
