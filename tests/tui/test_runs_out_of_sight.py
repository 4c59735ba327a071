"""An empty table of runs says why: a scope that fits nothing, a store that is locked. The door is `Source`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace
from textual.pilot import Pilot

from mltui.errors import Busy
from mltui.model.part import Problem
from mltui.model.runs import RunTable, Store
from mltui.tui.app import MltuiApp

UNFIT = Problem("mlflow", 'no experiment fits "w*"; 2 in the store: beer, \x1b[2Jred', "E in the app chooses")
LOCKED = Store("sqlite:///mlflow.db", "sqlite", "repository", problem="mlflow.db is locked", hint="try again")


def screen_text(pilot: Pilot[Any]) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip) for strip in pilot.app.screen._compositor.render_strips()
    )


async def at_runs(pilot: Pilot[Any], settle: Any) -> str:
    await settle(pilot)
    await pilot.press("5")
    await settle(pilot)
    return screen_text(pilot)


async def test_an_empty_scope(tmp_path: Path, settle: Any) -> None:
    active = Store("http://server", "rest", "environment", True, 2, 9, 0)
    app = MltuiApp(SampleWorkspace(tmp_path, stores=(active,), runs=RunTable((), True, (), (UNFIT,))))
    async with app.run_test(size=(100, 24)) as pilot:
        shown = await at_runs(pilot, settle)
        assert 'no experiment fits "w*"; 2 in the store: beer, ␛[2Jred' in shown
        assert UNFIT.hint in shown
        assert "No run in this store" not in shown
        assert [problem.summary for problem in app.screen.problems()] == [UNFIT.summary]


async def test_a_locked_store(tmp_path: Path, settle: Any) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, stores=(LOCKED,), runs=Busy("mlflow.db is locked", "try again")))
    async with app.run_test(size=(100, 24)) as pilot:
        shown = await at_runs(pilot, settle)
        assert "mlflow.db is locked" in shown
        assert "No MLflow store found" not in shown
        (problem,) = app.screen.problems()
        assert (problem.summary, problem.path) == ("mlflow.db is locked", LOCKED.uri), "said once, of the store"


@pytest.mark.parametrize("absent", [True, False])
async def test_what_is_no_fault_is_not_among_the_problems(tmp_path: Path, settle: Any, absent: bool) -> None:
    problem = Problem("mlflow", "no experiment has a run of this repository", absent=absent)
    app = MltuiApp(SampleWorkspace(tmp_path, runs=RunTable((), True, (), (problem,))))
    async with app.run_test(size=(100, 24)) as pilot:
        assert problem.summary in await at_runs(pilot, settle)
        assert len(app.screen.problems()) == (0 if absent else 1)
