"""A storm of sizes while everything loads, in every place and under dialogs: what is drawn last is right."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.terminal import Terminal
from git_repository import commit, make
from patient import PATIENT

pytestmark = pytest.mark.real

#: No size in the environment: Textual would believe it more than the terminal.
ENVIRONMENT = {"COLUMNS": "", "LINES": "", "DVC_NO_ANALYTICS": "1"}
SMALLEST, LARGEST = (20, 5), (300, 100)


def resize(terminal: Terminal, columns: int, rows: int) -> None:
    terminal.screen.resize(rows, columns)
    terminal.process.setwinsize(rows, columns)


def storm(terminal: Terminal, chance: random.Random, times: int) -> None:
    for _ in range(times):
        resize(terminal, chance.randint(SMALLEST[0], LARGEST[0]), chance.randint(SMALLEST[1], LARGEST[1]))
        terminal.pump(0.01)


def drawn_right(terminal: Terminal) -> bool:
    """Whether an empty terminal that is sent everything shows the same, but for the line with the time."""
    for _ in range(5):  # something may have been read meanwhile
        terminal.settle(0.3)
        before = terminal.screen.display[1:]
        terminal.screen.erase_in_display(2)
        terminal.press("\x0c")
        terminal.settle(0.3)
        if terminal.screen.display[1:] == before and "".join(before).strip():
            return True
    return False


@pytest.fixture
def terminal(demo_project: Path, own_places: Path) -> Iterator[Terminal]:
    with Terminal([*PATIENT, "--read-only"], demo_project, ENVIRONMENT, (120, 36)) as found:
        yield found


def test_the_last_size_is_drawn_right_behind_a_storm(terminal: Terminal) -> None:
    terminal.wait("Overview|main")
    chance = random.Random(7)
    storm(terminal, chance, 30)  # while it loads
    resize(terminal, 80, 24)
    terminal.wait(r"runs \+ \d+ exp")
    for keys, seen in (
        ("2", "2 History"),
        ("3", "3 Data"),
        ("4", "4 Pipeline"),
        ("6", "6 Models"),
        ("7", "7 Jobs"),
        ("5\r", "alpha"),
        ("?", "Help"),
        ("\x1b", "l lineage"),
        (":", "Commands|esc"),
        ("\x1b", "l lineage"),
        ("1", "1 Overview"),
    ):
        terminal.press(keys)
        storm(terminal, chance, 8)
        resize(terminal, 80, 24)
        terminal.wait(seen)
        assert drawn_right(terminal), terminal.text()
    resize(terminal, *SMALLEST)
    terminal.wait("mltui needs")
    assert drawn_right(terminal), terminal.text()
    resize(terminal, *LARGEST)
    terminal.wait("1 Overview")
    assert drawn_right(terminal), terminal.text()
    assert "read-only" in terminal.screen.display[-1]
    assert terminal.process.isalive()


def test_what_a_terminal_lost_while_it_was_smaller_is_drawn_again(tmp_path: Path, own_places: Path) -> None:
    """mltui sees only that it has the former size."""
    path = make(tmp_path / "churn")
    for at in range(12):
        commit(path, f"change {at}", a_txt=str(at))
    with Terminal([*PATIENT, "--read-only"], path, ENVIRONMENT, (100, 30)) as terminal:
        terminal.wait(r"read \d")
        terminal.press("2")
        terminal.wait("change 11")
        terminal.settle(0.5)
        before = terminal.screen.display[1:]
        small = (40, 8)
        for columns, rows in (small, (100, 30)):  # at once: it is asked for none of them before the last
            terminal.process.setwinsize(rows, columns)
        terminal.screen.resize(*reversed(small))
        terminal.screen.resize(30, 100)
        lost = terminal.screen.display[1:]
        assert lost != before
        for _ in range(100):
            if terminal.screen.display[1:] == before:
                break
            terminal.pump(0.1)
        assert terminal.screen.display[1:] == before, terminal.text()
