"""What the gates ask about: a version and its champion, with the runs that made them; each thing is read once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.champion import champions
from mltui.model.gates import Policy
from mltui.model.metric import Goal
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import Run
from mltui.sources.git.revs import full_sha

if TYPE_CHECKING:
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Made:
    """A model version and the run that made it; `run` is None where that can't be read, and `why` says why."""

    version: ModelVersion
    run: Run | None
    why: str = ""

    @property
    def label(self) -> str:
        """``run stormy-hare``, else the version itself: ``churn/5``."""
        if self.run is None:
            return f"{self.version.model}/{self.version.version}"
        return f"run {self.run.name or self.run.run_id[:8]}"


class Subject:
    """One version of one model that is to be promoted. Safe to ask from several threads; raises `SourceError`."""

    def __init__(
        self,
        workspace: Workspace,
        policy: Policy,
        model: RegisteredModel,
        version: ModelVersion,
        say: Callable[[str], object],
    ) -> None:
        self.workspace, self.policy, self.model, self.version, self.say = workspace, policy, model, version, say
        self._lock = threading.RLock()

    @cached_property
    def own(self) -> Made:
        """The version itself."""
        return self._made(self.version)

    @cached_property
    def champion(self) -> Made | None:
        """The version that holds @champion, else the newest in stage Production; None if there is none yet."""
        found = champions((self._uncut(),), {})
        return self._made(found[0].version) if found else None

    @cached_property
    def commit(self) -> str | None:
        """The full sha of the version's commit, if this clone has it."""
        named = self.named_commit
        return full_sha(self.workspace.project, self.workspace.runner, named) if named else None

    @property
    def named_commit(self) -> str:
        """The commit that the version's run recorded, whether it is here or not; "" if it recorded none."""
        return (self.own.run.commit if self.own.run else None) or self.version.commit or ""

    @property
    def commit_words(self) -> str:
        """``9be1d20``, "" where there is none."""
        return self.named_commit[:7]

    def goal(self, key: str) -> Goal | None:
        """Which way a metric is better: as it is committed, else as the configuration or the user says."""
        return self.policy.goals.get(key) or self.workspace.config.goals.get(key)

    def _made(self, version: ModelVersion) -> Made:
        run_id = version.source_run_id or version.run_id
        name = f"{version.model}/{version.version}"
        if not run_id:
            return Made(version, None, f"the registry does not say which run made {name}")
        try:
            reader = self._reader()
            if reader is None:
                return Made(version, None, "there is no MLflow store here that has its run")
            run = reader.run(run_id)
        except NotFound:
            return Made(version, None, f"the run of {name}, {run_id[:8]}, is not in the store")
        except SourceError as error:
            return Made(version, None, f"the run of {name} can't be read: {error.summary}")
        return (
            Made(version, None, f"the run of {name} can't be read: {run.problem}")
            if run.problem
            else Made(version, run)
        )

    def _reader(self) -> StoreReader | None:
        with self._lock:
            return self.workspace.reader()

    def _uncut(self) -> RegisteredModel:
        """The model with all of its versions: a champion whose run is out of this project's scope is one all the
        same."""
        return self.model
