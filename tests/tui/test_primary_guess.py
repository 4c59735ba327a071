"""The primary metric that nobody chose: what was guessed stays while there is a run that has it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tui_fakes import churn, run

from mltui.model.runs import RunTable
from mltui.tui.app import MltuiApp
from mltui.tui.screens.main import MainScreen

KEYS = ("accuracy", "auc")
AUC = tuple(run(at, metrics={"auc": 0.9}) for at in range(3))
ACCURACY = tuple(run(at, metrics={"accuracy": 0.8}) for at in range(3, 5))


async def test_a_guess_stays_until_no_run_has_it(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    workspace.pipeline.value = replace(workspace.pipeline.value, metric_keys=())
    workspace.runs.value = RunTable((*AUC, *ACCURACY), True, KEYS)
    app = MltuiApp(workspace)

    async def becomes(*runs) -> MainScreen:
        workspace.runs.becomes(RunTable(runs, True, KEYS))
        screen.feeds.kick()
        return await settle(pilot)

    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert screen.primary.key == "auc"
        await becomes(AUC[0], *ACCURACY)
        assert screen.primary.key == "auc", "one run deleted turns no table round"
        await becomes(*ACCURACY)
        assert screen.primary.key == "accuracy", "nobody has the other any more"
        await becomes(*AUC, *ACCURACY)
        assert screen.primary.key == "accuracy"


async def test_a_guess_by_runs_alone_gives_way_to_the_projects_metrics(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    workspace.runs.value = RunTable((*AUC, *ACCURACY), True, KEYS)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        part = replace(screen.pipeline, value=replace(screen.pipeline.value, metric_keys=("accuracy",)))
        screen._sequences.pop("pipeline")
        screen._guess.stands = False
        screen.primary = None
        screen.pipeline = screen._answered = None
        screen.take("runs", screen.runs)
        assert screen.primary.key == "auc"
        screen._sequences["pipeline"] = 1
        screen.take("pipeline", part)
        assert screen.primary.key == "accuracy"
