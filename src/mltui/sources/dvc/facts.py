"""What is known of one DVC project's stages, before it is known what runs and what is stale upstream of what.

Facts are made of the child's answers, remembered as they are, and turned into the model's `Pipeline` by `settle`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mltui.model.dvc import Entry, Reason, ReasonKind, Stage, StageStatus
from mltui.model.part import Problem
from mltui.model.redacting import address_shown
from mltui.sources.dvc.hash_rate import hashing_seconds

#: Changes that mean a thing is not here, rather than that it is another (CONTRACT, `missing`).
ABSENT = frozenset({"deleted", "new", "not in cache"})
#: Reasons that leave a status open.
OPEN: frozenset[ReasonKind] = frozenset({"unreadable", "unhashed", "remote"})


@dataclass(frozen=True, slots=True)
class Facts:
    """One stage or .dvc file. `stage.status` is its own, blind to what is upstream and to what runs.

    `data` marks a .dvc file whose outs are datasets. `watch` are the absolute paths whose stat tells whether its status
    still stands, `writes` those a run of it writes, one for each out ("" for one that is not local).
    """

    stage: Stage
    data: bool = False
    locked: bool = True
    imported: str | None = None
    watch: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RootFacts:
    """One DVC project: `root` is relative to the project's ("" is that itself), signatures as in stats.py."""

    root: str
    reader: str
    facts: tuple[Facts, ...] = ()
    problems: tuple[Problem, ...] = ()
    metric_keys: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    declared: Mapping[str, str | None] = field(default_factory=dict)
    watched: Mapping[str, str | None] = field(default_factory=dict)
    store_signatures: Mapping[str, str | None] = field(default_factory=dict)
    hashes: tuple[str, str] | None = None  #: the child's hash database, and DVC's own
    complete: bool = True  #: False where not all that was asked was answered


def relative(path: str, top: str) -> str:
    """`path` below `top`, with "/"; as it is where it lies outside. An address is none, and may be shown."""
    if path == top:
        return ""
    inside = path.startswith(top + os.sep)
    return path[len(top) + 1 :].replace(os.sep, "/") if inside else address_shown(path)


def described(answers: Sequence[Mapping[str, Any]], top: str) -> tuple[Facts, ...]:
    """Facts of the child's `resolve` answer, in its order. Their status is still unknown."""
    parents = find_parents(answers)
    return tuple(_described(answer, parents[answer["address"]], top) for answer in answers)


def _described(answer: Mapping[str, Any], parents: tuple[str, ...], top: str) -> Facts:
    local = [entry["path"] for entry in (*answer["deps"], *answer["outs"]) if entry["local"]]
    objects = [entry["object"] for entry in answer["outs"] if "object" in entry]
    stage = Stage(
        name=answer["name"] or answer["address"],
        path=relative(answer["path"], top),
        address=answer["address"],
        status="unknown",
        parents=parents,
        frozen=bool(answer["frozen"]),
        always_changed=answer["always"],
        cmd=command(answer["cmd"]),
        desc=answer["desc"],
        wdir=relative(answer["wdir"], top),
        deps=_entries(answer["deps"], top),
        outs=_entries(answer["outs"], top),
        metrics=tuple(relative(out["path"], top) for out in answer["outs"] if out["metric"]),
        plots=tuple(relative(out["path"], top) for out in answer["outs"] if out["plot"]),
    )
    writes = tuple(out["path"] if out["local"] else "" for out in answer["outs"])
    watch = tuple(dict.fromkeys([*local, *objects]))
    return Facts(
        stage, answer["data"], answer["locked"], answer["imported"] and address_shown(answer["imported"]), watch, writes
    )


def _entries(rows: Iterable[Mapping[str, Any]], top: str) -> tuple[Entry, ...]:
    return tuple(
        Entry(relative(row["path"], top), row["hash"], row["size"], row["nfiles"], row["use_cache"])
        for row in rows
        if not row["param"]
    )


def command(cmd: Any) -> str | None:
    """A command as one text; a list of commands is one a line."""
    return "\n".join(map(str, cmd)) if isinstance(cmd, list) else cmd


def find_parents(answers: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Who makes what a stage depends on: the same path, a path in an out, or an out in a directory (dvc.repo.graph)."""
    makers: dict[str, list[str]] = {}
    inside: dict[str, list[str]] = {}
    for answer in answers:
        for out in answer["outs"]:
            if out["local"]:
                makers.setdefault(out["path"], []).append(answer["address"])
                for folder in _folders(out["path"]):
                    inside.setdefault(folder, []).append(answer["address"])
    found: dict[str, tuple[str, ...]] = {}
    for answer in answers:
        parents: dict[str, None] = {}
        for dep in answer["deps"]:
            if dep["local"]:
                for path in (dep["path"], *_folders(dep["path"])):
                    parents.update(dict.fromkeys(makers.get(path, ())))
                parents.update(dict.fromkeys(inside.get(dep["path"], ())))
        parents.pop(answer["address"], None)
        found[answer["address"]] = tuple(parents)
    return found


def _folders(path: str) -> list[str]:
    """The directories above an absolute path, innermost first, without the root."""
    found = []
    while (end := path.rfind(os.sep)) > 0:
        path = path[:end]
        found.append(path)
    return found


def with_state(facts: Facts, state: Mapping[str, Any], top: str, as_of: int, rate: float) -> Facts:
    """The same stage with the child's `status` answer. `rate` is how many bytes are hashed in a second."""
    stage = facts.stage
    reasons = tuple(_timed(reason, rate) for reason in _reasons(state, stage.path, top))
    params = {relative(path, top): values for path, values in state["params"].items()}
    dvc = tuple(state["dvc"])
    status = own_status(dvc, reasons, facts.locked)
    return replace(facts, stage=replace(stage, dvc=dvc, reasons=reasons, params=params, status=status, as_of=as_of))


def without_state(facts: Facts, kind: ReasonKind, path: str, why: str) -> Facts:
    """The same stage, unknown because of `why`."""
    return replace(facts, stage=replace(facts.stage, status="unknown", dvc=(), reasons=(Reason(kind, path, why),)))


def _reasons(state: Mapping[str, Any], declaring: str, top: str) -> Iterable[Reason]:
    for why in state["why"]:
        path, change, old, new = relative(why["path"], top), why["change"], why.get("old"), why.get("new")
        if not isinstance(change, dict):
            yield Reason(why["kind"], path, change, None, *((None, None) if why["kind"] == "param" else (old, new)))
            continue
        for key, word in change.items():
            yield Reason("param", path, word, key, (old or {}).get(key), (new or {}).get(key))
    for word in state["dvc"]:
        if word == "changed command":
            old, new = map(command, state["commands"])
            yield Reason("command", declaring, word, None, old, new)
        elif isinstance(word, str):
            yield Reason("always" if word.startswith("always") else "command", declaring, word)


def _timed(reason: Reason, rate: float) -> Reason:
    """What was not hashed with how long that would take."""
    if reason.kind != "unhashed" or not isinstance(reason.new, Mapping):
        return reason
    return replace(reason, new={**reason.new, "seconds": round(hashing_seconds(reason.new, rate))})


def own_status(dvc: Sequence[Any], reasons: Sequence[Reason], locked: bool) -> StageStatus:
    """CONTRACT's status, as far as a stage alone tells: the first that applies."""
    if any(reason.kind in OPEN for reason in reasons):
        return "unknown"
    changes = list(_changes(dvc))
    if not locked or (changes and ABSENT.issuperset(changes)):
        return "missing"
    return "stale" if changes else "fresh"


def _changes(value: Any) -> Iterable[str]:
    """Every word of change in a verbatim entry: the leaves of its dicts, and the words beside them."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _changes(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _changes(item)
    else:
        yield str(value)
