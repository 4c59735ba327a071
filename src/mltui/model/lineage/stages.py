"""Which stage of the pipeline a run was: as it says, else the only stage whose command or deps name its source file."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mltui.model.dvc_history import StageKey
from mltui.model.lineage.recorded import JOB, RECORDER, stage_said
from mltui.model.runs import SOURCE_TAG, Run

#: Stages that a run could have been, named; more are counted.
_MOST = 6


@dataclass(frozen=True, slots=True)
class Recipe:
    """What names files in a stage: its command, its deps relative to the project's root, and where it runs."""

    key: StageKey
    cmd: str
    deps: tuple[str, ...] = ()
    wdir: str = ""


@dataclass(frozen=True, slots=True)
class StageOf:
    """The stage of a run. `recorded`: the run says so itself (`how` says where)."""

    key: StageKey
    how: str
    recorded: bool


def stage_of(run: Run, recipes: Iterable[Recipe], files: frozenset[str] | None = None) -> StageOf | None:
    """None where nothing says so, or several stages could be meant. `recipes` are those at the run's commit, `files`
    what its source may be there (None: nobody knows)."""
    known = tuple(recipes)
    if (said := stage_said(run)) is not None:
        return _called(said[0], said[1], known, run.tags.get(SOURCE_TAG, "").replace("\\", "/"), files)
    source = run.tags.get(SOURCE_TAG, "").replace("\\", "/")
    if not source or source.endswith(("ipykernel_launcher.py", "/")):
        return None
    named = [each for each in known if names(each, source, files)]
    if len(named) != 1 or (files and len(files) > 1 and posixpath.normpath(source) not in _files(named[0])):
        return None
    return StageOf(named[0].key, f"the only stage whose command or deps name {shown(source)}", False)


def undecided(run: Run, recipes: Iterable[Recipe], files: frozenset[str] | None = None) -> str:
    """Why `stage_of` does not tell the stage, though there are some it could be; "" where there are none."""
    source, said = run.tags.get(SOURCE_TAG, "").replace("\\", "/"), stage_said(run)
    if said is not None:
        name = said[0].removeprefix("dvc.yaml:")
        found = dict.fromkeys(each.key.address for each in recipes if each.key.name == name)
        return f"{len(found)} stages are called {name}: {_listed(found)}" if len(found) > 1 else ""
    if not source or source.endswith(("ipykernel_launcher.py", "/")):
        return ""
    found = dict.fromkeys(each.key.address for each in recipes if names(each, source, files))
    if len(found) == 1:
        return f"{_listed(found)} names one of {len(files or ())} files that {shown(source)} could be"
    return f"{len(found)} stages name {shown(source)}: {_listed(found)}" if found else ""


def _listed(names: Collection[str]) -> str:
    """So many of them as can be read."""
    rest = len(names) - _MOST
    return ", ".join([*names][:_MOST]) + (f" and {rest:,} more" if rest > 0 else "")


def shown(source: str) -> str:
    """A source file as a person reads it: without the way to somebody's home."""
    return "/".join(source.split("/")[-2:]) if source.startswith("/") or re.match(r"[A-Za-z]:/", source) else source


def _called(
    said: str, how: str, recipes: Iterable[Recipe], source: str, files: frozenset[str] | None
) -> StageOf | None:
    """The stage that is called so: by its address, else by its name. DVC says that as seen from where it was started:
    ``train`` may be of any dvc.yaml. Where several have it, the source tells which, or nobody can."""
    folder, _, name = said.rpartition("/dvc.yaml:") if "/dvc.yaml:" in said else ("", "", said)
    name = name.removeprefix("dvc.yaml:")
    exact = StageKey(folder, name)
    known = tuple(recipes)
    if folder or how in (RECORDER, JOB):
        return StageOf(exact, how, True)
    same = sorted({each.key for each in known if each.key.name == name})
    if len(same) > 1:
        same = sorted({each.key for each in known if each.key.name == name and source and names(each, source, files)})
        if len(same) != 1:
            return None
    return StageOf(same[0] if same else exact, how, True)


def names(recipe: Recipe, source: str, files: frozenset[str] | None = None) -> bool:
    """Whether the stage's command or deps name the file `source` (absolute, or relative to where it was started), which
    is one of `files`; where git has no such file, only as it is written."""
    if files is not None:
        return not _files(recipe).isdisjoint(files or (posixpath.normpath(source),))
    return any(_same(word, source) for word in (*_words(recipe.cmd, recipe.wdir), *recipe.deps))


def _files(recipe: Recipe) -> frozenset[str]:
    """The files it names, as paths from the root."""
    return frozenset((*_words(recipe.cmd, recipe.wdir, from_root=True), *recipe.deps))


def _same(word: str, source: str) -> bool:
    return source == word or source.endswith(f"/{word}") or (not source.startswith("/") and word.endswith(f"/{source}"))


@lru_cache(maxsize=4096)
def _words(cmd: str, wdir: str, *, from_root: bool = False) -> tuple[str, ...]:
    """The words of a command that may be files, each as seen from the stage's and, unless they are wanted from the
    root, from the project's directory."""
    try:
        words = shlex.split(cmd.replace("\n", " ; "))
    except ValueError:
        words = cmd.split()
    found: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if before == "-m":  # python -m package.module
            path = word.replace(".", "/")
            found += [f"{path}.py", f"{path}/__main__.py"]
        elif "." in word and not word.startswith("-") and "=" not in word:
            found.append(word.strip("();&|").removeprefix("./"))
    joined = [posixpath.normpath(posixpath.join(wdir, word)) for word in found]
    both = joined if from_root else [each for pair in zip(found, joined, strict=True) for each in pair]
    return tuple(dict.fromkeys(word for word in both if word and not word.startswith("..")))


def recipes_of(locked: Mapping[StageKey, object]) -> tuple[Recipe, ...]:
    """The recipes that a lock tells, for commits whose dvc.yaml can't be read."""
    from mltui.model.dvc_history import LockEntry

    return tuple(
        Recipe(key, entry.cmd, tuple(dep.path for dep in entry.deps), key.folder)
        for key, entry in locked.items()
        if isinstance(entry, LockEntry)
    )
