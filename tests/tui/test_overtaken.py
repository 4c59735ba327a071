"""A worker that a newer one overtook changes nothing of what is shown."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import WHOLE
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
