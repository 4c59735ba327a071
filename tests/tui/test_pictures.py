"""Pictures of the places in still air; `pytest --snapshot-update tests/tui/test_pictures.py` takes new ones."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import WHOLE
from mltui.config import Config
from mltui.tui.app import MltuiApp

SIZES = {"wide": (120, 36), "small": (80, 24)}


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        ("wide", ()),
        ("small", ()),
        ("wide", ("2",)),
        ("wide", ("4", "down", "down")),
        ("wide", ("5", "down", "down", "down")),
        ("small", ("5",)),
        ("wide", ("3", "enter", "down")),
        ("small", ("3", "enter", "down", "space", "space")),
    ],
    ids=[
        *("overview-wide", "overview-small", "history-wide", "pipeline-wide", "runs-wide", "runs-small"),
        *("data-wide", "data-small"),
    ],
)
def test_picture(tmp_path: Path, settle, snap_compare, size, keys) -> None:
    root = tmp_path / "churn-model"
    app = MltuiApp(SampleWorkspace(root, Config(theme="dark"), **WHOLE))

    async def wait(pilot) -> None:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=wait)


def test_picture_in_ascii(tmp_path: Path, settle, snap_compare) -> None:
    config = Config(theme="dark", ascii=True)
    app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", config, **WHOLE))

    async def wait(pilot) -> None:
        await settle(pilot)
        await pilot.press("3", "enter", "down")
        await settle(pilot)
        assert_ascii(app)
        await pilot.press("1")
        await settle(pilot)
        assert_ascii(app)

    assert snap_compare(app, terminal_size=SIZES["wide"], run_before=wait)


def assert_ascii(app: MltuiApp) -> None:
    shown = unescape(re.sub("<[^>]*>", "", app.export_screenshot()))
    assert shown.replace("\xa0", " ").isascii()
