"""The engines of this box: the local executor, the plugin that the docs show, DVC's queue."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.real.executors.engines import Engine, NoDoor
from tests.real.executors.training_project import DVC, until

from mltui.actions.executors.port import Place
from mltui.actions.executors.registry import executor_named
from mltui.actions.jobs.restore import Restore
from mltui.config import Config
from mltui.model.job import Job, JobSpec
from mltui.sources.git.locate import open_project


@contextmanager
def local(root: Path) -> Iterator[Engine]:
    with _on_this_box(root, Config(), "local") as engine:
        yield engine


@contextmanager
def plugin(root: Path) -> Iterator[Engine]:
    """The example of docs/executors.md, installed as a package would be."""
    document = (Path(__file__).parents[3] / "docs" / "executors.md").read_text()
    (code,) = re.findall(r"^```python\n(.*?)^```$", document, re.M | re.S)
    (declared,) = re.findall(r'^\[project.entry-points."(mltui.executors)"\]\n(.*?)^```$', document, re.M | re.S)
    site = root.parent / "site-packages"
    metadata = site / "prefix_executor-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "prefix_executor.py").write_text(code)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: prefix-executor\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[{declared[0]}]\n{declared[1].replace(chr(34), '')}")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        config = Config(executors={"gentle": {"kind": "prefix", "command": ["nice", "-n", "5"]}})
        with _on_this_box(root, config, "gentle") as engine:
            yield engine
        sys.modules.pop("prefix_executor", None)


@contextmanager
def _on_this_box(root: Path, config: Config, name: str) -> Iterator[Engine]:
    door = NoDoor()
    project = open_project(root, door)
    executor = executor_named(project, door, config, name)

    @contextmanager
    def down() -> Iterator[None]:
        door.shut = True
        yield
        door.shut = False

    def restart(job: Job) -> None:
        assert job.pid is not None
        os.kill(job.pid, signal.SIGKILL)

    def put_back(job: Job) -> None:
        assert Restore(job, door).refusal() is None
        assert (outcome := Restore(job, door).act(lambda *_: None)).state == "done" and not outcome.left, outcome

    yield Engine(executor, project, root, root, down, restart, put_back=put_back, door=door)


class QueueEngine(Engine):
    """DVC's queue: a job is an experiment, and runs in a directory that DVC makes for it."""

    def spec(self, **changed: Any) -> JobSpec:
        spec = super().spec()
        name = f"retrain-{spec.id}"
        argv = (DVC, "exp", "run", "--queue", "-n", name)
        return replace(spec, **{"argv": argv, "cwd": str(self.root), "experiment": name, **changed})


@contextmanager
def dvc_queue(root: Path) -> Iterator[Engine]:
    from mltui.actions.executors.dvc_queue import DvcQueue
    from mltui.sources.dvc.queue_processes import workers

    door = NoDoor()
    project = open_project(root, door)
    executor = DvcQueue(Place(project, door, "dvc-queue", {"python": sys.executable}))

    @contextmanager
    def down() -> Iterator[None]:
        door.shut = True
        yield
        door.shut = False

    def restart(_job: Job) -> None:
        killed(workers(root))
        until(lambda: not workers(root))

    def put_back(_job: Job) -> None:
        """The worker takes the directory away, the worktree was never touched."""

    works_in = root / ".dvc" / "tmp" / "exps"
    works_in.mkdir(parents=True, exist_ok=True)
    try:
        yield QueueEngine(executor, project, root, works_in, down, restart, ("running",), "queue", put_back=put_back)
    finally:
        killed(workers(root))


def killed(pids: Iterable[int]) -> None:
    """Whichever of them are still there: a worker ends by itself when the queue is empty."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
