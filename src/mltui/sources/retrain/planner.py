"""`Planner`: everything that a retrain would do, before it does. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import MltuiError, NotFound, Refused, SourceError, UsageError
from mltui.model.dvc import Pipeline, Stage
from mltui.model.git import GitState
from mltui.model.gpu import Gpu, default_gpu
from mltui.model.retrain import Asked, Obstacle, RetrainPlan
from mltui.sources.dvc.python import Interpreter, interpreter
from mltui.sources.gpus import gpus, lacks_bindings
from mltui.sources.later import Later
from mltui.sources.retrain import command
from mltui.sources.retrain.asking import Scope, ask, scope_of
from mltui.sources.retrain.command import Way
from mltui.sources.retrain.durations import newest_runs, with_durations
from mltui.sources.retrain.elsewhere import complete
from mltui.sources.retrain.isolation import relative_stores, unseen_files
from mltui.sources.retrain.landing import landing
from mltui.sources.retrain.past import at_rev
from mltui.sources.retrain.steps import Steps, few, steps_of
from mltui.sources.retrain.waiting import trained_here, waits_for

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Changed files of git that are named; the rest is counted where they are shown.
MOST = 200
CARDS = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands in the way and what is only said, collected on the way."""

    obstacles: tuple[Obstacle, ...] = ()
    questions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Planner:
    """Plans retrains of one workspace. `look_at_gpus` is a fake's place in tests."""

    def __init__(self, workspace: Workspace, look_at_gpus: Callable[[], tuple[Gpu, ...]] = gpus) -> None:
        self._workspace, self._look_at_gpus = workspace, look_at_gpus
        self._project, self._config = workspace.project, workspace.config

    def plan(self, asked: Asked) -> RetrainPlan:
        """The preview of what is `asked`.

        Raises `UsageError` for a target, executor or revision that there is not, `NotFound` without a DVC project.
        Whatever else is in the way is among its `obstacles`.
        """
        way = command.way_of(self._config, asked)
        if not asked.rev:  # of another commit DVC is not asked
            self._workspace.pipeline.prepare()
        pipeline = self._workspace.pipeline.load(now=True)
        scope = scope_of(self._workspace, pipeline, asked)
        python = interpreter(self._project, self._config, "dvc")
        answer = Later(lambda: self._steps(pipeline, scope, way, asked))
        state, git_said = self._git(way)
        cards = self._look_at_gpus() if way.kind in ("local", "dvc-queue") else ()
        gpu, gpu_said = self._gpu(cards, asked)
        runs, jobs = newest_runs(self._workspace), self._workspace.jobs.load()
        steps, dvc_said = answer.value()
        mlflow, far = python.mlflow is not None, way.mode == "remote"
        lands = landing(self._workspace, scope.root, runs, steps.stages, apart=way.apart, mlflow=mlflow, far=far)
        said = [git_said, dvc_said, gpu_said, self._elsewhere(way), self._programs(steps, python)]
        experiment = command.experiment_name() if way.exp else None
        editing = (trains,) if (trains := trained_here(jobs)) else ()
        plan = RetrainPlan(
            asked=asked,
            mode=way.mode,
            executor=way.executor,
            kind=way.kind,
            command=command.command_of(python.path, way, scope, asked, experiment),
            cwd=str(scope.root),
            env=command.environment_of(python.path, os.environ, gpu, lands.env) if way.mode != "remote" else lands.env,
            stages=with_durations(steps.stages, jobs, runs),
            skipped=steps.skipped,
            params=steps.params,
            other_params=steps.other_params,
            uncommitted=tuple(change.path for change in state.changes[:MOST]) if state else (),
            links=self._config.links if way.apart else (),
            lands=lands.said,
            store=lands.store,
            gpus=cards,
            gpu=gpu,
            commit=state.commit if state else None,
            branch=state.branch if state else None,
            experiment=experiment,
            waits_for=waits_for(scope.root, jobs) if not way.apart else "",
            obstacles=tuple(each for one in said for each in one.obstacles),
            questions=tuple(each for one in said for each in one.questions),
            warnings=(*(each for one in said for each in one.warnings), *steps.warnings, *lands.warnings, *editing),
        )
        return complete(self._workspace, self._apart(plan, pipeline)) if way.apart else plan

    def _git(self, way: Way) -> tuple[GitState | None, _Said]:
        needs = way.exp or way.mode in ("rev", "remote")
        try:
            state = self._workspace.git.load()
        except NotFound as error:
            lacks = Obstacle(f"{_called(way)} needs git: {error.summary}", "git init, and commit what is here")
            return None, _Said((lacks,) if needs else ())
        except SourceError as error:
            return None, _Said((Obstacle(error.summary, error.hint),) if needs else (), (), (error.summary,))
        if state.commit is None and needs:
            lacks = Obstacle(f"{_called(way)} needs a commit to start from", "git add -A && git commit")
            return state, _Said((lacks,))
        return state, _Said()

    def _steps(self, pipeline: Pipeline, scope: Scope, way: Way, asked: Asked) -> tuple[Steps, _Said]:
        if asked.rev:
            return at_rev(self._workspace, scope, asked), _Said()
        apart = ("clone" if way.mode == "remote" else "copy") if way.apart else ""
        try:
            answer = ask(self._workspace, pipeline, scope, asked, exp=way.exp, apart=apart)
        except UsageError:
            raise
        except (Refused, SourceError) as error:
            return Steps(), _Said((_obstacle(error),))
        steps = steps_of(
            answer, str(self._project.root), _names(pipeline, scope, self._project.root), force=asked.force
        )
        if way.mode != "remote":
            return steps, _Said()
        unknown = tuple(replace(stage, cache="unknown", after="") for stage in steps.stages)  # that box has its own
        return replace(steps, stages=unknown), _Said()

    def _gpu(self, cards: Sequence[Gpu], asked: Asked) -> tuple[str | None, _Said]:
        if asked.gpu is not None:
            known = {str(card.index) for card in cards} | {card.uuid for card in cards}
            odd = [each for each in asked.gpu.split(",") if cards and each and each not in known]
            if odd:
                raise UsageError(f"there is no GPU {', '.join(odd)}", f"there are {', '.join(sorted(known))}")
            return asked.gpu, _Said()
        inherited = os.environ.get(CARDS)
        if not cards:
            lacking = lacks_bindings()
            return None, _Said(warnings=("the GPUs can't be asked: pip install nvidia-ml-py",) if lacking else ())
        gpu = default_gpu(cards, inherited)
        if gpu is not None:
            return (gpu if inherited is None else None), _Said()
        return None, _Said(questions=("no GPU is free: somebody else's process is on each. Start all the same?",))

    def _elsewhere(self, way: Way) -> _Said:
        if way.mode != "workspace":
            return _Said()
        return _Said(
            warnings=(
                "dvc exp run in the worktree detaches HEAD and rewrites the params files while it runs, and stopped "
                'it can leave both so: overrides_in = "isolated" in the configuration leaves the worktree alone',
            )
        )

    def _programs(self, steps: Steps, python: Interpreter) -> _Said:
        path = os.pathsep.join((str(Path(python.path).parent), os.environ.get("PATH", "")))
        found: dict[str, dict[str, None]] = {}
        for stage in steps.stages:
            for name in command.not_found(stage.cmd, (steps.wdirs or {}).get(stage.address, ""), path):
                found.setdefault(name, {})[stage.address] = None
        words = {name: f"there is no {name}" if "/" in name else f"{name} is not found on PATH" for name in found}
        return _Said(warnings=tuple(f"{few(users)}: {words[name]}" for name, users in found.items()))

    def _apart(self, plan: RetrainPlan, pipeline: Pipeline) -> RetrainPlan:
        """What another directory lacks, and lines that would log runs into it."""
        own = {stage.address for stage in plan.stages}
        stages: list[Stage] = [stage for stage in pipeline.stages if stage.address in own]
        try:
            unseen = unseen_files(self._workspace, stages, plan.links)
            relative = relative_stores(self._workspace, stages)
        except SourceError as error:
            return replace(plan, warnings=(*plan.warnings, error.summary))
        plan = replace(plan, unseen=unseen, relative_stores=relative)
        collects = plan.asked.collect and plan.mode != "queue"  # DVC's worker takes the directory away itself
        if not relative or collects or plan.mode == "remote":
            return plan
        line = relative[0]
        what = f"{line.path}:{line.number} sets a tracking URI that is relative: its runs would go with the directory"
        way = "--executor local with --collect copies" if plan.mode == "queue" else "--collect copies"
        stands = Obstacle(what, f"{way} them home before that; or let the code read MLFLOW_TRACKING_URI")
        return replace(plan, obstacles=(*plan.obstacles, stands))


def _obstacle(error: MltuiError) -> Obstacle:
    """In DVC's words; of a cycle it says other ones, depending on how long it is."""
    if "Same item(s)" in error.summary or "cycle" in error.summary:
        what = error.summary.rpartition(": ")[2].rstrip(".")
        return Obstacle(f"the pipeline has a cycle: {what}", "one of them reads what is made from its own outs")
    return Obstacle(error.summary, error.hint)


def _called(way: Way) -> str:
    return "dvc exp run" if way.exp else "--rev" if way.mode == "rev" else f"the executor {way.executor}"


def _names(pipeline: Pipeline, scope: Scope, top: Path) -> dict[str, str]:
    """mltui's addresses by those DVC uses in its project: two projects of one repository may share some."""
    found: dict[str, str] = {}
    for stage in pipeline.stages:
        path = top / stage.path
        if path.is_relative_to(scope.root):
            file = str(path.relative_to(scope.root))
            found[stage.name if file == "dvc.yaml" else f"{file}:{stage.name}"] = stage.address
    return found
