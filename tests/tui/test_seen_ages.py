"""What was read long ago is given its age: a time of day without a date would be taken for today's."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace
from tui_fakes import HOUR, NOW

from churn_sample import WHOLE
from mltui.model.part import Part
from mltui.model.runs import Store
from mltui.present.text import UNICODE, plain
from mltui.sources.port import now_ms
from mltui.tui.app import MltuiApp
from mltui.tui.feeds import PARTS
from mltui.tui.widgets.header import header_pieces


def said(store: Store, read_at: int) -> list[str]:
    pieces = header_pieces("p", None, Part("stores", (store,)), problems=(), read_at=read_at, symbols=UNICODE, now=NOW)
    return [plain(piece.content) for piece in pieces]


@pytest.mark.parametrize(
    ("age", "server", "read"),
    [
        (HOUR // 2, "✗ host as of 12:11", "read 12:11:07"),
        (72 * HOUR, "✗ host as of 3 d ago", "read 3 d ago"),
    ],
)
def test_the_header_gives_a_time_of_day_of_this_hour_only(age: int, server: str, read: str) -> None:
    silent = Store("http://host", "rest", "environment", True, problem="it does not answer", read_at=NOW - age)
    assert said(silent, NOW - age)[1:] == [server, read]


@pytest.mark.parametrize(
    ("age", "words"), [(60_000, ""), (72 * HOUR, "older runs, and what was deleted, as of 3 d ago; r reads all again")]
)
async def test_the_runs_of_a_server_say_of_when_the_older_ones_are(
    tmp_path: Path, settle: Any, age: int, words: str
) -> None:
    server = Store("http://host", "rest", "environment", True, 3, 3, as_of=NOW - age)
    app = MltuiApp(SampleWorkspace(tmp_path, **{**WHOLE, "stores": (server,)}))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        assert screen.place.master.title_text.partition("older")[2] == words.partition("older")[2]
        assert ("older runs" in screen.place.master.title_text) == bool(words)


async def test_all_experiments_are_said_and_the_way_back_is_kept(tmp_path: Path, settle: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(
        "mltui.tui.screens.choices.Workspace",
        lambda project, config, *_, **__: SampleWorkspace(tmp_path, config, **WHOLE),
    )
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        for word in ("all experiments", "experiments of this project"):
            await pilot.press("asterisk")
            await settle_top(pilot, settle)
            assert app.screen.footer.word == word
        await pilot.press("less_than_sign")
        await settle_top(pilot, settle)
        assert app.screen.place.title == "Overview"


async def settle_top(pilot: Any, settle: Any) -> None:
    """Wait until the screen in front has its place and nothing has anything to do."""
    await settle(pilot)
    while not pilot.app.screen.place.title or not pilot.app.screen.footer:
        await pilot.pause(0.02)
    await settle(pilot)


async def test_a_clock_that_went_back_keeps_no_time_of_reading_that_is_still_to_come(
    tmp_path: Path, settle: Any
) -> None:
    """The header went on saying when it had read before, for as long as the clock had been wrong."""
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        screen.runs = replace(screen.runs, read_at=now_ms() + 24 * HOUR)
        pieces = [plain(piece.content) for piece in screen._header()]
        latest = max(part.read_at for name in PARTS if name != "runs" and (part := getattr(screen, name)))
        assert f"read {time.strftime('%H:%M:%S', time.localtime(latest / 1000))}" in pieces
