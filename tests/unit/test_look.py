"""What several ask for in one look: asked once, and never older than that look."""

from __future__ import annotations

import threading
import time

import pytest

from mltui.errors import Busy
from mltui.sources.look import Shared, look, looking


class Counted:
    """Counts how often it was asked, slowly enough for others to come meanwhile."""

    def __init__(self) -> None:
        self.asked = 0
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def __call__(self) -> int:
        self.asked += 1
        mine = self.asked
        self.begun.set()
        assert self.go_on.wait(120)
        return mine


def test_who_comes_while_it_is_asked_waits_for_the_answer() -> None:
    counted = Counted()
    shared = Shared(counted)
    counted.go_on.clear()
    since, got = time.monotonic(), list[int]()

    def ask() -> None:
        with look(since):
            got.append(shared())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert counted.begun.wait(120)
    counted.go_on.set()
    for thread in threads:
        thread.join()
    assert got == [1, 1, 1, 1]


def test_a_later_look_asks_anew_and_one_from_before_takes_that() -> None:
    shared = Shared(Counted())
    first = time.monotonic()
    with look(first):
        assert looking() and shared() == shared() == 1
    with look(time.monotonic()):
        assert shared() == 2
    with look(first):
        assert shared() == 2, "it is newer than that look wants"


def test_outside_a_look_it_is_asked_each_time_and_for_nobody_else() -> None:
    shared, since = Shared(Counted()), time.monotonic()
    assert not looking() and [shared(), shared()] == [1, 2]
    with look(since):
        assert shared() == 3
    assert not looking() and shared() == 4
    with look(since):
        assert shared() == 3


def test_what_failed_is_asked_again() -> None:
    answers = iter([Busy("not now"), None])

    def ask() -> str:
        if (error := next(answers)) is not None:
            raise error
        return "there"

    shared = Shared(ask)
    with look(time.monotonic()):
        with pytest.raises(Busy):
            shared()
        assert shared() == "there"
