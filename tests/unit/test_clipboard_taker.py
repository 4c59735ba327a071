"""Who takes a copied text, by what the environment says of the terminal."""

from __future__ import annotations

import pytest

from mltui.tui.clipboard import taker


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "screen-256color", "TMUX": "/tmp/t,1,0"}, "tmux"),
        ({"TERM": "screen.xterm-256color", "STY": "1.pts-0"}, "nobody"),
        ({"TERM": "xterm-256color", "STY": "1.pts-0"}, "nobody"),
        ({"TERM": "tmux-256color"}, "nobody"),
        ({"TERM": "linux"}, "nobody"),
        ({"TERM": "dumb"}, "nobody"),
        ({}, "nobody"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "nobody"),
        ({"TERM": "xterm-kitty"}, "sure"),
        ({"TERM": "xterm-256color", "WT_SESSION": "x"}, "sure"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "sure"),
        ({"TERM": "xterm-256color"}, "perhaps"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "perhaps"),
    ],
)
def test_who_takes_a_text(environ: dict[str, str], expected: str) -> None:
    assert taker(environ) == expected


def test_the_users_word_counts() -> None:
    assert taker({"TERM": "screen-256color"}, "osc52") == "sure"
    assert taker({"TERM": "xterm-kitty", "TMUX": "x"}, "select") == "nobody"
