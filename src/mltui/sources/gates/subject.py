"""What the gates ask about: a version and its champion, with the runs that made them; each thing is read once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mltui.errors import NotFound, SourceError, Unreadable
from mltui.model.champion import CHAMPION, champions
from mltui.model.gates import Policy
from mltui.model.lineage.graph import Edge
from mltui.model.lineage.recorded import dirty_said
from mltui.model.lineage.results import is_committed_here
from mltui.model.metric import Goal
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import Run
from mltui.model.side import Side
from mltui.sources.gates.words import in_words
from mltui.sources.git.revs import full_sha
from mltui.sources.sides.named import of_version
from mltui.sources.sides.reading import SideReader

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


#: A commit as runs record it.
_ID: Final = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True)
class Made:
    """A model version and the run that made it; `run` is None where that can't be read, and `why` says why."""

    version: ModelVersion
    run: Run | None
    why: str = ""

    @property
    def name(self) -> str:
        """``churn/5``."""
        return f"{self.version.model}/{self.version.version}"

    @property
    def label(self) -> str:
        """``run stormy-hare``, else the version itself: ``churn/5``."""
        if self.run is None:
            return self.name
        return f"run {self.run.name or self.run.run_id[:8]}"


class Subject:
    """One version of one model that is to be promoted. Safe to ask from several threads; raises `SourceError`."""

    def __init__(
        self,
        workspace: Workspace,
        policy: Policy,
        model: RegisteredModel,
        version: ModelVersion,
        say: Callable[[str], None],
        *,
        asks: bool = True,
    ) -> None:
        self.workspace, self.policy, self.model, self.version, self.say = workspace, policy, model, version, say
        self._lock = threading.RLock()
        self._asks = asks
        self._sides: dict[str, Side] = {}

    @cached_property
    def own(self) -> Made:
        """The version itself."""
        return self._made(self.version)

    @cached_property
    def champion(self) -> Made | None:
        """The version that holds @champion, else the newest in stage Production; None if there is none yet."""
        if self.model.source == "gto":
            raise Unreadable("GTO keeps no champion, and names no run that could be measured")
        held = _held(self.model) or self._uncut()
        return self._made(held) if held is not None else None

    @property
    def commit(self) -> str:
        """The commit that the version's run recorded, whether it is here or not; "" if it recorded none."""
        return (self.own.run.commit if self.own.run else None) or self.version.commit or ""

    @property
    def commit_words(self) -> str:
        """``9be1d20``, "" where there is none."""
        return self.commit[:7]

    @cached_property
    def dirty(self) -> bool | None:
        """Whether it ran with uncommitted changes; None where nothing recorded that."""
        said = dirty_said(self.own.run) if self.own.run else None
        return said[0] if said is not None else None

    @cached_property
    def made(self) -> tuple[Edge, ...]:
        """The edges out of the version's run in the lineage graph, as of now; also of one that is out of scope.

        A promotion waits for the join: what was found of an earlier state of the store is no answer.
        """
        if self.own.run is None or self.workspace.project.git_dir is None:
            return ()
        id = f"run:{self.own.run.run_id}"
        with self._lock:
            self.say(f"looking what became of {self.own.label}")
            graph = self.workspace.lineage.load()
            if id in graph.nodes:
                return tuple(graph.out_of.get(id, ()))
            return tuple(each for each in self.workspace.lineage.around(id, graph).downstream if each.source == id)

    @property
    def results(self) -> str:
        """The commit that its results were committed in, if that is another than it recorded; "" if not known."""
        return next((each.target.partition(":")[2] for each in self.made if is_committed_here(each)), "")

    def standing_commit(self, *, results: bool = False) -> tuple[str | None, str, str]:
        """The full sha of the commit that stands for the version, what to call it, and why there is none.

        That is the one its run recorded; with uncommitted changes, or if `results` are what matters, the one that has
        its results.
        """
        if (results or self.dirty) and self.results:
            return self.results, f"{self.results[:7]} (its results)", ""
        if self.dirty:
            return (
                None,
                self.commit_words,
                f"{self.own.label} ran with uncommitted changes, and no commit is known to have its results",
            )
        if not self.commit:
            return None, "", self.own.why or f"{self.own.label} recorded no commit"
        if not _ID.fullmatch(self.commit):  # a branch's name would be whatever commit that is at by now
            return None, "", f"{self.own.label} recorded {self.commit!r}, which is no commit's id"
        sha = full_sha(self.workspace.project, self.workspace.runner, self.commit)
        if sha is None:
            return None, self.commit_words, f"commit {self.commit_words} is not in this clone: git fetch"
        return sha, self.commit_words, ""

    def side(self, made: Made) -> Side:
        """What is known of the run that made a version, its data above all. Raises `SourceError`."""
        with self._lock:
            key = made.version.version
            if key not in self._sides:
                named = of_version(self.model, made.version, made.run)
                self._sides[key] = self._reader_of_sides.read(named, self.say)
            return self._sides[key]

    @cached_property
    def _reader_of_sides(self) -> SideReader:
        return SideReader(self.workspace)

    @cached_property
    def dataset_paths(self) -> frozenset[str]:
        """The paths of datasets there are and were (CONTRACT: outs of .dvc files, and ``[data] outs``)."""
        with self._lock:
            return frozenset(self.workspace.data_brief.load(None).versions)

    def goal(self, key: str) -> Goal | None:
        """Which way a metric is better: as it is committed, else as the configuration or the user says."""
        return self.policy.goals.get(key) or self.workspace.config.goals.get(key)

    def _made(self, version: ModelVersion) -> Made:
        run_id = version.source_run_id or version.run_id
        name = f"{version.model}/{version.version}"
        if not run_id:
            return Made(version, None, f"the registry does not say which run made {name}")
        try:
            run = self._run(run_id)
        except NotFound:
            return Made(version, None, f"the run of {name}, {run_id[:8]}, is not in the store")
        except SourceError as error:
            return Made(version, None, f"the run of {name} can't be read: {in_words(error)}")
        return (
            Made(version, None, f"the run of {name} can't be read: {run.problem}")
            if run.problem
            else Made(version, run)
        )

    def _run(self, run_id: str) -> Run:
        """As the store has it now, in scope or not; a registry that is elsewhere may have its own runs. Raises
        `SourceError`."""
        with self._lock:
            stores = self.workspace.stores
            reader = stores.reader() if self._asks else stores.as_it_stands()
            if reader is None:
                raise Unreadable("there is no MLflow store here" if self._asks else "the store was not read yet")
            if self._asks:
                stores.ask_for([run_id])
            try:
                return reader.run(run_id)
            except NotFound:
                registry = stores.registry()
                if registry is None:
                    raise
                return registry.run(run_id)

    def _uncut(self) -> ModelVersion | None:
        """The champion among all versions of the model: one whose run is out of this project's scope is one all the
        same."""
        with self._lock:
            stores = self.workspace.stores
            reader = stores.registry() or stores.active()
            every = reader.models() if reader is not None else ()
        model = next((each for each in every if each.name == self.model.name), self.model)
        return _held(model) or next((one.version for one in champions((model,), {})), None)


def _held(model: RegisteredModel) -> ModelVersion | None:
    """The version that holds @champion. Raises `NotFound` if that is none of those that are known."""
    for alias, version in model.aliases.items():
        if alias.casefold() == CHAMPION:
            found = next((each for each in model.versions if each.version == version), None)
            if found is None:
                raise NotFound(f"@{alias} is {model.name}/{version}, which is not there")
            return found
    return None
