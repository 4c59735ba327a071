"""`mltui exp queue -S`: what DVC would not take is refused before, with the nearest names; what it takes is queued."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_projects import dvc
from git_repository import commit, git, make

from mltui.config import Config
from mltui.sources.dvc.queue_tasks import tasks
from mltui.sources.git.locate import open_project
from mltui.sources.retrain.asking import no_overrides
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

FILES = {
    "params.yaml": "train: {lr: 0.1, epochs: 3}\nseed: 7\n",
    "conf.toml": "[train]\nrate = 0.5\n",
    "conf.json": '{"model": {"depth": 2}}',
    "conf.py": "EPOCHS = 9\n\n\nclass Train:\n    lr = 0.1\n",
    "dvc.yaml": "stages: {train: {cmd: 'true', params: [train, conf.toml: [train], conf.json: [model], "
    "conf.py: [EPOCHS]]}}\n",
}
#: Hydra's, composed into params.yaml.
COMPOSED = {
    "conf/config.yaml": "defaults: [model: small, _self_]\ntrain: {lr: 0.1}\n",
    "conf/model/small.yaml": "depth: 1\n",
    "conf/model/large.yaml": "depth: 9\n",
    "conf/db/local.yaml": "port: 1\n",
    "params.yaml": "model: {depth: 1}\ntrain: {lr: 0.1}\n",
    "dvc.yaml": "stages: {train: {cmd: 'true', params: [train, model]}}\n",
}


def made(root: Path, files: dict[str, str]) -> Path:
    make(root)
    git(root, "config", "user.name", "Ada")
    git(root, "config", "user.email", "ada@example.org")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    dvc(root, "init", "-q")
    dvc(root, "config", "core.analytics", "false")
    commit(root, "baseline")
    return root


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("plain") / "project", FILES)


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = made(tmp_path_factory.mktemp("composed") / "project", COMPOSED)
    dvc(root, "config", "hydra.enabled", "True")
    commit(root, "hydra")
    return root


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Iterator[Any]:
    """What is refused of an override in the project, by its words, and what dvc's own exit code is for it."""
    root: Path = request.getfixturevalue(request.param)
    runner = ProcessRunner()
    workspace = Workspace(open_project(root, runner), Config(python=sys.executable), runner)

    def ask(override: str) -> str:
        refused = no_overrides(workspace, root, (override,))
        words = [sys.executable, "-m", "dvc", "exp", "run", "--queue", "-S", override]
        theirs = subprocess.run(words, cwd=root, capture_output=True, check=False)
        assert bool(theirs.returncode) == (refused is not None), (override, refused, theirs.stderr)
        return f"{refused.summary} ({refused.hint})" if refused else ""

    yield ask
    workspace.close()


@pytest.mark.parametrize("asked", ["plain"], indirect=True)
@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("train.lrr=1", "no param train.lrr in params.yaml (near: train.lr"),
        ("lr=1", "no param lr in params.yaml (near: train.lr"),
        ("train.lr=1,2,nope", ""),
        ("conf.toml:train.rat=1", "no param train.rat in conf.toml (near: train.rate"),
        ("conf.json:model.dept=1", "no param model.dept in conf.json (near: model.depth"),
        ("conf.py:EPOCH=1", "no param EPOCH in conf.py (near: EPOCHS"),
        ("conf.py:Train.lr=1", ""),
        ("nowhere.yaml:a=1", "there is no nowhere.yaml"),
        ("train.lrr=1,2", "no param train.lrr in params.yaml (near: train.lr"),
        ("+train.momentum=0.9", ""),
        ("~seed", ""),
        ("~sed", "no param sed in params.yaml (near: seed"),
        ("train.lr=[1", "-S train.lr=[1: "),
    ],
)
def test_params_files_of_every_kind(asked: Any, override: str, said: str) -> None:
    told = asked(override)
    assert said in told and bool(said) == bool(told)


@pytest.mark.parametrize("asked", ["composed"], indirect=True)
@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("model=large", ""),
        ("model=small,large", ""),
        ("model=lagre", "the config group model has no such option (near: large"),
        ("model=small,lagre", "the config group model has no such option (near: large"),
        ("modle=large", "no param modle in params.yaml (near: model"),
        ("model.dept=3", "no param model.dept in params.yaml (near: model.depth"),
        ("+db=local", ""),
        ("+db=locl", "the config group db has no such option (near: local"),
        ("db=local", "+db"),
        ("+train.momentum=0.9", ""),
    ],
)
def test_hydra_and_its_config_groups(asked: Any, override: str, said: str) -> None:
    told = asked(override)
    assert said in told and bool(said) == bool(told)


def test_the_command_queues_nothing_and_leaves_everything_as_it_was(plain: Path) -> None:
    before = git(plain, "status", "--porcelain"), git(plain, "for-each-ref"), len(tasks(plain))
    words = [sys.executable, "-m", "mltui", "-C", str(plain), "exp", "queue", "-S", "train.lrr=1", "--yes", "--json"]
    done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 4, done.stderr
    refused = json.loads(done.stdout)["refused"]
    assert refused == {
        "summary": "no param train.lrr in params.yaml",
        "hint": "near: train.lr, train, train.epochs; +train.lrr=… would add one",
    }
    assert (git(plain, "status", "--porcelain"), git(plain, "for-each-ref"), len(tasks(plain))) == before
