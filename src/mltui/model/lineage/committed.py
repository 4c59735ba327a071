"""Rule 3: the lock entry that a run's results were committed in, which is seldom the one at the commit it recorded.

MLflow records HEAD when a run begins. People edit, run ``dvc repro`` and commit afterwards: the results are in the next
commit that changes the stage's lock entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from mltui.model.dvc_history import CommitGraph, LockEntry, StageKey
from mltui.model.runs import Run

#: *matched*: its metrics are those of the commit. *likely*: its params are, and nothing speaks against it. *unproven*:
#: its params are those of the commit it recorded, which had them before it began: its data may have been changed.
Certainty = Literal["matched", "likely", "unproven"]
#: A metric that is so many parts of a whole, or fewer, is a count of examples: two runs may well come to the same.
_PARTS = 1000
#: The stage's lock entry at a commit; None where there is none.
EntryAt = Callable[[str, StageKey], LockEntry | None]


@dataclass(frozen=True, slots=True)
class Filed:
    """The metrics files of a lock entry as a commit has them: numbers by dotted key ({} where none can be read).

    `other`: a file that is not the one the lock names; something wrote it after the stage had run.
    """

    metrics: Mapping[str, float]
    other: str = ""


MetricsAt = Callable[[str, LockEntry], Filed]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commit whose lock may hold what the run read. `own`: it is the commit that the run recorded. `since`: when a
    commit had that entry first (epoch ms), None where that is this one: a revert brings back an older one."""

    commit: str
    entry: LockEntry
    own: bool
    since: int | None = None

    def was_before(self, run: Run) -> bool:
        """Whether the entry was there before the run began, so that the run need not have made it."""
        return self.own or (self.since is not None and self.since < (run.start or run.end or 0))


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate that was looked at: `certainty` is None where it is not the run's, and `why` says why (not)."""

    candidate: Candidate
    certainty: Certainty | None
    why: str
    telling: bool = False  #: metrics are equal that no other run comes to by chance


@dataclass(frozen=True, slots=True)
class Committed:
    """What rule 3 says of a run: the one candidate, or why there is none; `open` are those that differ from each other.

    `judged` are all that were looked at.
    """

    found: Judged | None
    why: str = ""
    open: tuple[Judged, ...] = ()
    judged: tuple[Judged, ...] = ()


class Changes:
    """For each commit the next ones, on any branch, that change the lock entry of a stage."""

    def __init__(self, graph: CommitGraph, entry_at: EntryAt) -> None:
        self._graph = graph
        self._entry_at = entry_at
        self._children: dict[str, list[str]] = {}
        for sha, parents in graph.parents.items():
            for parent in parents:
                self._children.setdefault(parent, []).append(sha)
        self._of: dict[StageKey, Mapping[str, tuple[str, ...]]] = {}

    def after(self, commit: str, key: StageKey) -> tuple[str, ...]:
        """The commits, each on its way from `commit`. () where it has no descendant that changes the entry."""
        if key not in self._of:
            self._of[key] = self._walked(key)
        return self._of[key].get(commit, ())

    def _walked(self, key: StageKey) -> Mapping[str, tuple[str, ...]]:
        entries = {sha: self._entry_at(sha, key) for sha in self._graph.parents}
        found: dict[str, tuple[str, ...]] = {}
        for sha in self._graph.parents:  # children come before their parents
            following: tuple[str, ...] = ()
            for child in self._children.get(sha, ()):
                new = found.get(child, ()) if same(entries[child], entries[sha]) else self._brought(child, sha, entries)
                following = tuple(dict.fromkeys((*following, *new))) if following and new else following or new
            found[sha] = following
        return found

    def _brought(self, child: str, parent: str, entries: Mapping[str, LockEntry | None]) -> tuple[str, ...]:
        """A change of the entry; not one that a merge took over from its other side: that was committed there."""
        others = (each for each in self._graph.parents[child] if each != parent)
        return () if any(same(entries[child], entries[other]) for other in others) else (child,)


def same(one: LockEntry | None, other: LockEntry | None) -> bool:
    """Whether two lock entries say the same."""
    return one is other or one == other


def candidates(
    commit: str, key: StageKey, changes: Changes, entry_at: EntryAt, since: Callable[[LockEntry], int | None]
) -> tuple[Candidate, ...]:
    """The recorded commit's own entry, and those of the next commits that change it."""
    own = entry_at(commit, key)
    found = [Candidate(commit, own, True)] if own is not None else []
    for sha in changes.after(commit, key):
        if (entry := entry_at(sha, key)) is not None:
            found.append(Candidate(sha, entry, False, since(entry)))
    return tuple(found)


def committed(
    run: Run, found: Sequence[Candidate], time_of: Mapping[str, int], metrics_at: MetricsAt, *, by_dvc: bool
) -> Committed:
    """Which of the candidates holds what the run read. `by_dvc`: DVC started the run as a stage, so that it had a
    reason to: an entry that was there before is not the one it made, unless its metrics are the run's."""
    if run.status != "FINISHED" or run.end is None:
        ended = {"RUNNING": "it has not ended", "SCHEDULED": "it has not begun"}.get(run.status, "it did not finish")
        return Committed(None, f"{ended}: a stage leaves its lock entry when it is done")
    judged = tuple(_judge(run, each, time_of, metrics_at, by_dvc) for each in found)
    matched = [each for each in judged if each.certainty == "matched"]
    best = matched or [each for each in judged if each.certainty is not None]
    if not best:
        why = "; ".join(dict.fromkeys(each.why for each in judged)) or "no commit here holds its results"
        return Committed(None, why, judged=judged)
    proven = [each for each in best if each.certainty != "unproven"]
    if not proven:
        return Committed(None, best[0].why, tuple(best), judged)
    first = best[0].candidate.entry
    if any(not _read_alike(first, each.candidate.entry) for each in best[1:]):
        why = "both fit, and differ" if len(best) == 2 else "all of them fit, and differ"
        return Committed(None, why, tuple(best), judged)
    # the same on another branch was picked from there: results were committed where they were first
    return Committed(min(proven, key=lambda each: time_of.get(each.candidate.commit, 0)), judged=judged)


def _read_alike(one: LockEntry, other: LockEntry) -> bool:
    """Whether two entries read the same: then it does not matter which of them it was."""
    return {(dep.path, dep.hash) for dep in one.deps} == {(dep.path, dep.hash) for dep in other.deps}


def _judge(run: Run, each: Candidate, time_of: Mapping[str, int], metrics_at: MetricsAt, by_dvc: bool) -> Judged:
    short = each.commit[:7]
    # git keeps seconds: a commit of the same second as the run's end may be after it
    if not each.own and time_of.get(each.commit, 0) + 999 < (run.end or 0):
        return Judged(each, None, f"{short} was committed before the run ended")
    agreeing, contrary = params_agree(run.params, each.entry.params)
    if contrary is not None:
        return Judged(each, None, f"dvc.lock at {short} has another {contrary}")
    filed = metrics_at(each.commit, each.entry)
    if filed.other:
        return Judged(each, None, f"{filed.other} at {short} is not the one its dvc.lock names")
    equal, unequal = metrics_agree(run.metrics, filed.metrics)
    if unequal is not None:
        return Judged(each, None, f"the metrics file at {short} has another {unequal}")
    telling = any(map(is_telling, (filed.metrics[key] for key in equal)))
    before = each.was_before(run)
    if equal and (telling or (agreeing and not before)):
        return Judged(each, "matched", "params and metrics equal" if agreeing else "metrics equal", telling)
    if not agreeing:
        return Judged(each, None, f"nothing the run logged can be compared with {short}")
    if before and by_dvc:
        return Judged(each, None, f"DVC ran it although {short} had its results: something was changed since")
    if before:
        return Judged(each, "unproven", f"params equal those at {short}, but nothing shows that the data was the same")
    return Judged(each, "likely", "params equal")


def results_of(run: Run, commit: str, entry: LockEntry, metrics_at: MetricsAt) -> tuple[str, bool]:
    """Why the results of a run can't be those committed there ("" if they can), and whether its metrics tell that
    they are."""
    if run.status != "FINISHED":
        return "it did not finish", False
    _, contrary = params_agree(run.params, entry.params)
    filed = metrics_at(commit, entry)
    equal, unequal = metrics_agree(run.metrics, filed.metrics)
    if contrary is not None or unequal is not None:
        return f"{commit[:7]} has another {contrary if contrary is not None else unequal}", False
    return "", any(map(is_telling, (filed.metrics[key] for key in equal)))


def params_agree(
    logged: Mapping[str, str], locked: Mapping[str, Mapping[str, object]]
) -> tuple[tuple[str, ...], str | None]:
    """The keys of a lock's params that the run logged with the same value, and one with another value, if there is.

    A run may log ``train.lr`` as ``lr``: the last part of a key counts where only one key of the lock ends so.
    """
    flat = {key: value for keys in locked.values() for key, value in _leaves(keys)}
    ends: dict[str, list[str]] = {}
    for key in flat:
        ends.setdefault(key.rpartition(".")[2], []).append(key)
    equal: list[str] = []
    for key, value in flat.items():
        last = key.rpartition(".")[2]
        name = next((name for name in (key, key.replace(".", "_"), key.replace(".", "/")) if name in logged), None)
        if name is None and last in logged and len(ends[last]) == 1:
            name = last
        if name is None:
            continue
        if not _alike(logged[name], value):
            return tuple(equal), key
        equal.append(key)
    return tuple(equal), None


def _leaves(values: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in values.items():
        name = f"{prefix}.{key}" if prefix else str(key)
        found += _leaves(value, name) if isinstance(value, Mapping) else [(name, value)]
    return found


def _alike(logged: str, value: object) -> bool:
    """Whether MLflow's text is the value of a YAML file: 0.50 is 0.5, True is true, None is null, 1 is not 1.5."""
    if isinstance(value, bool) or value is None:
        return logged.strip().lower() in {True: ("true",), False: ("false",), None: ("none", "null", "")}[value]
    if isinstance(value, int | float):
        try:
            return math.isclose(float(logged), float(value), rel_tol=1e-12)
        except ValueError:
            return False
    return "".join(logged.split()).replace('"', "'") == "".join(str(value).split()).replace('"', "'")


def metrics_agree(logged: Mapping[str, float], filed: Mapping[str, float]) -> tuple[tuple[str, ...], str | None]:
    """The keys of a metrics file that the run logged with the same value, and one with another value, if there is."""
    ends: dict[str, list[str]] = {}
    for key in filed:
        ends.setdefault(key.rpartition(".")[2], []).append(key)
    equal: list[str] = []
    for key, value in filed.items():
        last = key.rpartition(".")[2]
        name = key if key in logged else last if last in logged and len(ends[last]) == 1 else None
        if name is None:
            continue
        if not _equal(logged[name], value):
            return tuple(equal), key
        equal.append(key)
    return tuple(equal), None


def is_telling(value: float) -> bool:
    """Whether two runs that came to this value read the same. Anybody comes to 1.0, to 0.93, to 29 of 30."""
    return math.isfinite(value) and abs(float(Fraction(value).limit_denominator(_PARTS)) - value) > 1e-9 * abs(value)


def _equal(logged: float, filed: float) -> bool:
    """Equal as far as the file says: some are written with four digits."""
    if math.isnan(logged) or math.isnan(filed):
        return math.isnan(logged) and math.isnan(filed)
    if math.isclose(logged, filed, rel_tol=1e-9):
        return True
    digits = len(repr(filed).partition(".")[2])
    return 3 <= digits <= 8 and "e" not in repr(filed) and math.isclose(round(logged, digits), filed, rel_tol=1e-12)
