"""How soon the pipeline says what is stale: one dependency of 300 stages was edited, DVC's own command beside it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.measure import Figure, Sample, in_turn
from bench.projects import MLTUI, WORK, Place, large
from bench.terminal import Terminal
from mltui.actions.opening import open_workspace
from mltui.sources.dvc.pipeline import PipelineSource

RUNS = 7


def pipeline() -> list[Figure]:
    """In the process that draws, whose child has resolved the stages: from the edit to the answer, which is DVC's."""
    place = large()
    os.environ.update(place.env)
    ours, peer = beside_dvc(place, RUNS)
    return [Figure("pipeline status after touching one dependency", ours, peer, "dvc status", 20, faster=True)]


def beside_dvc(place: Place, rounds: int) -> tuple[Sample, Sample]:
    """ms from the edit to the answer, ours and that of `dvc status`; they are held to say the same."""
    dependency = min(path for path in (place.path / "data").iterdir() if path.is_file())
    original, edits = dependency.read_bytes(), itertools.count()
    workspace = open_workspace(place.path)
    try:
        workspace.pipeline.load()
        edit(dependency, original + b"first")
        same(workspace.pipeline, place)
        ours, peer = in_turn(
            rounds,
            lambda: answered(workspace.pipeline, dependency, original + str(next(edits)).encode()),
            lambda: status(place)[0],
        )
        same(workspace.pipeline, place)
    finally:
        edit(dependency, original)
        workspace.close()
    return ours, peer


def edit(path: Path, content: bytes) -> None:
    path.unlink()  # it may be a link into the cache
    path.write_bytes(content)


def answered(source: PipelineSource, dependency: Path, content: bytes) -> float:
    """From the edit on, in ms."""
    edit(dependency, content)
    time.sleep(0.05)  # what moves while it is looked at is looked at again: that is another measure
    start = time.perf_counter()
    assert source.fingerprint()
    source.load()
    return (time.perf_counter() - start) * 1000


def status(place: Place) -> tuple[float, object]:
    start = time.perf_counter()
    argv = [str(Path(sys.executable).with_name("dvc")), "status", "--json", "--no-updates"]
    done = subprocess.run(argv, cwd=place.path, env=place.full_env(), capture_output=True, check=True)
    return (time.perf_counter() - start) * 1000, json.loads(done.stdout)


def same(source: PipelineSource, place: Place) -> None:
    """What is measured is worth measuring: both say the same."""
    found = source.load()
    ours = {one.address: list(one.dvc) for one in (*found.stages, *found.datasets) if one.dvc}
    assert ours == status(place)[1], "mltui and dvc status say different things"


def running() -> list[Figure]:
    """From DVC's word that a stage runs (its rwlock) to the screen: whoever started it, from any shell."""
    place = _one_stage()
    lock = place.path / ".dvc" / "tmp" / "rwlock"

    def noticed() -> float:
        with Terminal([MLTUI], place.path, place.env) as terminal:
            terminal.wait("Pipeline")
            terminal.settle()
            terminal.press("4")
            terminal.wait(r"(?s)Pipeline  1\b.*slow")
            terminal.settle()
            argv = [str(Path(sys.executable).with_name("dvc")), "repro", "--force"]
            process = subprocess.Popen(argv, cwd=place.path, env=place.full_env(), stdout=subprocess.DEVNULL)
            try:
                while not (lock.exists() and b'"pid"' in lock.read_bytes()):
                    terminal.pump(0.005)
                return terminal.wait("● slow") * 1000
            finally:
                process.wait()

    (taken,) = in_turn(3, noticed)
    return [Figure("a running stage noticed", taken, None, "", 1000)]


def _one_stage() -> Place:
    """A project whose only stage takes five seconds."""
    place = Place(WORK / "one-stage", WORK / "one-stage-home")
    if not place.path.exists():
        place.path.mkdir(parents=True)
        (place.path / "dvc.yaml").write_text("stages:\n  slow:\n    cmd: sleep 5 && echo done > out\n    outs: [out]\n")
        for argv in (["git", "init", "-q"], [str(Path(sys.executable).with_name("dvc")), "init", "-q"]):
            subprocess.run(argv, cwd=place.path, env=place.full_env(), check=True)
    return place
