"""`mltui exp`: the list of experiments, and what changes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.cli.asking import can_ask
from mltui.cli.doing import How, do
from mltui.cli.exits import OK
from mltui.cli.opening import open_told
from mltui.cli.terminal import symbols, use_utf8, write

if TYPE_CHECKING:
    from mltui.actions.experiments.dvc import Dvc
    from mltui.actions.gateway import Action
    from mltui.cli.options import Options
    from mltui.present.text import Line
    from mltui.sources.workspace import Workspace


def print_list(options: Options, as_json: bool) -> int:
    """All experiments, for people or as one document."""
    from mltui.actions.experiments.dvc import Dvc
    from mltui.present.experiments import experiment_lines, experiments_document
    from mltui.sources.dvc.queue_processes import workers
    from mltui.sources.dvc.queue_tasks import tasks

    use_utf8()
    workspace = open_told(options)
    try:
        dvc = Dvc.of(workspace)
        found, roots = workspace.experiments.load(), [Path(root) for root in dvc.roots]
        logs = {task.rev: str(task.log) for root in roots for task in tasks(root) if task.log.is_file()}
        running = [pid for root in roots for pid in workers(root)]
        lacks = None if found else dvc.refusal()
    finally:
        workspace.close()
    if as_json:
        from mltui.cli.machine import write_json

        write_json(experiments_document(found, logs, running))
    else:
        write(experiment_lines(found, running, symbols(workspace.config), lacks))
    return OK


def apply(options: Options, how: How, name: str, force: bool) -> int:
    """`mltui exp apply`."""
    from mltui.actions.experiments.apply import Apply
    from mltui.actions.experiments.naming import named
    from mltui.present.experiments import applying_lines

    def make(dvc: Dvc, workspace: Workspace) -> tuple[Action, Sequence[Line]]:
        # at a terminal the files are shown and asked for: only what asks nobody needs --force
        asking = not how.yes and not how.dry_run and not how.json and can_ask()
        action = Apply(dvc, named(workspace.experiments.load(), name), overwrite=force or asking)
        lines = applying_lines(action.effects) if action.experiment.status == "FINISHED" else ()
        return action, lines

    return _perform(options, how, make)


def branch(options: Options, how: How, name: str, branch: str) -> int:
    """`mltui exp branch`."""
    from mltui.actions.experiments.branch import Branch
    from mltui.actions.experiments.naming import named

    return _perform(
        options, how, lambda dvc, workspace: (Branch(dvc, named(workspace.experiments.load(), name), branch), ())
    )


def remove(options: Options, how: How, names: tuple[str, ...]) -> int:
    """`mltui exp remove`."""
    from mltui.actions.experiments.naming import named
    from mltui.actions.experiments.remove import Remove

    def make(dvc: Dvc, workspace: Workspace) -> tuple[Action, Sequence[Line]]:
        found = workspace.experiments.load()
        each = [named(found, name) for name in names]
        return Remove(dvc, tuple({one.commit: one for one in each}.values())), ()

    return _perform(options, how, make)


def queue(options: Options, how: How, **asked: Any) -> int:
    """`mltui exp queue`."""
    from mltui.actions.experiments.queue import Queue, Wanted

    return _perform(options, how, lambda dvc, workspace: (Queue(dvc, Wanted(**asked), workspace), ()))


def start(options: Options, how: How, jobs: int) -> int:
    """`mltui exp start`."""
    from mltui.actions.experiments.queue import Start, local_store
    from mltui.present.experiments import queue_lines

    def make(dvc: Dvc, workspace: Workspace) -> tuple[Action, Sequence[Line]]:
        action = Start(dvc, jobs, local_store(workspace))
        return action, queue_lines(action.queued(), jobs)

    return _perform(options, how, make)


def stop(options: Options, how: How, name: str, kill: bool) -> int:
    """`mltui exp stop`."""
    from mltui.actions.experiments.naming import named
    from mltui.actions.experiments.stop import Stop

    def make(dvc: Dvc, workspace: Workspace) -> tuple[Action, Sequence[Line]]:
        return Stop(dvc, named(workspace.experiments.load(), name), grace=dvc.config.stop_grace, kill=kill), ()

    return _perform(options, how, make)


def _perform(options: Options, how: How, make: Callable[[Dvc, Workspace], tuple[Action, Sequence[Line]]]) -> int:
    from mltui.actions.experiments.dvc import Dvc
    from mltui.actions.gateway import gateway_of

    workspace = open_told(options)
    try:
        dvc = Dvc.of(workspace)
        action, lines = make(dvc, workspace)
        return do(gateway_of(workspace), workspace.config, action, how, lines)
    finally:
        workspace.close()
