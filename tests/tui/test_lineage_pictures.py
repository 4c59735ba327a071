"""Pictures of Lineage in still air; `pytest --snapshot-update tests/tui/test_lineage_pictures.py` takes new ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace

import lineage_sample as sample
from churn_sample import WHOLE
from mltui.config import Config
from mltui.tui.app import MltuiApp

SIZES = {"wide": (120, 36), "small": (80, 24)}


@pytest.mark.parametrize(
    ("size", "keys", "ascii_only"),
    [
        ("wide", ("down", "down", "down", "down"), False),
        ("small", ("down", "down", "down", "down"), False),
        ("wide", ("w", "left"), False),
        ("small", ("w",), True),
    ],
    ids=["tree-wide", "tree-small", "drawing-wide", "drawing-ascii"],
)
def test_lineage(tmp_path: Path, settle, snap_compare, size, keys, ascii_only) -> None:
    config = Config(theme="dark", ascii=ascii_only)
    app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", config, **{**WHOLE, "lineage": sample.GRAPH}))

    async def wait(pilot) -> None:
        await settle(pilot)
        app.screen.visit(8, sample.MODEL)  # type: ignore[attr-defined]
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=wait)
