"""Pictures of Jobs in still air; `pytest --snapshot-update tests/tui/test_jobs_pictures.py` takes new ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace
from tests.job_sample import jobs
from tui_fakes import NOW

from churn_sample import WHOLE
from mltui.config import Config
from mltui.model.made import Made
from mltui.tui.app import MltuiApp

SIZES = {"wide": (160, 45), "small": (80, 24)}


@pytest.mark.parametrize(
    ("size", "keys"),
    [("wide", ("7", "j", "j")), ("small", ("7",)), ("small", ("7", "j", "j", "enter"))],
    ids=["failed-wide", "small", "failed-small"],
)
def test_picture(tmp_path: Path, settle, snap_compare, monkeypatch, size, keys) -> None:
    monkeypatch.setattr("mltui.tui.places.jobs.place.now_ms", lambda: NOW)
    monkeypatch.setattr("mltui.sources.jobs.made.made", lambda workspace, job, stages: Made())
    app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", Config(theme="dark"), **{**WHOLE, "jobs": jobs(NOW)}))

    async def wait(pilot) -> None:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=wait)
