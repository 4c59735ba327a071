"""Keys in one write to a terminal, as a lagging line, a paste or ``tmux send-keys`` brings them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.terminal import Terminal
from patient import PATIENT

pytestmark = pytest.mark.real


@pytest.fixture
def terminal(demo_project: Path, own_places: Path) -> Iterator[Terminal]:
    """mltui on the sample project, in Overview, once all is read: keys don't wait for what a place lists to come."""
    size = {"COLUMNS": "120", "LINES": "36"}  # Textual believes these more than the terminal, and a caller may set them
    with Terminal([*PATIENT, "--read-only"], demo_project, size) as found:
        found.wait("Newest runs")
        found.wait(r"runs \+ \d+ exp")
        found.wait("tumours.csv")
        yield found


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ("5jj\r", r"alpha=0.01 ─+╮(.|\n)*esc back"),
        ("3\r", r"Data  \d(.|\n)*esc back"),
        ("2/precision\r", r"History  \d+ of \d+ match 'precision'"),
        ("5swhen\r", r"when [▲▼]"),
        ("\x10mod\r", r"Models  \d"),
        ("5" + "j" * 200 + "\r", r"baseline ─+╮(.|\n)*esc back"),
    ],
)
def test_each_key_acts_on_what_the_former_one_left(terminal: Terminal, keys: str, seen: str) -> None:
    terminal.press(keys)
    terminal.wait(seen)
