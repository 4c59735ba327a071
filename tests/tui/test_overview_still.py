"""Nothing jumps on the Overview: panels keep their places when an answer comes late (fakes at the door `Source`)."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import PIPELINE, WHOLE
from mltui.present.text import plain
from mltui.tui.app import MltuiApp
from mltui.tui.feeds import LATE
from mltui.tui.widgets.door import Door


def places(screen: Any) -> dict[str, Any]:
    """Where each panel is."""
    return {panel.id: panel.region for panel in screen.place.query("#panels > *") if panel.display}


class Late:
    """A source's `load` that waits until it is let go; what else a test does goes on meanwhile."""

    def __init__(self, source: Any) -> None:
        self._go = threading.Event()
        self._load = source.load
        source.load = self

    def __call__(self) -> Any:
        assert self._go.wait(120)
        return self._load()

    def comes(self) -> None:
        self._go.set()


async def laid_out(pilot: Any, *names: str) -> Any:
    """The main screen as soon as it has panels with everything but `names` in it, and what is read after all others."""
    screen = pilot.app.screen
    while not (
        screen.query("#panels")
        and places(screen)
        and all(part for name, part in screen.parts().items() if name not in (*names, *LATE))
    ):
        await pilot.pause()
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.pause()
    await pilot.pause(0.1)
    return screen


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
@pytest.mark.parametrize("late", ["pipeline", "models"])
async def test_an_answer_that_comes_late_moves_no_panel(tmp_path: Path, settle, size, late) -> None:
    (tmp_path / ".dvc").mkdir()
    workspace = SampleWorkspace(tmp_path, **WHOLE)
    answer = Late(getattr(workspace, late))
    app = MltuiApp(workspace)
    async with app.run_test(size=size) as pilot:
        screen = await laid_out(pilot, late)
        before = places(screen)
        assert {"needs", "holders", "pipeline", "newest"} <= before.keys()
        answer.comes()
        await settle(pilot)
        assert places(screen) == before
        if late == "pipeline":
            assert plain(screen.place.query_one(Door).lines[0]).startswith("✓ prepare")


async def test_what_is_still_read_is_said_in_its_panel(tmp_path: Path, settle) -> None:
    (tmp_path / ".dvc").mkdir()
    workspace = SampleWorkspace(tmp_path, **WHOLE)
    answer = Late(workspace.pipeline)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await laid_out(pilot, "pipeline")
        assert [plain(each) for each in screen.place.query_one(Door).lines] == ["asking dvc"]
        answer.comes()
        await settle(pilot)


async def test_less_to_say_leaves_the_panels_where_they_are_until_one_comes_back(tmp_path: Path, settle) -> None:
    workspace = SampleWorkspace(tmp_path, **WHOLE)
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        before = places(screen)
        assert before["needs"].height == 5
        fresh = tuple(replace(stage, status="fresh", upstream=(), reasons=()) for stage in PIPELINE.stages)
        workspace.pipeline.becomes(replace(PIPELINE, stages=fresh))
        screen.feeds.kick()
        await settle(pilot)
        assert len(screen.place.table("needs").rows) == 1
        assert places(screen) == before
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("1")
        await settle(pilot)
        assert places(screen)["needs"].height == 3


async def test_more_to_say_gets_its_room_at_once(tmp_path: Path, settle) -> None:
    workspace = SampleWorkspace(tmp_path, **WHOLE)
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        stale = tuple(replace(stage, status="stale") for stage in PIPELINE.stages)
        workspace.pipeline.becomes(replace(PIPELINE, stages=stale))
        screen.feeds.kick()
        await settle(pilot)
        assert places(screen)["needs"].height == 7
