"""Bell, notification and title, by what the parts say. The window is a fake: the door to the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tui_fakes import churn, run

from mltui.config import Config
from mltui.model.runs import RunTable
from mltui.tui.app import MltuiApp


class Heard:
    def __init__(self) -> None:
        self.said: list[str] = []

    def title(self, text: str) -> None:
        self.said.append(text)

    def bell(self) -> None:
        self.said.append("bell")

    def notify(self, text: str, way: str) -> None:
        self.said.append(f"{way}: {text}")


def app_of(root: Path, **config) -> tuple[MltuiApp, Heard]:
    workspace = churn(root, config=Config(theme="dark", **config))
    going = replace(run(0), status="RUNNING", end=None, name="evil\x1b]0;x\a")
    workspace.runs.becomes(RunTable((going, replace(run(1), status="FINISHED")), True, ()))
    app = MltuiApp(workspace)
    app.window = heard = Heard()  # type: ignore[assignment]
    return app, heard


async def ends(app: MltuiApp, settle, pilot, heard: Heard) -> list[str]:
    """What is said when the run that ran has ended; nothing twice."""
    main = await settle(pilot)
    table = main.runs.value
    before = len(heard.said)
    assert "bell" not in heard.said, "what had ended before is no news"
    app.workspace.runs.becomes(RunTable(tuple(replace(each, status="FINISHED") for each in table.runs), True, ()))
    main.feeds.kick("runs", force=True)
    await settle(pilot)
    main.feeds.kick("runs", force=True)
    await settle(pilot)
    return [each for each in heard.said[before:] if not each.startswith("mltui ")]


async def test_a_run_that_ended_rings_once_where_it_is_asked_for(tmp_path: Path, settle) -> None:
    app, heard = app_of(tmp_path, notify_on=("run",), desktop="osc9")
    async with app.run_test(size=(100, 30)) as pilot:
        bell, told = await ends(app, settle, pilot, heard)
    assert bell == "bell"
    assert told.startswith("osc9: ")
    assert told.endswith("run evil\x1b]0;x\a finished"), "the window cleans it"


async def test_runs_are_not_told_of_unasked(tmp_path: Path, settle) -> None:
    app, heard = app_of(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        assert await ends(app, settle, pilot, heard) == []


async def test_the_title_names_project_branch_and_what_is_stale(tmp_path: Path, settle) -> None:
    app, heard = app_of(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        main = await settle(pilot)
        git, pipeline = main.git.value, main.pipeline.value
        stale = sum(stage.status == "stale" for stage in pipeline.stages)
        assert stale
        assert heard.said[-1] == f"mltui · {main.workspace.project.name} · {git.branch} · {stale} stale"
