"""Nobody stops the process while a read is open."""

from __future__ import annotations

import threading

import pytest

from mltui.sources.mlflow.gate import Gate


def test_a_pause_waits_for_the_open_read_and_keeps_the_next_one_out() -> None:
    gate = Gate()
    order: list[str] = []
    reading, finish, paused = threading.Event(), threading.Event(), threading.Event()

    def read() -> None:
        with gate.burst():
            reading.set()
            finish.wait(120)
            order.append("first read ended")

    def read_again() -> None:
        paused.wait(120)
        with gate.burst():
            order.append("second read")

    threads = [threading.Thread(target=read), threading.Thread(target=read_again)]
    for thread in threads:
        thread.start()
    reading.wait(120)
    threading.Timer(0.05, finish.set).start()
    with gate.paused():
        order.append("paused")
        paused.set()
        threads[1].join(0.05)
        order.append("going on")
    for thread in threads:
        thread.join(120)
    assert order == ["first read ended", "paused", "going on", "second read"]


def test_a_signal_in_the_middle_of_a_read_takes_effect_at_its_end() -> None:
    gate = Gate()
    order: list[str] = []
    with gate.burst():
        gate.when_idle(lambda: order.append("stopped"))
        order.append("still reading")
    assert order == ["still reading", "stopped"]
    gate.when_idle(lambda: order.append("at once"))
    assert order[-1] == "at once"
    with gate.burst():
        pass
    assert len(order) == 3


def test_a_read_cannot_wait_for_itself() -> None:
    gate = Gate()
    with gate.burst(), pytest.raises(RuntimeError), gate.paused():
        pass


def test_whoever_pauses_may_read_and_nobody_else() -> None:
    gate = Gate()
    order: list[str] = []
    asking = threading.Event()

    def read() -> None:
        asking.set()
        with gate.burst():
            order.append("another's read")

    other = threading.Thread(target=read)
    with gate.paused():
        other.start()
        assert asking.wait(120)
        with gate.burst():
            order.append("own read")
        other.join(0.05)
        order.append("going on")
    other.join(120)
    assert order == ["own read", "going on", "another's read"]
