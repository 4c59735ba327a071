"""A worker that a newer one overtook changes nothing of what is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import WHOLE
from mltui.model.runs import RunTable
from mltui.tui.app import MltuiApp


async def test_rows_of_an_overtaken_worker_do_not_replace_newer_items(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        place = (await settle(pilot)).place
        shown = place._items
        for module in ("master", "runs.filtered"):
            overtaken = f"mltui.tui.places.{module}.get_current_worker"
            monkeypatch.setattr(overtaken, lambda: SimpleNamespace(is_cancelled=True))
        place._list()
        assert shown
        assert place._items is shown


@pytest.mark.parametrize("number", ["1", "5"])
async def test_one_that_is_overtaken_after_it_looked_is_late(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    """A thread that stops between its look and its message lets a newer one's message go first."""
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press(number)
        place = (await settle(pilot)).place
        table = place.query_one("#needs" if number == "1" else "#master")
        shown = table.rows
        assert len(shown)
        worker = SimpleNamespace(is_cancelled=False)
        module = "overview" if number == "1" else "master"
        monkeypatch.setattr(f"mltui.tui.places.{module}.get_current_worker", lambda: worker)
        monkeypatch.setattr("mltui.tui.places.runs.filtered.get_current_worker", lambda: worker)
        place.pipeline, place.runs = None, replace(place.runs, value=RunTable((), True))  # other rows than are shown
        (place._build if number == "1" else place._list)()
        worker.is_cancelled = True  # before its message is handled
        await settle(pilot)
        assert table.rows is shown
