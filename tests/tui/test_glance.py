"""The picture that a start begins with is the first frame that comes after it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from textual.strip import Strip
from tui_fakes import churn

from mltui.config import Config
from mltui.sources import glance
from mltui.tui.app import MltuiApp
from mltui.tui.feeds import PARTS, Feeds
from mltui.tui.screens.main import MainScreen

#: The first frame's last line says which keys act; before they do there is nothing to say.
FOOTER = 1


async def first_frame(workspace: Any, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rows of Textual's first frame, as it would write them."""
    monkeypatch.setattr(MainScreen, "_furnish", lambda self: None)
    app = MltuiApp(workspace)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        return [Strip(Segment.simplify(strip)).render(app.console) for strip in strips]


@pytest.mark.parametrize("theme", ["dark", "light", "terminal"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_what_is_kept_is_the_next_first_frame(tmp_path: Path, settle, monkeypatch, size, theme) -> None:
    monkeypatch.setattr("mltui.tui.keeping.SETTLE", 0.01)
    workspace = churn(tmp_path, config=Config(theme=theme))
    async with MltuiApp(workspace).run_test(size=size) as pilot:
        await settle(pilot)
    kept = glance.recall(str(tmp_path), size)
    workspace.remembered = workspace.kept[-1]
    frame = await first_frame(workspace, size, monkeypatch)
    assert kept
    for ours, theirs in zip(kept[:-FOOTER], frame[:-FOOTER], strict=True):
        assert cells(ours) == cells(theirs)
    assert len(kept) == size[1]


def cells(row: str) -> list[tuple[str, str]]:
    """The characters of a row, each with its style, however the escape sequences were grouped."""
    from rich.text import Text

    text = Text.from_ansi(row)
    found = []
    for at, char in enumerate(text.plain):
        style = text.get_style_at_offset(_console(), at)
        ink = "" if char == " " else f"{style.without_color} {style.color}"  # nobody sees a blank's
        found.append((char, f"{ink} on {style.bgcolor}"))
    return found


def _console() -> Any:
    from rich.console import Console

    return Console(color_system="truecolor", force_terminal=True)


async def test_it_says_that_it_is_old_however_small_the_terminal(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.setattr("mltui.tui.keeping.SETTLE", 0.01)
    async with MltuiApp(churn(tmp_path)).run_test(size=(44, 10)) as pilot:
        await settle(pilot)
    assert "as last seen 20" in "".join(glance.recall(str(tmp_path), (44, 10)) or ())


async def test_a_session_of_its_own_is_not_kept(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.setattr("mltui.tui.keeping.SETTLE", 0.01)
    workspace = churn(tmp_path)
    workspace.passing = True
    async with MltuiApp(workspace).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
    assert workspace.kept == []
    assert glance.recall(str(tmp_path), (80, 24)) is None


def test_feeds_that_were_stopped_stay_so(tmp_path: Path) -> None:
    workspace = churn(tmp_path)
    feeds = Feeds(workspace)
    feeds.start(("git",))
    assert feeds.wait_idle(5, ("git",))
    feeds.stop()
    feeds.start()
    assert [name for name in PARTS if getattr(workspace, name).loads] == ["git"]


async def test_no_colour_is_kept_where_none_is_wanted(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("mltui.tui.keeping.SETTLE", 0.01)
    async with MltuiApp(churn(tmp_path)).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
    kept = glance.recall(str(tmp_path), (80, 24))
    assert kept
    assert not any("[3" in row or ";3" in row or "[4" in row or ";4" in row for row in kept)
    assert "main" in kept[0]


def test_another_terminal_gets_no_picture(tmp_path: Path, monkeypatch) -> None:
    glance.keep(str(tmp_path), (80, 24), ["one", "two"])
    assert glance.recall(str(tmp_path), (80, 24)) == ["one", "two"]
    assert glance.recall(str(tmp_path), (81, 24)) is None
    assert glance.recall(str(tmp_path.parent), (80, 24)) is None
    monkeypatch.setenv("COLORTERM", "other")
    assert glance.recall(str(tmp_path), (80, 24)) is None


async def test_names_in_it_are_text(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.setattr("mltui.tui.keeping.SETTLE", 0.01)
    workspace = churn(tmp_path)
    runs = workspace.runs.value.runs
    workspace.runs.value = replace(workspace.runs.value, runs=(replace(runs[0], name="\x1b[2J\x07boo"), *runs[1:]))
    async with MltuiApp(workspace).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
    kept = "".join(glance.recall(str(tmp_path), (80, 24)) or ())
    assert "boo" in kept
    assert "\x1b[2J" not in kept
    assert "\x07" not in kept
