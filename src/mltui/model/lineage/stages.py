"""Which stage of the pipeline a run was: as it says, else the only stage whose command or deps name its source file."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mltui.model.dvc_history import StageKey
from mltui.model.lineage.recorded import stage_said
from mltui.model.runs import SOURCE_TAG, Run


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


def stage_of(run: Run, recipes: Iterable[Recipe]) -> StageOf | None:
    """None where nothing says so, or several stages could be meant. `recipes` are those at the run's commit."""
    known = tuple(recipes)
    if (said := stage_said(run)) is not None:
        return _called(said[0], said[1], known)
    source = run.tags.get(SOURCE_TAG, "").replace("\\", "/")
    if not source or source.endswith(("ipykernel_launcher.py", "/")):
        return None
    named = [each for each in known if names(each, source)]
    if len(named) != 1:
        return None
    return StageOf(named[0].key, f"the only stage whose command or deps name {shown(source)}", False)


def shown(source: str) -> str:
    """A source file as a person reads it: without the way to somebody's home."""
    return "/".join(source.split("/")[-2:]) if source.startswith("/") or re.match(r"[A-Za-z]:/", source) else source


def _called(said: str, how: str, recipes: Iterable[Recipe]) -> StageOf | None:
    """The stage that is called so: by its address, else by its name where only one file has it."""
    folder, _, name = said.rpartition("/dvc.yaml:") if "/dvc.yaml:" in said else ("", "", said)
    name = name.removeprefix("dvc.yaml:")
    exact = StageKey(folder, name)
    keys = {each.key for each in recipes}
    if exact in keys or folder:
        return StageOf(exact, how, True)
    same = sorted(key for key in keys if key.name == name)
    if len(same) > 1:
        return None
    return StageOf(same[0] if same else exact, how, True)


def names(recipe: Recipe, source: str) -> bool:
    """Whether the stage's command or deps name the file `source` (absolute, or relative to where it was started)."""
    return any(_same(word, source) for word in (*_words(recipe.cmd, recipe.wdir), *recipe.deps))


def _same(word: str, source: str) -> bool:
    return source == word or source.endswith(f"/{word}") or (not source.startswith("/") and word.endswith(f"/{source}"))


@lru_cache(maxsize=4096)
def _words(cmd: str, wdir: str) -> tuple[str, ...]:
    """The words of a command that may be files, each as seen from the stage's and from the project's directory."""
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
    both = [each for word in found for each in (word, posixpath.normpath(posixpath.join(wdir, word)))]
    return tuple(dict.fromkeys(word for word in both if word and not word.startswith("..")))


def recipes_of(locked: Mapping[StageKey, object]) -> tuple[Recipe, ...]:
    """The recipes that a lock tells, for commits whose dvc.yaml can't be read."""
    from mltui.model.dvc_history import LockEntry

    return tuple(
        Recipe(key, entry.cmd, tuple(dep.path for dep in entry.deps), key.folder)
        for key, entry in locked.items()
        if isinstance(entry, LockEntry)
    )
