"""A word in the last line goes by itself, after a while that begins when it was said last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui_fakes import churn

from mltui.tui.app import MltuiApp


class Ticking:
    """A timer that ticks when the test lets it."""

    def __init__(self, delay: float, tick: Callable[[], object]) -> None:
        self.delay, self.tick, self.stopped = delay, tick, False

    def stop(self) -> None:
        self.stopped = True


async def test_a_word_said_again_stands_as_long_as_one_said_for_the_first_time(
    tmp_path: Path, settle, monkeypatch
) -> None:
    app, set_off = MltuiApp(churn(tmp_path)), []

    def set_timer(delay: float, tick: Callable[[], object], **_: Any) -> Ticking:
        set_off.append(Ticking(delay, tick))
        return set_off[-1]

    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        monkeypatch.setattr(screen, "set_timer", set_timer)
        for word in ("no match", "", "no match"):
            screen.say(word)
        first, second = set_off
        if not first.stopped:
            first.tick()
        assert screen.footer.word == "no match"
        second.tick()
        assert screen.footer.word == ""
