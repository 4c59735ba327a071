"""What is said to the terminal beside the screen: which bytes, when, and that no text from outside ends them."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios

import pytest

from mltui.tui.telling import Ends
from mltui.tui.window import Window, forget_told_size, takes_mouse

XTERM = {"TERM": "xterm-256color"}


def window(environ: dict[str, str] = XTERM, **given: bool) -> tuple[Window, list[str]]:
    sent: list[str] = []
    found = Window(environ, **given)
    found.enter(sent.append)
    return found, sent


def test_a_title_is_sent_when_it_is_another_and_taken_back_at_the_end() -> None:
    found, sent = window()
    for text in ("mltui · churn", "mltui · churn", "mltui · churn · 2 stale"):
        found.title(text)
    found.leave()
    found.title("too late")
    found.leave()
    assert sent == ["\x1b[22;2t", "\x1b]2;mltui · churn\a", "\x1b]2;mltui · churn · 2 stale\a", "\x1b[23;2t"]


def test_what_comes_back_from_ctrl_z_has_its_title_again() -> None:
    found, sent = window()
    found.title("mltui")
    found.leave()
    sent.clear()
    found.enter(sent.append)
    assert sent == ["\x1b[22;2t\x1b]2;mltui\a"]


@pytest.mark.parametrize("term", ["linux", "dumb", "vt220", ""])
def test_where_there_is_no_window_nothing_is_sent(term: str) -> None:
    found, sent = window({"TERM": term})
    found.title("mltui")
    found.leave()
    assert sent == []
    found, sent = window(titled=False)
    found.title("mltui")
    found.leave()
    assert sent == []


EVIL = "run \x1b]52;c;cm0gLXJm\a \x9c\x1b\\ x;y\n"


@pytest.mark.parametrize("environ", [XTERM, {"TERM": "tmux-256color", "TMUX": "x"}, {"TERM": "screen"}])
@pytest.mark.parametrize("way", ["osc9", "osc777"])
def test_no_text_from_outside_ends_a_sequence(environ: dict[str, str], way: str) -> None:
    for through in (False, True):
        found, sent = window(environ, through=through, titled=False)
        found.notify(EVIL, way)
        (told,) = sent
        begin, end = ("\x1bPtmux;\x1b\x1b]", "\a\x1b\\") if environ.get("TMUX") else ("\x1bP\x1b]", "\a\x1b\\")
        if not through or environ is XTERM:
            begin, end = "\x1b]", "\a"
        assert told.startswith(begin)
        assert told.endswith(end)
        inner = told[len(begin) : -len(end)]
        assert inner.isprintable()
        assert inner.count(";") == (3 if way == "osc777" else 4), "its own, and of OSC 9 the text's"
    found, sent = window()
    found.title(EVIL)
    assert sent[1][4:-1].isprintable()


def test_an_end_is_told_once_and_only_of_what_ran_or_began_since() -> None:
    ends = Ends(since=100)
    assert ends.look([("old", 50, True), ("going", 60, False)]) == set()
    assert ends.look([("old", 50, True), ("going", 60, True), ("quick", 120, True), ("found", 90, True)]) == {
        "going",
        "quick",
    }
    assert ends.look([("old", 50, True), ("going", 60, True), ("quick", 120, True)]) == set()
    assert ends.look([("going", 60, False)]) == set()
    assert ends.look([("going", 60, True)]) == {"going"}, "it was resumed"


@pytest.mark.parametrize(
    ("environ", "takes"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "screen", "TMUX": "/tmp/tmux,1,0"}, True),
        ({"TERM": "screen-256color"}, True),  # tmux, mostly
        ({"TERM": "screen", "STY": "1.pts-0"}, False),
        ({"TERM": "screen.xterm-256color"}, False),  # by ssh from there
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux,1,0", "STY": "1.pts-0"}, True),
    ],
)
def test_the_mouse_is_left_alone_where_it_would_take_esc_away(environ: dict[str, str], takes: bool) -> None:
    assert takes_mouse(environ) is takes


@pytest.mark.parametrize(
    ("size", "left"),
    [((24, 80), {"TERM": "xterm"}), ((0, 0), {"TERM": "xterm", "COLUMNS": "200", "LINES": "60"})],
)
def test_an_exported_size_is_believed_only_where_the_terminal_does_not_say(
    size: tuple[int, int], left: dict[str, str]
) -> None:
    """A serial line has none of its own."""
    environ = {"TERM": "xterm", "COLUMNS": "200", "LINES": "60"}
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        forget_told_size(environ, theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert environ == left
