"""Frames go out as fast as the terminal says that they came, the newest one first; all else goes out in its order.

The terminal is a queue, at the door of writing.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from mltui.tui.wire import outlet as outlets
from mltui.tui.wire.outlet import ASK, BEGIN, END, ENTER, LEAVE, PATIENCE, WINDOW, Outlet

LIMIT = 600


class Line:
    """What was written, one piece at a time; `size` may be set."""

    def __init__(self) -> None:
        self.pieces: queue.Queue[str] = queue.Queue()
        self.size = (100, 50)
        self.outlet = Outlet(self.pieces.put, lambda: self.size)

    def next(self) -> str:
        return self.pieces.get(timeout=LIMIT)

    def rest(self) -> str:
        """All that is written until the end."""
        self.outlet.close()
        return "".join(self.pieces.queue)


@pytest.fixture
def line() -> Iterator[Line]:
    found = Line()
    yield found
    found.outlet.close()


def full(letter: str) -> str:
    """A frame of more than may be on its way."""
    text = letter * 100
    return "\n".join(f"\x1b[{row};1H{text}" for row in range(1, 2 + WINDOW // 100)) + "\x1b[1;1H"


def some(letter: str) -> str:
    """A frame behind which it is asked, of a third of what may be on its way."""
    return "\n".join(f"\x1b[{row};1H{letter * 100}" for row in range(1, 13)) + "\x1b[1;1H"


def test_a_terminal_that_never_answered_is_not_waited_for(line: Line) -> None:
    line.outlet.take(full("a"))
    assert line.next().endswith(ASK)
    line.outlet.take(full("b"))
    assert line.next().count("b" * 100) > 9, "and asked no more: it may not know the question"
    line.outlet.take(full("c"))
    assert ASK not in line.next()


def test_while_much_is_on_its_way_only_the_newest_frame_is_kept(line: Line) -> None:
    line.outlet.take(full("a"))
    assert ASK in line.next()
    line.outlet.answered()
    line.outlet.take(full("b"))
    assert ASK in line.next()
    for letter in "cdef":
        line.outlet.take(full(letter))
    line.outlet.take("\x07")
    assert line.next() == "\x07", "the bell waits for no frame"
    line.outlet.answered()
    newest = line.next()
    assert "f" * 100 in newest
    assert not {"c", "d", "e"} & set(newest)


def test_little_on_its_way_holds_nothing_up(line: Line) -> None:
    line.outlet.take(full("a"))
    line.next()
    line.outlet.answered()
    for letter in "bcd":
        line.outlet.take(f"\x1b[1;1H{letter}\x1b[1;1H")
        assert line.next() == f"\x1b[1;1H{letter}\x1b[1;1H"


def test_one_that_answers_no_more_is_not_waited_for_for_ever(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "PATIENCE", 0.01)
    line.outlet.take(full("a"))
    line.next()
    line.outlet.answered()
    for letter in "bc":
        line.outlet.take(full(letter))
        assert letter * 100 in line.next()


def test_answers_that_were_lost_do_not_hold_back_what_is_drawn_later(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(outlets, "time", SimpleNamespace(monotonic=lambda: clock.now))
    line.outlet.take(full("a"))
    assert ASK in line.next()
    line.outlet.answered()
    for letter in "bcd":
        line.outlet.take(some(letter))
        assert line.next().endswith(ASK), "asked, and it is lost"
    clock.now += PATIENCE + 1
    for letter in "ef":
        line.outlet.take(some(letter))
        assert letter * 100 in line.next()


def test_what_is_drawn_behind_the_last_screen_is_not_written_on_the_shells(line: Line) -> None:
    line.outlet.take(ENTER)
    line.outlet.take(full("a"))
    line.outlet.settle(0)
    line.outlet.take(LEAVE)
    line.outlet.take("bye")
    assert line.rest().endswith(LEAVE + "bye")


def test_another_screen_is_drawn_whole(line: Line) -> None:
    frame = "\x1b[1;1Hword\x1b[1;1H"
    line.outlet.take(frame)
    assert "word" in line.next()
    for switch in (LEAVE, ENTER):
        line.outlet.take(switch)
        assert line.next() == switch
    line.outlet.take(frame)
    assert "word" in line.next()
    line.size = (90, 50)
    line.outlet.take("\x1b[2;1Hmore\x1b[1;1H")
    assert "word" in line.next(), "a terminal of another size may have kept nothing"
    line.outlet.draw_all()
    assert "word" in line.next()


def test_what_nobody_knows_in_a_frame_goes_out_as_it_is_behind_what_was_drawn(line: Line) -> None:
    line.outlet.take("\x1b[1;1Hword\x1b[1;1H")
    strange = "\x1b[2;1H\x1b]8;;https://a.b\x1b\\link\x1b]8;;\x1b\\\x1b[1;1H"
    line.outlet.take(strange)
    assert line.rest() == f"\x1b[1;1Hword\x1b[1;1H{strange}"


def test_what_is_said_beside_the_screen_leaves_it_known(line: Line) -> None:
    frame = "\x1b[1;1Hword\x1b[1;1H"
    for text in (frame, "\x1b[22;0t", frame):  # a title kept
        line.outlet.take(text)
    written = line.rest()
    assert (written.count("word"), written.count("\x1b[22;0t")) == (1, 1)


def test_a_terminal_that_can_shows_each_update_at_once(line: Line) -> None:
    for text in (BEGIN, "\x1b[1;1Ha\x1b[1;1H", END):
        line.outlet.take(text)
    line.outlet.take("\x1b[1;1Hb\x1b[1;1H")
    written = line.rest()
    assert written.count(BEGIN) == written.count(END) > 0
    assert written.endswith(f"b\x1b[1;1H{END}")


def test_the_end_waits_for_answers_that_a_shell_would_take_for_typed(line: Line) -> None:
    line.outlet.take(full("a"))
    line.next()
    line.outlet.answered()
    line.outlet.take(full("b"))
    assert ASK in line.next()
    settled = threading.Event()

    def settle() -> None:
        line.outlet.settle(LIMIT)
        settled.set()

    threading.Thread(target=settle, daemon=True).start()
    assert not settled.is_set()
    line.outlet.answered()
    assert settled.wait(LIMIT)


def test_nothing_that_draws_waits_for_a_terminal_that_takes_nothing() -> None:
    free = threading.Event()
    taken: list[str] = []

    def write(text: str) -> None:
        free.wait(LIMIT)
        taken.append(text)

    outlet = Outlet(write, lambda: (100, 50))
    for number in range(999):
        outlet.take(f"\x1b[1;1H{chr(97 + number % 26) * 4}\x1b[1;1H")
    outlet.take("\x1b[1;1HLAST\x1b[1;1H")  # no letter of it stands there before
    free.set()
    outlet.close()
    assert len(taken) <= 2, "the first frame that was on its way, and the newest"
    assert "LAST" in taken[-1]


def test_a_terminal_that_is_gone_ends_it() -> None:
    def write(_text: str) -> None:
        raise OSError

    outlet = Outlet(write, lambda: (100, 50))
    outlet.take("\x1b[1;1Ha\x1b[1;1H")
    outlet.settle(LIMIT)
    outlet.take("\x1b[1;1Hb\x1b[1;1H")
    outlet.close()
