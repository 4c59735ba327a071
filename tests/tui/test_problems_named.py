"""What the header counts is named in *Needs you*: whichever part could not be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tui_fakes import churn

from mltui.errors import Unreadable
from mltui.present.text import plain
from mltui.tui.app import MltuiApp
from mltui.tui.feeds import LATE, PARTS


def named(screen: Any) -> list[str]:
    needs = screen.place.table("needs")
    rows = (needs.rows.row(at).cells for at in range(len(needs.rows)))
    return [" ".join(plain(cell) for cell in cells) for cells in rows]


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_can_not_be_read_is_counted_and_named(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr("mltui.actions.finding_out.note_what_is_found", lambda _: None)  # it reads the journal, too
    workspace = churn(tmp_path)
    getattr(workspace, part).value = Unreadable(f"the {part} went wrong", "look at it")
    app = MltuiApp(workspace)
    async with app.run_test(size=(160, 40)) as pilot:
        screen = await settle(pilot)
        screen.feeds.start(LATE)  # as a place does that shows it
        screen = await settle(pilot)
        header = app.screen._compositor.render_strips()[0].text
        assert "1 problem" in header and (f"the {part} went wrong" in header or part == "stores"), header
        (told,) = [row for row in named(screen) if "went wrong" in row]
        assert f"the {part} went wrong  look at it" in told


async def test_what_is_read_again_is_told_no_more(tmp_path: Path, settle: Any) -> None:
    workspace = churn(tmp_path)
    graph = workspace.lineage.value
    app = MltuiApp(workspace)
    async with app.run_test(size=(160, 40)) as pilot:
        screen = await settle(pilot)
        screen.feeds.start(LATE)
        for value, count in ((Unreadable("the join went wrong", "look"), 1), (graph, 0)):
            workspace.lineage.becomes(value)
            screen.feeds.kick("lineage", force=True)
            screen = await settle(pilot)
            assert len(screen.problems()) == count
            assert sum("the join went wrong" in row for row in named(screen)) == count
