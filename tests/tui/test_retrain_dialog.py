"""The dialog of a retrain before DVC has answered: what is known stands there as that, and nothing can be confirmed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import WHOLE
from mltui.actions.gateway import Tell
from mltui.errors import NotFound, Refused
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.retrain import Asked, RetrainPlan
from mltui.present.text import line
from mltui.tui.app import MltuiApp
from mltui.tui.screens.confirming import ToConfirm
from mltui.tui.screens.retraining import PATIENCE, RetrainDialog

PIPELINE = WHOLE["pipeline"]


class Begin:
    """An action that counts how often it was carried out."""

    name, title, note, job_id = "retrain", "retrain", Note("job 1"), ""

    def __init__(self) -> None:
        self.acted = 0

    def commands(self) -> Sequence[str]:
        return ("dvc repro",)

    def refusal(self) -> Refused | None:
        return None

    def act(self, tell: Tell) -> Outcome:
        self.acted += 1
        return Outcome("done", "job 1 was started")


class Dvc:
    """DVC's answer in the dialog: it comes when `gate` opens, and is an error if there is one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate, self.action, self.asked, self.error = threading.Event(), Begin(), [], ""
        monkeypatch.setattr(RetrainDialog, "_planned", lambda dialog: self.planned(dialog))  # noqa: PLW0108 - bound to it, not to us

    def planned(self, dialog: Any) -> ToConfirm:
        self.asked.append(dialog._want)
        assert self.gate.wait(120)
        if self.error:
            raise NotFound(self.error)
        dialog._plan = RetrainPlan(dialog._want, "in place", "local", "local", ("dvc", "repro"), "/")
        dialog._action = self.action
        return ToConfirm(self.action, (line("will run   train"),), tells=True)


def text(app: MltuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def until(pilot: Any, app: MltuiApp, word: str) -> str:
    for _ in range(2400):  # two minutes: a condition, not a clock
        if word in (found := text(app)):
            return found
        await pilot.pause(0.05)
    raise AssertionError(f"{word!r} is not shown:\n{found}")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_what_the_status_knows_is_there_at_once_and_can_not_be_confirmed(
    tmp_path: Path, settle, monkeypatch, size
) -> None:
    dvc, app = Dvc(monkeypatch), MltuiApp(SampleWorkspace(tmp_path / "churn-model", **WHOLE))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("4", "R")
        seen = await until(pilot, app, "not fresh")
        assert "0.1 → 0.05" in seen and "This is the status. DVC is being asked" in seen
        assert "ctrl+s" not in seen and "will run   train" not in seen
        await pilot.press("ctrl+s", "e")
        assert "not yet: DVC is being asked" in await until(pilot, app, "not yet")
        assert isinstance(app.screen, RetrainDialog)
        dvc.gate.set()
        seen = await until(pilot, app, "will run   train")
        assert "not fresh" not in seen and "DVC is being asked" not in seen and dvc.action.acted == 0
        await until(pilot, app, "ctrl+s")
    assert dvc.asked == [Asked()]


async def test_of_an_old_status_it_says_how_old_and_of_a_fresh_pipeline_that(
    tmp_path: Path, settle, monkeypatch
) -> None:
    dvc = Dvc(monkeypatch)
    for known, word in (
        (replace(PIPELINE, settled=False, as_of=1), "This is the status, as of"),
        (replace(PIPELINE, stages=tuple(replace(each, status="fresh") for each in PIPELINE.stages)), "none, by the"),
    ):
        app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", **{**WHOLE, "pipeline": known}))
        async with app.run_test(size=(120, 36)) as pilot:
            await settle(pilot)
            await pilot.press("4", "R")
            await until(pilot, app, word)
            dvc.gate.set()
        dvc.gate.clear()


async def test_while_something_else_is_asked_the_former_answer_is_said_to_be_former(
    tmp_path: Path, settle, monkeypatch
) -> None:
    dvc, app = Dvc(monkeypatch), MltuiApp(SampleWorkspace(tmp_path / "churn-model", **WHOLE))
    dvc.gate.set()
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("4", "R")
        await until(pilot, app, "ctrl+s")
        dvc.gate.clear()
        await pilot.press("f")
        seen = await until(pilot, app, "above is what was")
        assert "will run   train" in seen and "ctrl+s" not in seen
        dvc.gate.set()
        await until(pilot, app, "ctrl+s")
        await pilot.pause(2 * PATIENCE)
        assert "above is what was" not in text(app)
        dvc.error = "no DVC project here"
        dvc.gate.clear()
        await pilot.press("i")
        await until(pilot, app, "above is what was")
        dvc.gate.set()
        assert "above is what was" not in await until(pilot, app, "no DVC project here")
    assert dvc.asked == [Asked(), Asked(force=True), Asked(force=True, isolated=True)]
