"""Retrain: the action that starts a plan as a job. The job goes on without mltui."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import ConfigError, MltuiError, Refused, Unanswered
from mltui.model.job import JobSpec
from mltui.model.job_addresses import own
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.retrain import Obstacle, RetrainPlan
from mltui.model.shell import join, quote
from mltui.sources.port import now_ms
from mltui.sources.retrain.elsewhere import complete

if TYPE_CHECKING:
    from mltui.actions.executors.port import Executor
    from mltui.actions.gateway import Tell
    from mltui.sources.workspace import Workspace

CONTEXT = "MLFLOW_RUN_CONTEXT"
#: Letters of a job's title.
TITLE = 60
#: As the recorder asks it (recorder/src/mltui_recorder/worktree.py): the same digest for the same worktree.
DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "HEAD", "--")


class Retrain:
    """The action of one plan. `job_id` is the id that the job will have."""

    name = "retrain"

    def __init__(self, plan: RetrainPlan, workspace: Workspace) -> None:
        from mltui.actions.jobs.starting import new_job_id

        self.plan = complete(workspace, plan)
        self.job_id = new_job_id()
        self._workspace = workspace
        self.plan = replace(self.plan, warnings=(*self.plan.warnings, *self._said_of_engine()))

    @property
    def title(self) -> str:
        stages = [stage.address for stage in self.plan.stages]
        said = f"retrain {', '.join(stages)}" if stages else "retrain"
        return said if len(said) <= TITLE else f"retrain {len(stages)} stages, {stages[0]} first"[:TITLE]

    @property
    def note(self) -> Note:
        asked = self.plan.asked
        return Note(f"job {self.job_id}", before=self.plan.commit or "", after=", ".join(asked.overrides))

    def commands(self) -> Sequence[str]:
        """One line for a shell, in which variables stand before what they are laid over for; none of what can't be."""
        if self.plan.obstacles:
            return ()
        words = [_assigned(key, value) for key, value in self.plan.env.items() if value is not None]
        gone = [f"-u {key}" for key, value in self.plan.env.items() if value is None]
        env = " ".join(("env", *gone, *words)) + " " if words or gone else ""
        if before := self.plan.before:
            return [f"{env}{join(self.plan.command)}  # {before}"]
        return [f"cd {quote(self.plan.cwd)} && {env}{join(self.plan.command)}"]

    def refusal(self) -> Refused | None:
        if self.plan.obstacles:
            first = self.plan.obstacles[0]
            return Refused(first.what, first.hint)
        if not self.plan.stages:
            return Refused(
                "there is nothing to do: no stage would run", "--force runs them all the same, -S changes a param"
            )
        try:
            reason = self._executor.refusal(self._spec({}))
        except MltuiError as error:
            return error if isinstance(error, Refused) else Refused(error.summary, error.hint)
        return Refused(reason) if reason else None

    def told(self) -> RetrainPlan:
        """The plan, with what the executor's table lacks among its obstacles: that is known without asking anybody."""
        try:
            _ = self._executor
        except ConfigError as error:
            return replace(self.plan, obstacles=(*self.plan.obstacles, Obstacle(error.summary, error.hint)))
        return self.plan

    def act(self, tell: Tell) -> Outcome:
        """Start it. It has begun, or waits for its turn, when this returns."""
        from mltui.actions.jobs.starting import start_job

        tell(1, 1, f"start job {self.job_id}")
        try:
            job = start_job(self._workspace.project, self._executor, self._spec(self._tags()))
        except Unanswered as error:
            how = (f"mltui jobs {self.job_id} tells whether it began", f"mltui stop {self.job_id} ends it if it did")
            return Outcome("unknown", f"{self.title}: {error.summary}", how)
        except MltuiError as error:
            return Outcome("failed", f"{self.title}: {error.summary}", (error.hint,) if error.hint else ())
        waits = f"; it waits for {job.waits_for}" if job.waits_for else ""
        return Outcome("done", f"job {job.id} was started{waits}", (f"mltui jobs {job.id} shows it",))

    def _said_of_engine(self) -> tuple[str, ...]:
        """What the executor says of such a job besides, if it has a word to say."""
        try:
            says = getattr(self._executor, "warnings", None)
            return tuple(says(self._spec({}))) if says is not None and self.plan.command else ()
        except MltuiError:
            return ()  # `refusal` says what is wrong

    @cached_property
    def _executor(self) -> Executor:
        from mltui.actions.executors.registry import executor_named

        workspace = self._workspace
        return executor_named(workspace.project, workspace.runner, workspace.config, self.plan.executor)

    def _spec(self, tags: Mapping[str, str]) -> JobSpec:
        from mltui.sources.journal.who import who_acts

        plan, config = self.plan, self._workspace.config
        table = config.executors.get(plan.executor, {})
        inside = self._inside()
        return JobSpec(
            id=self.job_id,
            title=self.title,
            created=now_ms(),
            executor=plan.executor,
            kind=plan.kind,
            mode=plan.mode,
            argv=plan.command,
            cwd=plan.cwd,
            env=self._environment(tags),
            stages=tuple(own(stage.address, inside) for stage in plan.stages),
            targets=plan.asked.targets,
            overrides=plan.asked.overrides,
            force=plan.asked.force,
            rev=plan.asked.rev,
            commit=plan.commit,
            branch=plan.branch,
            dirty=bool(plan.uncommitted),
            gpu=plan.gpu,
            links=plan.links,
            collect=plan.asked.collect,
            experiment=plan.experiment,
            store=plan.store,
            who=who_acts(self._workspace).name,
            inside=inside,
            options={key: value for key, value in table.items() if key != "kind"},
        )

    def _inside(self) -> str:
        """The directory of the DVC project in the project's root, "" for that itself."""
        folder, root = Path(self.plan.cwd), self._workspace.project.root
        inside = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else ""
        return "" if inside == "." else inside

    def _environment(self, tags: Mapping[str, str]) -> dict[str, str | None]:
        """The plan's, and what every job has. Tags go where MLflow looks for them; a recorder's own come after."""
        found: dict[str, str | None] = {"DVC_NO_ANALYTICS": "1", **self.plan.env}
        if tags:
            inherited = found.get(CONTEXT) or os.environ.get(CONTEXT) or "{}"
            try:
                known = json.loads(inherited)
            except ValueError:
                known = {}
            found[CONTEXT] = json.dumps({**(known if isinstance(known, dict) else {}), **tags})
        return found

    def _tags(self) -> dict[str, str]:
        """What the recorder would write of every run of the job, where the training's environment lacks one.

        Deps and stages differ from run to run: those are told from the job's steps. Of a worktree it is what it was
        when the job was started; another directory's is not looked at.
        """
        from mltui.sources.recorder import recorder

        plan, workspace = self.plan, self._workspace
        if plan.mode in ("remote", "queue") or recorder(workspace.project, workspace.config).version is not None:
            return {}
        experiment = plan.experiment
        tags = {"mltui.exp": experiment} if experiment else {}
        if plan.mode == "rev":  # a new worktree differs from nothing
            return {**tags, "mltui.dirty": "false"}
        return {**tags, **self._difference()} if plan.mode == "in place" else tags

    def _difference(self) -> dict[str, str]:
        from mltui.errors import SourceError
        from mltui.sources.git.own_index import told

        if self.plan.commit is None:
            return {}
        try:
            diff = told(self._workspace.project, self._workspace.runner, *DIFF)
        except SourceError:
            return {}
        if not diff:
            return {"mltui.dirty": "false"}
        return {"mltui.dirty": "true", "mltui.diff_sha1": hashlib.sha1(diff, usedforsecurity=False).hexdigest()}


def _assigned(key: str, value: str) -> str:
    """``PATH=/venv/bin:"$PATH"``: nobody wants to read the rest of that."""
    rest = os.environ.get("PATH", "")
    if key == "PATH" and rest and value.endswith(f":{rest}"):
        return f'PATH={quote(value[: -len(rest) - 1])}:"$PATH"'
    return f"{key}={quote(value)}"
