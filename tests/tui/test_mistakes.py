"""An exception that nobody expected, in each place where Textual runs code of ours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace
from textual.css.query import NoMatches
from tui_fakes import churn

from churn_sample import HARE, LYNX, WHOLE
from mltui.tui.app import MltuiApp
from mltui.tui.screens.compare import CompareScreen
from mltui.tui.screens.dialog import Dialog
from mltui.tui.working import begin


def boom() -> None:
    raise KeyError("nobody expected this")


async def boom_later() -> None:
    boom()


#: Tasks that nobody awaits.
TASKS: list[asyncio.Task[None]] = []


def forgotten(_: MltuiApp) -> None:
    TASKS.append(asyncio.create_task(boom_later()))
    TASKS[-1].add_done_callback(TASKS.remove)  # the loop tells of it when nobody has it any more


@pytest.mark.parametrize(
    "go_wrong",
    [
        pytest.param(lambda app: app.screen.run_worker(boom, thread=True), id="a thread worker"),
        pytest.param(lambda app: app.screen.run_worker(boom_later), id="a coroutine worker"),
        pytest.param(
            lambda app: app.screen.run_worker(lambda: app.call_from_thread(boom), thread=True), id="from a thread"
        ),
        pytest.param(lambda app: app.screen.call_later(boom), id="a message"),
        pytest.param(lambda app: app.screen.set_timer(0.001, boom), id="a timer"),
        pytest.param(forgotten, id="a task that nobody awaits"),
        pytest.param(
            lambda app: threading.Thread(target=lambda: app.end_by(KeyError("nobody expected this"))).start(),
            id="a thread",
        ),
    ],
)
async def test_the_app_ends_and_keeps_what_ended_it(
    tmp_path: Path, settle, go_wrong: Callable[[MltuiApp], object]
) -> None:
    app = MltuiApp(churn(tmp_path))
    with pytest.raises(Exception, match="nobody expected this"):
        async with app.run_test() as pilot:
            await settle(pilot)
            go_wrong(app)
            while True:  # a test that waits for something that never comes is red, and does not hang
                await pilot.pause()
    assert isinstance(app.mistake, KeyError)
    assert app.return_code == 1


async def test_an_end_that_was_asked_for_is_no_mistake(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test() as pilot:
        await settle(pilot)
        app.end_by(SystemExit(0))
        await settle(pilot)
        await pilot.press("q")
    assert app.mistake is None


async def test_what_a_worker_made_for_a_dialog_that_goes_is_no_mistake(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test() as pilot:
        await settle(pilot)
        dialog: Dialog[None] = Dialog()
        await app.push_screen(dialog)
        await dialog.query("#keys").remove()  # as a screen's widgets go before its workers do
        dialog.show_keys()
        dialog.say_last("too late", "good")
    assert app.mistake is None


async def test_a_comparison_that_is_laid_out_once_its_widgets_went_is_no_mistake(
    tmp_path: Path, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[bool] = []

    async def between(screen: CompareScreen) -> None:
        """Textual says this when the widgets are gone, and ends the workers after it."""
        came.append(not screen.query("Input"))
        screen._show()
        await asyncio.sleep(0.1)

    monkeypatch.setattr(CompareScreen, "on_unmount", between)
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test() as pilot:
        screen = await settle(pilot)
        await app.push_screen(CompareScreen(screen, (HARE, LYNX)))
        await settle(pilot)
        await pilot.press("c")
        await settle(pilot)
    assert came == [True]
    assert app.mistake is None


async def test_a_worker_that_finds_nothing_on_a_screen_that_stays_is_one(tmp_path: Path, settle) -> None:
    async def look(screen: Dialog[None]) -> None:
        screen.query_one("#nowhere")

    app = MltuiApp(churn(tmp_path))
    with pytest.raises(Exception, match="#nowhere"):
        async with app.run_test() as pilot:
            await settle(pilot)
            begin(app.screen, look, app.screen, group="looking")
            for _ in range(50):
                await pilot.pause()
    assert isinstance(app.mistake, NoMatches)
