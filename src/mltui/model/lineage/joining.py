"""Runs joined to commits and data, one after another: what the rules say of each, before it is made into edges."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from mltui.model.dvc import DvcExperiment
from mltui.model.dvc_history import DvcFiles, LockEntry, StageKey
from mltui.model.lineage.agreeing import agreed, came_to_the_same
from mltui.model.lineage.committed import Candidate, Changes, Committed, candidates, committed, results_of
from mltui.model.lineage.hashes import Content, digits_of
from mltui.model.lineage.past import Past
from mltui.model.lineage.recorded import Said, by_recorder, experiment_said, said, stage_said
from mltui.model.lineage.stages import Recipe, StageOf, names, recipes_of, stage_of, undecided
from mltui.model.runs import PARENT_TAG, SOURCE_TAG, Run, RunInput

_AGAIN: Final = "several runs name it, one after another, and nothing they logged tells whose results it holds"


@dataclass(frozen=True, slots=True)
class Joined:
    """What the rules say of one run. `run` is without its metrics, params and tags once nothing is asked of them.

    `commit`: the full hash of the commit it recorded; `absent`: why that is not in this clone ("" if it is).
    `undecided`: why its stage can't be told, though some name its source ("" where none does).
    `experiments`: commits of the DVC experiment it names; of several nobody knows which. `made_in`: the lock entry of
    that experiment; `doubt`: why it can't be its own, though it is called so. `committed`: rule 3, None where a run has
    no stage or nothing was left to infer.
    """

    run: Run
    commit: str | None
    absent: str = ""
    said: tuple[Said, ...] = ()
    stage: StageOf | None = None
    undecided: str = ""
    experiment: str = ""
    experiments: tuple[DvcExperiment, ...] = ()
    made_in: LockEntry | None = None
    doubt: str = ""
    committed: Committed | None = None


class Joiner:
    """Takes runs in, a page at a time; `joined` gives what the rules say of all of them together."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self._found: list[Joined] = []
        self._waiting: dict[str, Run] = {}
        self._in_experiments: dict[object, list[tuple[Run, bool]]] = {}
        self._staged: dict[object, tuple[object, StageOf | None, bool, str]] = {}
        self._recipes: dict[str, Sequence[Recipe]] = {}
        self._ever: dict[str, tuple[StageKey, ...]] = {}
        self._experiments: dict[str, list[DvcExperiment]] = {}
        for each in past.experiments:
            if each.status == "FINISHED":
                self._experiments.setdefault(each.name, []).append(each)

    def add(self, run: Run, inputs: Sequence[RunInput] = ()) -> None:
        """Take a run in, whole, with the datasets it logged."""
        one = self._join(run, inputs)
        if one.committed is not None and any(each.certainty for each in one.committed.judged):
            parent = {PARENT_TAG: run.tags[PARENT_TAG]} if PARENT_TAG in run.tags else {}
            self._waiting[run.run_id] = replace(run, params={}, tags=parent)
        self._found.append(replace(one, run=replace(run, metrics={}, params={}, tags={})))

    def joined(self) -> tuple[Joined, ...]:
        """All of them; runs that could have left the same lock entry are held against each other."""
        by_id = {one.run.run_id: one for one in self._found}
        kept = agreed((run, by_id[id].committed or Committed(None)) for id, run in self._waiting.items())
        again = _named_again(self._in_experiments)
        return tuple(
            replace(one, made_in=None, doubt=_AGAIN)
            if one.run.run_id in again
            else replace(one, committed=kept.get(one.run.run_id, one.committed))
            for one in self._found
        )

    @cached_property
    def _changes(self) -> Changes:
        return Changes(self._past.graph, self._past.entry_at)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._past.graph.parents)

    def _full(self, commit: str) -> str:
        """The one commit here that begins so; a tag may hold a shortened hash."""
        if len(commit) >= 40 or len(commit) < 7:
            return commit
        at = bisect_left(self._sorted, commit)
        fits = [sha for sha in self._sorted[at : at + 2] if sha.startswith(commit)]
        return fits[0] if len(fits) == 1 else commit

    def _join(self, run: Run, inputs: Sequence[RunInput]) -> Joined:
        past = self._past
        commit = self._full(run.commit) if run.commit else None
        here = commit is not None and commit in past.graph
        files = past.at(commit) if here and commit else None
        told = said(run, inputs, past.contents, past.revs, files.tracked if files else ())
        stage = self._stage(run, commit if here else None)
        if stage is not None:
            told = self._with_made(told, stage.key)
        one = Joined(run, commit, "" if here or commit is None else past.absent(commit), told, stage)
        if stage is None and here and commit is not None:
            one = replace(one, undecided=self._of_recipes(run, commit)[3])
        named = experiment_said(run)
        if named is not None:
            one = self._in_experiment(one, named[0], commit)
        if one.made_in is not None or stage is None or not here or commit is None:
            return one
        found = candidates(commit, stage.key, self._changes, past.entry_at, self._since)
        fitting = tuple(each for each in found if contradicted(told, each) is None)
        if len(fitting) < len(found) and not fitting:
            return replace(one, committed=Committed(None, "what the run recorded is in no commit's dvc.lock"))
        result = committed(run, fitting, past.graph.time, past.metrics, by_dvc=_by_dvc(one))
        return replace(one, committed=result)

    def _with_made(self, told: tuple[Said, ...], key: StageKey) -> tuple[Said, ...]:
        """What a run says of an out of its own stage it made, unless it is the recorder that says it."""
        outs = self._outs.get(key, frozenset())
        return tuple(
            replace(each, made=True) if each.content and each.content.path in outs and not by_recorder(each) else each
            for each in told
        )

    def _since(self, entry: LockEntry) -> int | None:
        return self._first.get(id(entry))

    @cached_property
    def _first(self) -> Mapping[int, int]:
        """When an entry was committed first."""
        time = self._past.graph.time
        return {id(entry): time[sha] for entry, sha in self._past.entries if sha in time}

    @cached_property
    def _outs(self) -> Mapping[StageKey, frozenset[str]]:
        """The paths of all that a stage ever made, and never read."""
        found: dict[StageKey, tuple[set[str], set[str]]] = {}
        for entry, _ in self._past.entries:
            outs, deps = found.setdefault(entry.key, (set(), set()))
            outs |= {out.path for out in entry.outs}
            deps |= {dep.path for dep in entry.deps}
        return {key: frozenset(outs - deps) for key, (outs, deps) in found.items()}

    def _stage(self, run: Run, commit: str | None) -> StageOf | None:
        """The stage at the recorded commit; where none fits there, one that is committed next: it was being written."""
        if commit is None:
            return self._stage_at(run, None)
        found = self._stage_at(run, commit)
        if found is not None and found.recorded:
            return found
        source = run.tags.get(SOURCE_TAG, "")
        if found is not None or not source or self._named_at(run, commit):
            return found
        coming = {
            following: self._stage_at(run, following)
            for key in self._ever_named(source)
            for following in self._changes.after(commit, key)
        }
        stages = {each.key: (sha, each) for sha, each in coming.items() if each is not None}
        if len(stages) != 1 or None in coming.values():
            return None
        sha, only = next(iter(stages.values()))
        return replace(only, how=f"{only.how}, at {sha[:7]}")

    def _stage_at(self, run: Run, commit: str | None) -> StageOf | None:
        return self._of_recipes(run, commit)[1]

    def _named_at(self, run: Run, commit: str) -> bool:
        """Whether any stage at a commit names the run's source."""
        return self._of_recipes(run, commit)[2]

    def _of_recipes(self, run: Run, commit: str | None) -> tuple[object, StageOf | None, bool, str]:
        """The recipes at a commit, the stage among them, whether any names the run's source, and why the stage can't be
        told though some could be it; each asked once."""
        recipes = self._recipes_at(commit) if commit else ()
        source = run.tags.get(SOURCE_TAG, "").replace("\\", "/")
        files = self._past.scripts(commit, source) if commit and source else None
        key = (id(recipes), source, files, stage_said(run))
        if key not in self._staged:  # kept with its recipes, so that their id comes no second time
            named = bool(source) and any(names(recipe, source, files) for recipe in recipes)
            stage = stage_of(run, recipes, files)
            self._staged[key] = recipes, stage, named, "" if stage else undecided(run, recipes, files)
        return self._staged[key]

    def _recipes_at(self, commit: str) -> Sequence[Recipe]:
        if commit not in self._recipes:
            self._recipes[commit] = self._past.recipes_at(commit)
        return self._recipes[commit]

    def _ever_named(self, source: str) -> tuple[StageKey, ...]:
        """The stages that named a source file in any lock of the history."""
        if source not in self._ever:
            plain = source.replace("\\", "/")
            keys = {
                entry.key: None
                for entry, _ in self._past.entries
                for recipe in recipes_of({entry.key: entry})
                if names(recipe, plain)
            }
            self._ever[source] = tuple(keys)
        return self._ever[source]

    def _in_experiment(self, one: Joined, name: str, commit: str | None) -> Joined:
        known = self._experiments.get(name, ())
        based = [each for each in known if commit and each.baseline.startswith(commit)]
        fits = tuple(based or known)
        one = replace(one, experiment=name, experiments=fits)
        if len(fits) != 1:
            return one
        if commit and not based:  # names are given again for another baseline
            return replace(one, doubt=f"it started from {fits[0].baseline[:7]}, and the run from {commit[:7]}")
        files = self._past.experiment_files(fits[0].commit)
        stage = one.stage or self._stage_at(one.run, fits[0].baseline)
        entry = files.locked.get(stage.key) if files and stage else None
        if stage is None or entry is None:
            return replace(one, stage=stage)
        if contradicted(one.said, Candidate(fits[0].commit, entry, False)) is not None:
            return replace(one, stage=stage, doubt=f"it recorded other data than dvc.lock has at {fits[0].commit[:7]}")
        doubt, telling = results_of(one.run, fits[0].commit, entry, self._past.metrics)
        if doubt:
            return replace(one, stage=stage, doubt=doubt)
        lean = replace(one.run, params={}, tags={})
        self._in_experiments.setdefault((fits[0].commit, stage.key), []).append((lean, telling))
        return replace(one, stage=stage, made_in=entry)


def _named_again(found: Mapping[object, Sequence[tuple[Run, bool]]]) -> set[str]:
    """The runs of which nobody knows whether the experiment of that name is theirs: ``dvc exp run -f -n`` gives a name
    to other work. Those that ran at the same time are of one, and so are those that came to its metrics."""
    doubted: set[str] = set()
    for runs in found.values():
        one_after_another = sorted((run for run, _ in runs), key=lambda run: run.start or 0)
        apart = any(
            (later.start or 0) >= max((run.end or 0) for run in one_after_another[:at])
            for at, later in enumerate(one_after_another)
            if at
        )
        if apart:
            of = next((run for run, telling in runs if telling), None)
            doubted |= {
                run.run_id
                for run, telling in runs
                if not telling and (of is None or not came_to_the_same(run.metrics, of.metrics))
            }
    return doubted


def _by_dvc(one: Joined) -> bool:
    """Whether DVC started the run, as it says itself."""
    return one.stage is not None and one.stage.recorded


def contradicted(told: Sequence[Said], candidate: Candidate) -> Content | None:
    """What the run recorded and the lock entry has otherwise, if there is any."""
    locked = {dep.path: digits_of(dep.hash) for dep in candidate.entry.deps if dep.hash}
    for each in told:
        if (
            each.content is not None
            and not each.made
            and each.kind == "recorded"
            and locked.get(each.content.path, each.content.digits) != each.content.digits
        ):
            return each.content
    return None


def in_tree(files: DvcFiles | None, used: frozenset[str]) -> tuple[Content, ...]:
    """What DVC tracks at a commit and no edge of a run names; `used` are the paths of its edges."""
    if files is None:
        return ()
    return tuple(Content(path, entry.hash) for path, entry in files.tracked.items() if entry.hash and path not in used)
