"""The preview of a retrain: which params can be changed in it, and what its hints say as keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tui_fakes import churn

from churn_sample import WHOLE
from mltui.config import Config
from mltui.model.retrain import Asked, ParamField, PlannedStage, RetrainPlan, SkippedStage
from mltui.sources.retrain.planner import Planner
from mltui.sources.runner import ProcessRunner
from mltui.tui.app import MltuiApp
from mltui.tui.screens.retraining import RetrainDialog

LR = ParamField("params.yaml", "train.lr", 0.1, "float")
SEED = ParamField("params.yaml", "split.seed", 7, "int")


def text(app: MltuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def opened(root: Path, **config: Any) -> MltuiApp:
    workspace = churn(root, config=Config(**config))
    workspace.runner = ProcessRunner()  # type: ignore[assignment]
    return MltuiApp(workspace)


def planned(asked: Asked, ran: Sequence[str] = ()) -> RetrainPlan:
    """Everything is fresh but what `asked` and `ran` say."""
    runs = [*ran, *(["train"] if any("lr" in each for each in asked.overrides) else [])]
    return RetrainPlan(
        asked,
        "isolated" if asked.overrides else "in place",
        "local",
        "local",
        ("dvc", "repro"),
        "/project",
        stages=tuple(PlannedStage(each, "param train.lr 0.1 → 0.2", "no") for each in runs),
        skipped=tuple(SkippedStage(each, "fresh") for each in ("prepare", "train") if each not in runs),
        params=(replace(LR, changed=bool(asked.overrides), new=0.2),) if "train" in runs else (),
        other_params=(SEED,) if "train" in runs else (SEED, LR),
    )


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    asked: list[Asked] = []

    def plan(self: Planner, what: Asked) -> RetrainPlan:
        asked.append(what)
        return planned(what)

    monkeypatch.setattr(Planner, "plan", plan)
    return asked


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_where_all_is_fresh_a_param_can_be_changed(tmp_path: Path, settle, size, plans: list[Asked]) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await app.push_screen(RetrainDialog(app.workspace, WHOLE["pipeline"]))
        await settle(pilot)
        assert "nothing: 2 stages fresh" in text(app)
        assert "f runs them all the same, e changes a param" in text(app)
        await pilot.press("e")
        await settle(pilot)
        seed, rate = (next(row for row in text(app).splitlines() if each in row) for each in ("split.seed", "train.lr"))
        assert seed.index("  int") == rate.index("  float"), "types stand below one another"
        assert rate.index("0.1") == seed.index("7")
        await pilot.press(*"lr", "enter")
        await settle(pilot)
        assert "train.lr  float, now 0.1" in text(app)
        await pilot.press(*"0.2", "enter")
        await settle(pilot)
        assert plans[-1].overrides == ("train.lr=0.2",)
        assert "0.1 → 0.2" in text(app) and "─ Retrain as an experiment ─" in text(app)


async def test_the_executors_say_what_they_are(tmp_path: Path, settle, plans: list[Asked]) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await app.push_screen(RetrainDialog(app.workspace, WHOLE["pipeline"]))
        await settle(pilot)
        await pilot.press("x")
        await settle(pilot)
        assert "this box; it survives a logout" in text(app)
        assert "[executors.NAME] in mltui.toml names a box first" in text(app)


async def test_params_of_the_stages_that_run_come_first(tmp_path: Path, settle, plans: list[Asked]) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await app.push_screen(RetrainDialog(app.workspace, WHOLE["pipeline"]))
        await settle(pilot)
        await pilot.press("e", *"lr", "enter")
        await settle(pilot)
        await pilot.press(*"0.2", "enter")
        await settle(pilot)
        assert "split.seed" not in text(app)  # of no stage that runs
        await pilot.press("e")
        await settle(pilot)
        assert text(app).index("train.lr  ") < text(app).index("split.seed")


async def test_a_key_that_can_do_nothing_here_says_why(tmp_path: Path, settle, plans: list[Asked]) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await app.push_screen(RetrainDialog(app.workspace, WHOLE["pipeline"]))
        await settle(pilot)
        for key, why in (("g", "no driver of NVIDIA answered"), ("c", "it runs in the worktree")):
            await pilot.press(key)
            await settle(pilot)
            assert why in text(app)
        assert plans == [Asked()], "nothing was planned anew"


async def test_of_a_copy_runs_are_collected_and_it_says_so(tmp_path: Path, settle, plans: list[Asked]) -> None:
    app = opened(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await app.push_screen(RetrainDialog(app.workspace, WHOLE["pipeline"]))
        await settle(pilot)
        await pilot.press("e", *"lr", "enter")
        await settle(pilot)
        await pilot.press(*"0.2", "enter")
        await settle(pilot)
        for collects in (True, False):
            await pilot.press("c")
            await settle(pilot)
            assert (plans[-1].collect, "is copied home" in text(app)) == (collects, collects)


async def test_read_only_previews_and_starts_nothing(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.setattr(Planner, "plan", lambda self, what: planned(what, ["train"]))
    app = opened(tmp_path, read_only=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("4", "R")
        await settle(pilot)
        assert isinstance(app.screen, RetrainDialog)
        seen = text(app)
        assert "read-only: refused to retrain train" in seen and "will run   train" in seen and "dvc repro" in seen
        assert "ctrl+s" not in seen
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert isinstance(app.screen, RetrainDialog) and app.screen.job_id == ""
