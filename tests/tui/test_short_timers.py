"""What tests wait for after a key: the timers it set."""

from __future__ import annotations

from collections.abc import Callable

from short_timers import SOON, ShortTimers
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static


async def until(pilot: Pilot[None], said: Callable[[], bool]) -> None:
    while not said():
        await pilot.pause(0.01)


async def test_one_is_due_until_what_it_sets_off_has_ticked_too(timers: ShortTimers) -> None:
    ticked: list[str] = []
    app: App[None] = App()

    def first() -> None:
        app.set_timer(0.02, second)
        ticked.append("first")

    async def second() -> None:
        ticked.append("second")

    async with app.run_test() as pilot:
        await until(pilot, lambda: not timers.due())
        app.set_timer(0.02, first)
        assert timers.due()
        await until(pilot, lambda: not timers.due())
        assert ticked == ["first", "second"]


async def test_neither_a_stopped_one_nor_that_of_a_removed_widget_nor_a_long_one_is_waited_for(
    timers: ShortTimers,
) -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        await until(pilot, lambda: not timers.due())
        app.set_timer(SOON, lambda: None).stop()
        app.set_timer(1000.0, lambda: None)
        assert not timers.due()
        widget = Static()
        await app.mount(widget)
        await until(pilot, lambda: not timers.due())
        widget.set_timer(SOON, lambda: None, pause=True)
        assert timers.due()
        await widget.remove()
        assert not timers.due()
