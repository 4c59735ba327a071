"""The Data place while something is still on its way: the timeline one went into, a word of who asks the remote."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from still_pilot import kept_busy
from test_data_place import FIRST, SECOND, WIDE, pressed, project, until

from churn_sample import DATASET
from mltui.model.dvc import Dataset
from mltui.tui.app import MltuiApp


class SlowTimeline:
    """That of one dataset is made when `go_on` is set."""

    def __init__(self, place: Any, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        make = place._made

        def slow(dataset: Dataset) -> Any:
            if dataset.path == path:
                self.begun.set()
                self.go_on.wait(120)
            return make(dataset)

        monkeypatch.setattr(place, "_made", slow)


OTHER = replace(
    DATASET,
    path="other.csv",
    hash="md5:b",
    status="fresh",
    history=(replace(FIRST, hash="md5:a"), replace(SECOND, hash="md5:b")),
    versions=2,
)


async def test_keys_typed_ahead_act_on_the_timeline_one_went_into(tmp_path: Path, settle, monkeypatch) -> None:
    app = MltuiApp(project(tmp_path, DATASET, OTHER))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3")
        slow = SlowTimeline(screen.place, OTHER.path, monkeypatch)
        await pilot.press("down", "enter", "down", "space")
        await until(pilot, slow.begun.is_set)
        slow.go_on.set()
        await settle(pilot)
        assert screen.place._marks == {OTHER.path: ("md5:b",)}


async def test_until_it_is_there_no_version_of_another_dataset_stands_for_one(
    tmp_path: Path, settle, monkeypatch
) -> None:
    app = MltuiApp(project(tmp_path, DATASET, OTHER))
    monkeypatch.setattr("mltui.tui.typed.PATIENCE", 0.01)
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3")
        place, slow = screen.place, SlowTimeline(screen.place, OTHER.path, monkeypatch)
        await pilot.press("down", "enter", "down", "space")
        await until(pilot, lambda: slow.begun.is_set() and not app._typed and app._following is None)
        assert screen.footer.word == "the timeline of other.csv is still being read"
        assert (place.copy_id(), place.selected(), place._marks) == ("other.csv@md5:b", OTHER.path, {})
        slow.go_on.set()
        await settle(pilot)
        assert place.unmarkable() is None


async def test_a_word_that_comes_behind_the_answer_is_dropped(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=WIDE) as pilot:
        screen = await pressed(pilot, settle, "3")
        go_on = await kept_busy(screen.place)
        screen.place.ask_remote()
        while screen.place.asking:
            await asyncio.sleep(0.01)  # pilot's pause would wait for the place
        go_on.set()
        await settle(pilot)
        assert "asking" not in screen.place.side.timeline.title_text
        await pressed(pilot, settle, "u")
        assert len(app.workspace.remote.asked) == 2  # type: ignore[attr-defined]
