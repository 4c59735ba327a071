"""The dialog in front of an action: what is seen is confirmed, and nothing else; refusals, progress, outcomes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tui_fakes import churn

from mltui.actions.gateway import Gateway, Tell
from mltui.config import Config
from mltui.errors import NotFound, Refused
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.present.text import line
from mltui.tui.app import MltuiApp
from mltui.tui.commands.chooser_keys import CONFIRM
from mltui.tui.screens.acting import READING
from mltui.tui.screens.confirming import ConfirmDialog, ToConfirm
from mltui.tui.screens.main import MainScreen
from mltui.tui.widgets.cancel import Cancel


class Paint:
    """Paints a shed, as slowly as `gate` says."""

    name, title = "paint", "paint the shed"
    note = Note("shed", "grey", "red")

    def __init__(self, refused: Refused | None = None, gate: threading.Event | None = None) -> None:
        self.refused, self.gate, self.painted = refused, gate, 0

    def commands(self) -> Sequence[str]:
        return ("brush --colour red shed",)

    def refusal(self) -> Refused | None:
        return self.refused

    def act(self, tell: Tell) -> Outcome:
        tell(1, 2, "buy paint")
        tell(2, 2, "paint [it]")
        if self.gate is not None:
            assert self.gate.wait(120)
        self.painted += 1
        return Outcome("done", "the shed is red", ("brush --colour grey shed takes it back",))


class Notes:
    """A journal that keeps nothing."""

    def intend(self, action: object) -> str:
        return "1"

    def ended(self, entry: str, outcome: Outcome) -> str:
        return ""


def text(app: MltuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def opened(app: MltuiApp, pilot, settle, make: Callable[[], ToConfirm], config: Config | None = None) -> list:
    """The dialog over the main screen; what it gave when it closed."""
    gave: list[Outcome | None] = []
    await settle(pilot)
    dialog = ConfirmDialog(app.workspace, Gateway(config or Config(), Notes()), "Paint the [shed]", make, "paint it")
    await app.push_screen(dialog, gave.append)
    return gave


async def test_what_is_long_scrolls_and_pushes_nothing_out(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    lines = [line(f"plank {at}") for at in range(60)]
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, settle, lambda: ToConfirm(Paint(Refused("the shed is let")), lines))
        await settle(pilot)
        assert "plank 0" in text(app) and "plank 59" not in text(app)
        assert "the shed is let" in text(app) and "Cancel" in text(app)
        await pilot.resize_terminal(80, 90)
        await settle(pilot)
        assert "plank 59" in text(app) and "Cancel" in text(app)
        dialog = app.screen
        assert isinstance(dialog, ConfirmDialog)
        await pilot.press("escape")
        await settle(pilot)
        dialog._fit()  # asked for before it was closed


async def test_while_something_else_is_read_what_stands_there_says_so(tmp_path: Path, settle) -> None:
    app, gate = MltuiApp(churn(tmp_path)), threading.Event()

    def slow() -> ToConfirm:
        assert gate.wait(120)
        return ToConfirm(Paint(), [line("plank 2")])

    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, settle, lambda: ToConfirm(Paint(), [line("plank 1")]))
        await settle(pilot)
        dialog = app.screen
        assert isinstance(dialog, ConfirmDialog) and READING not in text(app)
        dialog.look_again(slow)
        while READING not in text(app):
            await pilot.pause()
        assert "plank 1" in text(app)
        gate.set()
        await settle(pilot)
        assert "plank 2" in text(app) and READING not in text(app)


async def test_arrows_scroll_it_while_cancel_has_the_focus(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    lines = [line(f"plank {at}") for at in range(60)]
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, settle, lambda: ToConfirm(Paint(), lines))
        await settle(pilot)
        await pilot.press("down", "j", "j", "k")
        await settle(pilot)
        assert "plank 1 " not in text(app) and "plank 2 " in text(app)
        await pilot.press("end")
        await settle(pilot)
        assert "plank 59" in text(app) and isinstance(app.focused, Cancel)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_is_shown_confirmed_and_done(tmp_path: Path, settle, size) -> None:
    action, app = Paint(), MltuiApp(churn(tmp_path))
    async with app.run_test(size=size) as pilot:
        gave = await opened(app, pilot, settle, lambda: ToConfirm(action, [line("it will be red")]))
        await settle(pilot)
        shown = text(app)
        assert "Paint the [shed]" in shown
        assert "it will be red" in shown
        assert "brush --colour red shed" in shown
        assert "ctrl+s paint it" in shown
        assert isinstance(app.screen.focused, Cancel)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert action.painted == 1
        assert "the shed is red" in text(app)
        assert "takes it back" in text(app)
        await pilot.press("ctrl+s", "enter")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert action.painted == 1
        assert [outcome.state for outcome in gave] == ["done"]


@pytest.mark.parametrize("keys", [("enter",), ("space",), ("escape",), ("tab", "enter", "escape")])
async def test_no_key_but_one_begins_anything(tmp_path: Path, settle, keys) -> None:
    action, app = Paint(), MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        gave = await opened(app, pilot, settle, lambda: ToConfirm(action))
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert (action.painted, gave) == (0, [None])


async def test_keys_typed_before_it_was_seen_are_of_no_account(tmp_path: Path, settle) -> None:
    gate, action, app = threading.Event(), Paint(), MltuiApp(churn(tmp_path))

    def make() -> ToConfirm:
        assert gate.wait(120)
        return ToConfirm(action)

    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, settle, make)
        await pilot.press("ctrl+s", "ctrl+s")
        while READING not in text(app):
            await pilot.pause()
        gate.set()
        await settle(pilot)
        assert "ctrl+s paint it" in text(app)
        assert action.painted == 0


@pytest.mark.parametrize(
    ("refused", "config", "why"),
    [(Refused("no paint left", "buy some"), Config(), "no paint left"), (None, Config(read_only=True), "read-only")],
)
async def test_what_is_refused_says_why_and_does_nothing(tmp_path: Path, settle, refused, config, why) -> None:
    action, app = Paint(refused), MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, settle, lambda: ToConfirm(action), config)
        await settle(pilot)
        assert why in text(app)
        assert "ctrl+s" not in text(app)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert action.painted == 0


async def test_what_cannot_be_read_is_said(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))

    def make() -> ToConfirm:
        raise NotFound("there is no shed", "build one")

    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, settle, make)
        await settle(pilot)
        assert "there is no shed" in text(app)
        await pilot.press("ctrl+s", "enter")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)


async def test_it_stays_until_it_is_over(tmp_path: Path, settle) -> None:
    gate = threading.Event()
    action, app = Paint(gate=gate), MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, settle, lambda: ToConfirm(action))
        await settle(pilot)
        await pilot.press("ctrl+s")
        while "paint [it]" not in text(app):
            await pilot.pause()
        await pilot.press("escape")
        while "it is being done" not in text(app):
            await pilot.pause()
        gate.set()
        await settle(pilot)
        assert "the shed is red" in text(app)
        assert "it is being done" not in text(app)


async def test_all_its_keys_are_told(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, settle, lambda: ToConfirm(Paint()))
        await settle(pilot)
        await pilot.press("question_mark")
        await settle(pilot)
        assert CONFIRM[0][1] in text(app)
