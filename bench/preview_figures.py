"""How soon a retrain's preview is there, of 300 stages with one dependency edited; DVC's own commands beside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measure import Figure, Sample, in_turn, timed
from bench.pipeline_figures import edit
from bench.pipeline_figures import status as dvc_status
from bench.projects import MLTUI, Place, large
from bench.terminal import Terminal
from mltui.actions.opening import open_workspace
from mltui.model.retrain import Asked, RetrainPlan
from mltui.sources.retrain.planner import Planner

RUNS = 5
DVC = str(Path(sys.executable).with_name("dvc"))


def preview() -> list[Figure]:
    """In a process of its own, and by a child that answered before, as in the dialog; then the dialog itself."""
    place = large()
    os.environ.update(place.env)
    with edited(place):
        return [*_commands(place), *_dialog(place)]


@contextmanager
def edited(place: Place) -> Iterator[None]:
    """The first dependency has another content."""
    dependency = min(path for path in (place.path / "data").iterdir() if path.is_file())
    original = dependency.read_bytes()
    edit(dependency, original + b"another row\n")
    try:
        yield
    finally:
        edit(dependency, original)


def _commands(place: Place) -> list[Figure]:
    workspace = open_workspace(place.path)
    try:
        planner = Planner(workspace)
        same(planner.plan(Asked()), place)
        alone, warm, repro, status = in_turn(
            RUNS,
            lambda: timed(lambda: run(place, MLTUI, "retrain", "--dry-run")),
            lambda: timed(lambda: planner.plan(Asked())),
            lambda: timed(lambda: run(place, DVC, "repro", "--dry")),
            lambda: dvc_status(place)[0],
        )
    finally:
        workspace.close()
    return [
        Figure("mltui retrain --dry-run", alone, repro, "dvc repro --dry", 1.5, faster=True),
        Figure("mltui retrain --dry-run", alone, status, "dvc status", 1.3),
        Figure("preview of a retrain, asked again", warm, repro, "dvc repro --dry", 3, faster=True),
        Figure("preview of a retrain, asked again", warm, status, "dvc status", 2, faster=True),
    ]


def _dialog(place: Place) -> list[Figure]:
    """From the key to the dialog with what the status knows, and to the whole preview: no child runs before it."""

    def opened() -> tuple[float, float]:
        with Terminal([MLTUI], place.path, place.env) as terminal:
            terminal.wait("Pipeline")
            terminal.settle()
            terminal.press("4")
            terminal.wait(r"(?s)Pipeline  300\b.*~ stage_0000")
            terminal.settle()
            start = time.perf_counter()
            terminal.press("R")
            terminal.wait("not fresh|ctrl.s start")
            first = time.perf_counter() - start
            terminal.wait("ctrl.s start")
            return first * 1000, (time.perf_counter() - start) * 1000

    taken = [opened() for _ in range(RUNS)]
    first, whole, repro = Sample.of(one for one, _ in taken), Sample.of(one for _, one in taken), run_repro(place)
    return [
        Figure("R to the dialog", first, None, "", 100),
        Figure("R to the whole preview, first time", whole, repro, "dvc repro --dry", 1.5, faster=True),
    ]


def run_repro(place: Place) -> Sample:
    return in_turn(3, lambda: timed(lambda: run(place, DVC, "repro", "--dry")))[0]


def run(place: Place, *argv: str) -> str:
    done = subprocess.run(argv, cwd=place.path, env=place.full_env(), capture_output=True, check=True, text=True)
    return done.stdout


def same(plan: RetrainPlan, place: Place) -> None:
    """What is measured is worth measuring: dvc, which runs nothing when it is dry, says of the same stages that they
    run, but for those behind one that will."""
    ours = {stage.address: stage for stage in plan.stages}
    theirs = re.findall(r"Running stage '([^']+)'", run(place, DVC, "repro", "--dry"))
    assert theirs, "dvc would run nothing"
    assert set(theirs) <= set(ours), "dvc would run what the preview leaves out"
    assert all(stage.after or stage.address in theirs for stage in ours.values()), "dvc would not run that"
