"""Queued, running and failed experiments, and metrics that DVC caches, against what the real dvc says of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_projects import DVC, dvc
from git_repository import commit, make

from mltui.model.dvc import DvcExperiment
from mltui.sources.dvc.experiments import ExperimentsSource
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real

#: Trains at once, fails at once, or waits for a file to appear beside the one that says that it has begun.
TRAIN = """
import json, os, sys, time
from pathlib import Path
lr = json.load(open("params.json"))["model"]["lr"]
Path("metrics.json").write_text(json.dumps({"auc": lr, "deep": {"loss": 1 - lr}}))
if lr == 0.3:
    sys.exit(3)
if lr == 0.4:
    doors = Path(os.environ["DOORS"])
    (doors / "begun").touch()
    while not (doors / "open").exists():
        time.sleep(0.05)
"""
STAGES = """\
stages:
  train:
    cmd: {python} train.py
    deps: [train.py]
    params: [params.json: [model.lr]]
    metrics: [metrics.json]
"""
OURS = {"Queued": "SCHEDULED", "Running": "RUNNING", "Failed": "FAILED"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = make(tmp_path / "project")
    (path / "train.py").write_text(TRAIN)
    (path / "dvc.yaml").write_text(STAGES.format(python=sys.executable))
    (path / "params.json").write_text('{"model": {"lr": 0.1}, "other": 7}')
    dvc(path, "init", "-q")
    dvc(path, "config", "core.analytics", "false")
    dvc(path, "repro", "-q")
    commit(path, "baseline")
    return path


@pytest.fixture
def doors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a training waits to be let go on; whatever happens, it is."""
    path = tmp_path / "doors"
    path.mkdir()
    monkeypatch.setenv("DOORS", str(path))
    bin_ = Path(sys.executable).parent  # a worker is started as `dvc`
    monkeypatch.setenv("PATH", f"{bin_}{os.pathsep}{os.environ['PATH']}")
    yield path
    (path / "open").touch()


def experiments(path: Path) -> dict[str, DvcExperiment]:
    runner = ProcessRunner()
    return {one.name: one for one in ExperimentsSource(open_project(path, runner), runner).load()}


def dvcs(path: Path) -> dict[str, str]:
    """Name to status by ``dvc queue status``, without those that succeeded."""
    lines = re.findall(r"^[0-9a-f]{7} +(\S+) .* (\S+)\s*$", dvc(path, "queue", "status"), re.MULTILINE)
    return {name: OURS[status] for name, status in lines if status != "Success"}


def unfinished(path: Path) -> dict[str, str]:
    return {name: one.status for name, one in experiments(path).items() if one.status != "FINISHED"}


def wait_for(path: Path) -> None:
    end = time.monotonic() + 600
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not come"
        time.sleep(0.05)


def test_the_queue_is_as_dvc_says(project: Path, doors: Path) -> None:
    for lr, name in ((0.2, "quick"), (0.3, "fails"), (0.4, "waits"), (0.5, "last")):
        dvc(project, "exp", "run", "--queue", "-q", "-S", f"params.json:model.lr={lr}", "-n", name)
    queued = experiments(project)
    assert {name: one.status for name, one in queued.items()} == dvcs(project) == dict.fromkeys(queued, "SCHEDULED")
    assert {name: dict(one.params) for name, one in queued.items()} == {
        "quick": {"model.lr": "0.2"},
        "fails": {"model.lr": "0.3"},
        "waits": {"model.lr": "0.4"},
        "last": {"model.lr": "0.5"},
    }
    assert not any(one.metrics for one in queued.values()), "those of the baseline are not theirs"
    before = sorted(str(path) for path in (project / ".dvc" / "tmp").rglob("*"))
    experiments(project)
    assert sorted(str(path) for path in (project / ".dvc" / "tmp").rglob("*")) == before, "nothing is written"
    runner = ProcessRunner()
    source = ExperimentsSource(open_project(project, runner), runner)
    source.load()
    moved = source.fingerprint()
    nowhere = subprocess.DEVNULL  # the worker keeps what it is given open
    subprocess.run([*DVC, "queue", "start"], cwd=project, stdout=nowhere, stderr=nowhere, check=True)
    wait_for(doors / "begun")
    assert source.fingerprint() != moved
    found = unfinished(project)
    assert found == dvcs(project) and found["waits"] == "RUNNING"
    others = {"quick": {"FINISHED", "SCHEDULED"}, "fails": {"FAILED", "SCHEDULED"}, "last": {"FINISHED", "SCHEDULED"}}
    for name, states in others.items():  # the queue's order is that of numbers as text: 1000000 is before 999999
        assert found.get(name, "FINISHED") in states, found
    (doors / "open").touch()
    end = time.monotonic() + 600
    while len(unfinished(project)) > 1 and time.monotonic() < end:  # until the worker has collected it
        time.sleep(0.2)
    assert unfinished(project) == dvcs(project) == {"fails": "FAILED"}
    found = experiments(project)
    assert {name: dict(one.metrics) for name, one in found.items() if one.status == "FINISHED"} == {
        "quick": {"auc": 0.2, "deep.loss": 0.8},
        "waits": {"auc": 0.4, "deep.loss": 0.6},
        "last": {"auc": 0.5, "deep.loss": 0.5},
    }
    dvc(project, "queue", "remove", "--failed", "-q")
    assert unfinished(project) == {}


def test_cached_metrics_are_those_that_dvc_shows(project: Path, tmp_path: Path) -> None:
    dvc(project, "exp", "run", "-q", "-S", "params.json:model.lr=0.25", "-n", "cached")
    (shown,) = [
        one
        for each in json.loads(dvc(project, "exp", "show", "--json"))
        for group in each["experiments"] or ()
        for one in group["revs"]
    ]
    one = experiments(project)["cached"]
    assert dict(one.metrics) == {"auc": 0.25, "deep.loss": 0.75}
    assert shown["data"]["metrics"]["metrics.json"]["data"] == {"auc": 0.25, "deep": {"loss": 0.75}}
    assert one.not_in_cache == ()


def test_metrics_in_a_directory_that_dvc_caches(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in example-get-started: ``outs: [eval]`` and ``metrics: [eval/metrics.json]``."""
    text = (project / "train.py").read_text().replace('Path("metrics.json")', 'Path("eval/deep/metrics.json")')
    (project / "train.py").write_text("import os; os.makedirs('eval/deep')\n" + text)
    yaml = (project / "dvc.yaml").read_text().replace("    metrics: [metrics.json]", "    outs: [eval]")
    (project / "dvc.yaml").write_text(yaml + "metrics: [eval/deep/metrics.json]\n")
    dvc(project, "repro", "-q")
    commit(project, "a directory")
    dvc(project, "exp", "run", "-q", "-S", "params.json:model.lr=0.25", "-n", "inside")
    assert dict(experiments(project)["inside"].metrics) == {"auc": 0.25, "deep.loss": 0.75}
    cache, away = project / ".dvc" / "cache", tmp_path / "away"
    cache.rename(away)
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(tmp_path / "fresh"))
    one = experiments(project)["inside"]
    assert (dict(one.metrics), one.not_in_cache) == ({}, ("eval/deep/metrics.json",))
    away.rename(cache)
    assert dict(experiments(project)["inside"].metrics) == {"auc": 0.25, "deep.loss": 0.75}


def test_what_is_not_in_the_cache_says_so_until_it_is(project: Path, tmp_path: Path) -> None:
    dvc(project, "exp", "run", "-q", "-S", "params.json:model.lr=0.25", "-n", "cached")
    cache, away = project / ".dvc" / "cache", tmp_path / "away"
    cache.rename(away)
    one = experiments(project)["cached"]
    assert (dict(one.metrics), one.not_in_cache) == ({}, ("metrics.json",))
    done = subprocess.run(
        [sys.executable, "-m", "mltui", "runs", "--json"], cwd=project, capture_output=True, check=True, env=os.environ
    )
    (entry,) = json.loads(done.stdout)["runs"]
    assert entry["note"].startswith("metrics.json: not in the cache")
    shutil.copytree(away, cache)
    assert dict(experiments(project)["cached"].metrics) == {"auc": 0.25, "deep.loss": 0.75}
