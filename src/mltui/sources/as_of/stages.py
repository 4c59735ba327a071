"""What the dvc.yaml of then says of its stages besides their lock entries, and what nothing tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mltui.model.dvc import Entry, Reason, Stage
from mltui.model.part import Problem
from mltui.sources.dvc.declared import Declared, DeclaredStage

#: How a template begins: what it came to is in dvc.lock only.
TEMPLATE = "${"
UNREAD = "dvc.yaml of then can't be read: whether it was frozen, and what its metrics were, is not known"
LEFT_OVER = "dvc.yaml of then has no such stage: its last run stands in dvc.lock"
TEMPLATED = "dvc.yaml of then has templates: which of its outs were metrics or plots is not known"

#: What each dvc.yaml declares, by its path; None where it can't be read.
Files = Mapping[str, Declared | None]


def as_declared(stages: Iterable[Stage], files: Files) -> tuple[Stage, ...]:
    """`stages` of dvc.lock with what only dvc.yaml has: frozen, where it runs, its metrics, which outs DVC keeps. Where
    it differs from the last run, which is what is shown, that is said."""
    return tuple(_stage(stage, files[stage.path]) if stage.path in files else stage for stage in stages)


def never_run(stages: Iterable[Stage], files: Files) -> tuple[Problem, ...]:
    """What the dvc.yaml files of then declare and no dvc.lock has: it is not shown."""
    ran = {(stage.path, name) for stage in stages for name in (stage.name, stage.name.partition("@")[0])}
    names = [name for path, said in files.items() if said for name in said.names if (path, name) not in ran]
    if not names:
        return ()
    listed = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return (Problem("pipeline", f"declared then, but not run yet, and so not shown: {listed}"),)


def _stage(stage: Stage, said: Declared | None) -> Stage:
    one = said.of(stage.name) if said is not None else None
    if one is None:
        return _noted(stage, [UNREAD if said is None else LEFT_OVER])
    one = one.at(stage.path.rpartition("/")[0])
    made = {entry.path: entry for entry in one.made}
    outs = (
        replace(out, cached=made[out.path].cached, pushed=made[out.path].pushed) if out.path in made else out
        for out in stage.outs
    )
    known = {out.path for out in stage.outs}
    found = replace(
        stage,
        frozen=one.frozen,
        always_changed=one.always_changed,
        desc=one.desc,
        wdir="" if TEMPLATE in one.wdir else one.wdir,
        outs=tuple(outs),
        metrics=tuple(entry.path for entry in one.metrics if entry.path in known),
        plots=tuple(entry.path for entry in one.plots if entry.path in known),
    )
    return _noted(found, list(_differs(found, one)))


def _differs(stage: Stage, one: DeclaredStage) -> Iterator[str]:
    templated = any(TEMPLATE in entry.path for entry in one.made)
    if templated:
        yield TEMPLATED
    other = []
    if one.cmd is not None and TEMPLATE not in one.cmd and one.cmd != stage.cmd:
        other.append("command")
    if not any(TEMPLATE in entry.path for entry in one.deps) and _paths(one.deps) != _paths(stage.deps):
        other.append("deps")
    if not templated and _paths(one.made) != _paths(stage.outs):
        other.append("outs")
    if other:
        yield f"dvc.yaml of then differs in {_listed(other)} from the last run, which is told here"


def _paths(entries: Iterable[Entry]) -> set[str]:
    return {entry.path for entry in entries}


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _noted(stage: Stage, notes: Sequence[str]) -> Stage:
    return replace(stage, reasons=(*stage.reasons, *(Reason("then", "", each) for each in notes)))
