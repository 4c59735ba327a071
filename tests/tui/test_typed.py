"""Keys that arrive in one read: each acts on what the one before it left."""

from __future__ import annotations

import asyncio
import threading
import unicodedata
from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Label
from tui_fakes import churn

from mltui.tui import typed
from mltui.tui.app import MltuiApp
from mltui.tui.screens.chooser import Chooser
from mltui.tui.screens.main import MainScreen
from mltui.tui.typed import KeyByKey

SIZE = (120, 36)
#: Seconds after which keys that are still held fail the test.
HANGS = 60


def burst(app: KeyByKey, *keys: str) -> None:
    """As the driver sends what one read brought: no key waits for what the former one does."""
    for key in keys:
        character = key if len(key) == 1 else None
        name = unicodedata.name(key).lower().replace(" ", "_") if len(key) == 1 and not key.isalnum() else key
        app.post_message(events.Key({"solidus": "slash"}.get(name, name), character))


async def after(app: MltuiApp, settle: Any, pilot: Any, *keys: str) -> MainScreen:
    await settle(pilot)
    burst(app, *keys)
    received = asyncio.Event()
    app.call_later(received.set)
    async with asyncio.timeout(HANGS):
        await received.wait()
        while app._typed or app._following is not None:  # the last key has not had all its effect
            await asyncio.sleep(0.01)
    found: MainScreen = await settle(pilot)
    return found


async def test_a_place_then_its_rows(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        screen = await after(app, settle, pilot, *"5jj")
        assert screen.place.number == 5
        assert screen.place.master.cursor_row == 2


async def test_a_place_then_what_is_first_in_it(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        screen = await after(app, settle, pilot, "3", "enter")
        assert screen.place.number == 3
        assert screen.place.inside
        assert screen.place.side.timeline.has_focus


async def test_a_filter_takes_every_letter_and_enter_opens_what_it_found(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        screen = await after(app, settle, pilot, "5", *"/run-17 p", *["backspace"] * 2, "enter", "enter")
        assert screen.place.filter_text == "run-17"
        assert screen.place.selected() == f"{17:032x}"
        assert screen.place.inside
        assert not screen.feeds.paused


async def test_an_order_is_chosen(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        screen = await after(app, settle, pilot, *"5s", *"auc", "enter", "j")
        assert screen.place.sorted_by()[0] == "metrics.auc"
        assert screen.place.master.cursor_row == 1, "j moved before the rows were in their order"


async def test_what_was_chosen_before_is_where_the_cursor_begins(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        screen = await after(app, settle, pilot, *"5s", *"auc", "enter")
        columns = [key for key, _ in screen.place.sort_choices()]
        screen = await after(app, settle, pilot, "s", "down", "enter")
        assert screen.place.sorted_by()[0] == columns[columns.index("metrics.auc") + 1]


async def test_a_command_is_found_by_its_name(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        screen = await after(app, settle, pilot, "ctrl+p", *"mod", "enter")
        assert screen.place.number == 6


async def test_a_paste_goes_where_the_key_before_it_led(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        burst(app, "5", "/")
        app.post_message(events.Paste("run-1"))
        burst(app, "7", "enter")
        screen = await after(app, settle, pilot)
        assert screen.place.filter_text == "run-17"


async def test_a_held_key_ends_where_it_should(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path, runs=300))
    async with app.run_test(size=SIZE) as pilot:
        screen = await after(app, settle, pilot, "5", *"j" * 200, *"k" * 10, "enter", "q", "j")
        assert screen.place.master.cursor_row == 191
        assert not screen.place.inside


async def test_a_letter_behind_a_held_key_does_not_overtake_it(tmp_path: Path, settle) -> None:
    """A letter acts in the field itself, a backspace is a binding, which is looked for when it came up to the app."""
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        await after(app, settle, pilot, "ctrl+p", *"mod", *["backspace"] * 3, *"runs")
        assert app.screen.query_one(Input).value == "runs"


async def test_a_dialog_can_drop_what_was_typed_ahead_of_it(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.setattr(Chooser, "on_mount", lambda self: self.app.forget_typed())
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        await after(app, settle, pilot, "ctrl+p", *"mod", "enter")
        assert isinstance(app.screen, Chooser)
        assert app.screen.query_one(Input).value == ""


async def test_rows_that_are_made_anew_meanwhile_hold_no_key_up(tmp_path: Path, settle, monkeypatch) -> None:
    released = threading.Event()
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        rows, making = screen.place.rows, threading.Event()

        def slow() -> Any:
            making.set()
            released.wait()
            return rows()

        monkeypatch.setattr(screen.place, "rows", slow)
        monkeypatch.setattr(screen, "read_again", screen.place.rebuild)  # as if a part came in at this very moment
        try:
            burst(app, "r", "j")
            async with asyncio.timeout(120):
                while not making.is_set() or screen.place.master.cursor_row == 0:
                    await asyncio.sleep(0.01)
                burst(app, "j", "k", "j")
                while screen.place.master.cursor_row != 2:
                    await asyncio.sleep(0.01)
        finally:
            released.set()
        await settle(pilot)


class Hanging(KeyByKey):
    """`h` hangs until the test lets it go; every `x` is counted by the app itself."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("h", "hang", ""), Binding("x", "count", "")]

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.counted = 0

    def compose(self) -> ComposeResult:
        yield Label("hangs")

    def action_hang(self) -> None:
        self.screen.call_later(self.go_on.wait)

    def action_count(self) -> None:
        self.counted += 1


async def until(app: Hanging, count: int) -> None:
    async with asyncio.timeout(120):
        while app.counted < count:
            await asyncio.sleep(0)


async def test_what_hangs_does_not_keep_the_keys_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "PATIENCE", 0.05)
    app = Hanging()
    async with app.run_test() as pilot:
        app.screen.can_focus = False
        burst(app, *"hxxx")
        await asyncio.sleep(0)
        assert app.counted == 0
        app.set_timer(0.2, app.go_on.set)
        await until(app, 3)
        burst(app, *"xx")
        await until(app, 5)
        await pilot.pause()


async def test_whoever_wants_out_does_not_wait_for_what_was_typed() -> None:
    app = Hanging()
    async with app.run_test():
        burst(app, *"hxxx", "ctrl+q")
        async with asyncio.timeout(HANGS):
            while app.is_running and not app._exit:
                await asyncio.sleep(0)
        assert app.counted == 0
        app.go_on.set()
