"""Lineage by its keys, on the sample of `lineage_sample`: where they lead, what folds, what is said where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sample_workspace import SampleWorkspace

import lineage_sample as sample
from churn_sample import WHOLE
from mltui.present.text import plain
from mltui.tui.app import MltuiApp


def project(tmp_path: Path, graph: Any = sample.GRAPH, **changes: Any) -> SampleWorkspace:
    workspace = SampleWorkspace(tmp_path, **{**WHOLE, **changes})
    workspace.lineage.value = graph
    return workspace


def things(screen: Any) -> list[str]:
    rows = screen.place.tree_table.rows
    return [plain(rows.row(at).cells[0]).strip("│├└─ ▾▸") for at in range(len(rows))]


async def of_hare(pilot: Any, settle: Any) -> Any:
    await settle(pilot)
    await pilot.press("5", "down", "down", "down")
    await settle(pilot)
    await pilot.press("l")
    return await settle(pilot)


async def test_debug(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await of_hare(pilot, settle)
        Path("/tmp/lp_shot.svg").write_text(app.export_screenshot())
        print(things(screen))
        await pilot.press("w")
        await settle(pilot)
        Path("/tmp/lp_shot2.svg").write_text(app.export_screenshot())
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await of_hare(pilot, settle)
        await pilot.press("down", "down", "down")
        await settle(pilot)
        Path("/tmp/lp_shot3.svg").write_text(app.export_screenshot())
        await pilot.press("w")
        await settle(pilot)
        Path("/tmp/lp_shot4.svg").write_text(app.export_screenshot())
