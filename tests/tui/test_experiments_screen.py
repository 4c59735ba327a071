"""`X`: what can be done with the experiments one looks at or marked, and that it passes the gateway."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tui_fakes import NOW, SHA, FakeWorkspace, churn

from mltui.actions.experiments.remove import Remove
from mltui.config import Config
from mltui.model.dvc import DvcExperiment
from mltui.model.outcome import Outcome
from mltui.present.text import plain
from mltui.sources.runner import ProcessRunner
from mltui.tui.app import MltuiApp
from mltui.tui.screens.chooser import Chooser
from mltui.tui.screens.confirming import ConfirmDialog
from mltui.tui.screens.main import MainScreen
from mltui.tui.widgets.lines import LinesView

#: Newer than all runs, the first in the table.
DONE = DvcExperiment("slower", "a" * 40, SHA, "Ada", NOW, {"auc": 0.95}, {"lr": "0.2"})
RUNS = replace(DONE, name="on-its-way", commit="b" * 40, time=NOW - 1, status="RUNNING", metrics={})


def text(app: MltuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def app_of(root: Path, *experiments: DvcExperiment, **config: Any) -> MltuiApp:
    workspace: FakeWorkspace = churn(root, config=Config(**config))
    workspace.experiments.value = experiments
    workspace.runner = ProcessRunner()  # type: ignore[assignment]
    return MltuiApp(workspace)


@pytest.fixture(autouse=True)
def acted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The experiments that were removed; nothing is run, and nothing stands in the way."""
    found: list[tuple[str, ...]] = []

    def act(self: Remove, tell: Any) -> Outcome:
        found.append(tuple(one.name for one in self.experiments))
        return Outcome("done", "removed")

    monkeypatch.setattr(Remove, "act", act)
    monkeypatch.setattr(Remove, "refusal", lambda self: None)
    return found


async def asked(app: MltuiApp, pilot, settle, *keys: str) -> None:
    await settle(pilot)
    await pilot.press("5")
    await settle(pilot)
    await pilot.press(*keys, "X")
    await settle(pilot)


async def test_one_is_removed_when_it_is_confirmed(tmp_path: Path, settle, acted) -> None:
    app = app_of(tmp_path, DONE, RUNS)
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(app, pilot, settle)
        assert isinstance(app.screen, Chooser)
        shown = text(app)
        assert "Experiment slower" in shown
        assert all(word in shown for word in ("apply", "make a branch", "it does not run", "run what is queued"))
        assert "nothing is queued" in shown
        await pilot.press(*"remove", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmDialog)
        assert any(f"exp remove {DONE.ref}" in plain(row) for row in app.screen.query_one("#text", LinesView).lines)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert acted == [("slower",)]
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)


async def test_a_running_one_can_be_stopped_and_not_removed(tmp_path: Path, settle, acted) -> None:
    app = app_of(tmp_path, DONE, RUNS)
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(app, pilot, settle, "down")
        shown = text(app)
        assert "Experiment on-its-way" in shown
        assert "it is running" in shown
        assert "it runs" in shown
        await pilot.press(*"remove", "enter")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen), "nothing is asked of one that can't be removed"
        assert acted == []


STUCK = (
    (replace(RUNS, name="mule", status="FAILED", alive=(12, 34)), "failed", "live on: 12, 34. X stops it"),
    (replace(RUNS, name="orphan", status="KILLED"), "lost", "process is gone. X stops it"),
)


@pytest.mark.parametrize(("one", "word", "why"), STUCK)
async def test_one_that_nobody_ends_needs_somebody_and_can_be_stopped(tmp_path: Path, settle, one, word, why) -> None:
    app = app_of(tmp_path, one)
    async with app.run_test(size=(160, 50)) as pilot:
        screen = await settle(pilot)
        needs = screen.place.table("needs")
        told = [" ".join(plain(cell) for cell in needs.rows.row(at).cells) for at in range(len(needs.rows))]
        at = next(at for at, row in enumerate(told) if one.name in row)
        assert f"{word} in DVC's queue" in told[at] and "X or mltui exp stop ends it" in told[at]
        needs.focus()
        needs.move_to(at)
        await pilot.press("enter")
        screen = await settle(pilot)
        assert (screen.place.number, screen.place.looked_at) == (5, one.commit)
        shown = [row.rpartition("││")[2].strip(" │") for row in text(app).splitlines()]
        assert why in " ".join(shown)
        await pilot.press("X")
        await settle(pilot)
        assert isinstance(app.screen, Chooser)
        assert "it does not run" not in text(app)
        assert ("stop it first" in text(app)) == one.lives_on


async def test_what_is_queued_can_be_run(tmp_path: Path, settle) -> None:
    app = app_of(tmp_path, DONE, replace(RUNS, status="SCHEDULED"))
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(app, pilot, settle)
        assert "run what is queued" in text(app) and "nothing is queued" not in text(app)


async def test_all_that_are_marked_are_removed_together(tmp_path: Path, settle, acted) -> None:
    other = replace(DONE, name="faster", commit="c" * 40, time=NOW - 2)
    app = app_of(tmp_path, DONE, other)
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(app, pilot, settle, "space", "space")
        assert "2 experiments" in text(app)
        assert "of one at a time" in text(app)
        await pilot.press(*"remove", "enter")
        await settle(pilot)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert [set(each) for each in acted] == [{"slower", "faster"}]


@pytest.mark.parametrize(
    ("config", "keys", "why"),
    [({}, ("end",), "the cursor is on no DVC experiment"), ({"read_only": True}, (), "read-only")],
)
async def test_where_it_can_do_nothing_it_says_why(tmp_path: Path, settle, config, keys, why) -> None:
    app = app_of(tmp_path, DONE, **config)
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(app, pilot, settle, *keys)
        assert isinstance(app.screen, MainScreen)
        assert why in text(app)


async def test_an_experiment_and_a_run_are_compared(tmp_path: Path, settle) -> None:
    app = app_of(tmp_path, DONE)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("space", "space", "c")
        await settle(pilot)
        shown = text(app)
        assert "slower" in shown
        assert "run-0" in shown
        assert "0.95" in shown
