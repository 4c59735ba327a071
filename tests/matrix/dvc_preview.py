"""What mltui says a retrain would do, asked through a dvc of another version, against what that dvc then does."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import dvc_project as dp
import test_retrain_planned as planned
from tests.matrix.environments import Environment, Made
from tests.matrix.finding import Finding

from mltui.config import Config
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace

#: Retrains whose previews are held to what they do, each after one to three changes of `planned.MUTATIONS`.
ROUNDS = 6
#: An experiment's, in a copy of the worktree: a value in a file of each language.
OVERRIDES = ("conf.toml:a.b=7", "conf.py:EPOCHS=9", "conf.json:lr=0.5", "prepare.n=8")


def check(environment: Environment, made: Made, place: Path) -> Iterator[Finding]:
    """Previews of ``dvc repro``, of ``dvc exp run`` and of what dvc refuses."""
    os.environ["DVC_SITE_CACHE_DIR"] = str(place / "site of previews")
    project = make(place / "retrained", made.python)
    runner, modern = ProcessRunner(), environment.modern
    workspace = Workspace(open_project(project, runner), Config(python=str(made.python)), runner)
    try:
        dice, wrong = random.Random(0), []
        for number in range(ROUNDS):
            for change in dice.sample(planned.MUTATIONS, dice.randrange(1, 4)):
                change(project, dice)
            wrong += [f"{number}: {said}" for said in differing(workspace, modern)]
        yield Finding(f"{ROUNDS} previews of a retrain, as `dvc repro` then does", wrong)
        wrong = [*differing(workspace, modern, isolated=True), *differing(workspace, modern, overrides=OVERRIDES)]
        yield Finding("previews of an experiment, with other params too, as `dvc exp run` then does", wrong)
        (bad,) = planned.plan(workspace, overrides=("prepare.m=1",)).obstacles
        known = bad.what == "no param prepare.m in params.yaml"
        yield Finding("a param that there is not is refused", [] if known else [bad.what])
    finally:
        workspace.close()


def make(root: Path, python: Path) -> Path:
    """The project of the tests of previews, made by another dvc."""
    root.mkdir()
    dp.run(root, "git", "init", "-q")
    dp.dvc(root, "init", "-q", python=python)
    declared = planned.FILES["dvc.yaml"]
    dp.write(root, {**planned.FILES, "dvc.yaml": declared.replace("frozen: true", "frozen: false")})
    dp.dvc(root, "add", "-q", "raw.txt", python=python)
    dp.dvc(root, "repro", "-q", python=python)
    dp.write(root, {"dvc.yaml": declared})
    dp.run(root, "git", "add", "-A")
    dp.run(root, "git", "commit", "-qm", "all")
    return root


def differing(workspace: Workspace, modern: bool, **asked: object) -> list[str]:
    """A retrain's preview, and then the retrain: what of it was not so."""
    found = planned.plan(workspace, **asked)
    if found.obstacles:
        return [each.what for each in found.obstacles]
    try:
        real = planned.carry_out(found)
        if not modern and real.keys() == planned.answers(found).keys():  # dvc 3.0 has its targets in a set
            real = {address: real[address] for address in planned.answers(found)}
        planned.agree(found, real)
    except AssertionError as error:
        return [f"{planned.answers(found)}: {error}"]
    return []
